"""Pages of items: writing, lists, texts, files."""

from tenants.items.views.files import remove_file, upload
from tenants.items.views.lists import everything, own
from tenants.items.views.reading import download, texts
from tenants.items.views.rules import rules
from tenants.items.views.signing import sign
from tenants.items.views.turns import pen, take_pen
from tenants.items.views.writing import autosave, delete, edit, new

__all__ = [
    "autosave",
    "delete",
    "download",
    "edit",
    "everything",
    "new",
    "own",
    "pen",
    "remove_file",
    "rules",
    "sign",
    "take_pen",
    "texts",
    "upload",
]
