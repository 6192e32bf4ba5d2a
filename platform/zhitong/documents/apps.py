"""App of documents."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """Files and prints."""

    name = "zhitong.documents"
    label = "documents"
