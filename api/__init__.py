"""The HTTP API: the same operations, rights and words as the pages."""
