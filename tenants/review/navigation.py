"""Navigation entries of review."""
