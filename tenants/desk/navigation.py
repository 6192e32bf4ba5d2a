"""Navigation entries of the desk."""
