"""Commands over people."""
