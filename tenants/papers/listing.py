"""In what order the lists of papers stand: on their pages and in what is exported of them."""

ORDER = ("-published_at", "-pk")
INBOX_ORDER = ("-pk",)
DIRECTORY_ORDER = ("-adopted", "name", "pk")
