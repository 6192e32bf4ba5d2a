"""The Elasticsearch backend: documents are kept in PostgreSQL and pushed to an index that answers questions.

`backend` asks, `mapping` says how an index is made, `writing` what is written there, `pushing` brings changes,
`building` makes an index anew beside the one in use, with the help of `search.cutting`.
"""
