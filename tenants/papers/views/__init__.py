"""Pages of papers: for people, for those who receive, for those who send."""
