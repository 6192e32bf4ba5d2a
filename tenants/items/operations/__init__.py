"""Every write over items: drafts, files, submission, received items, outcomes, imports."""

from tenants.items.fields import AuthorInput
from tenants.items.operations.drafts import create_draft, delete_draft, save_draft, set_authors
from tenants.items.operations.files import attach, remove_attachment
from tenants.items.operations.importing import ImportReport, import_items, try_import
from tenants.items.operations.progress import (
    add_edition,
    conclude,
    reopen_returned,
    reopen_review,
    set_urgency,
)
from tenants.items.operations.submission import create_received, register_submission

__all__ = [
    "AuthorInput",
    "ImportReport",
    "add_edition",
    "attach",
    "conclude",
    "create_draft",
    "create_received",
    "delete_draft",
    "import_items",
    "register_submission",
    "remove_attachment",
    "reopen_returned",
    "reopen_review",
    "save_draft",
    "set_authors",
    "set_urgency",
    "try_import",
]
