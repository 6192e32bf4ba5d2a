"""The Elasticsearch backend: documents are kept in PostgreSQL and pushed to an index that answers questions.

`backend` asks, `mapping` says how a document lies in an index, `pushing` brings changes there, `building` makes an
index anew beside the one in use.
"""

from search.elastic.backend import ElasticBackend

__all__ = ["ElasticBackend"]
