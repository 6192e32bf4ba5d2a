"""The HTTP API, version 1: the same operations, rights and words as the pages."""
