"""What stands in attached files: read once for each content, in a process of its own, kept beside the documents."""

from search.files.keeping import Attached, texts_of
from search.files.queries import skipped
from search.files.reading import READABLE

__all__ = ["READABLE", "Attached", "skipped", "texts_of"]
