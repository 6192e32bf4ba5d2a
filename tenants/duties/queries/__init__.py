"""Every read over duties that is more than a get."""
