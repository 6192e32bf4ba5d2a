"""Navigation entries of items."""
