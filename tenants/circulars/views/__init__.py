"""Pages of circulars: the list, one of them, its text, its publication, its prints."""
