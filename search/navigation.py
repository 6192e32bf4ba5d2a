"""Navigation entries of search."""
