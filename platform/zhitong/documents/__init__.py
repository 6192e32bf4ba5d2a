"""Attachments and object storage, print layouts, Word, Excel and PDF writers."""
