"""Items: the reports themselves, their texts, authors and attachments."""
