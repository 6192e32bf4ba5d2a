"""Every write over items: drafts, authors, files, submission, received items, outcomes, imports."""

from tenants.items.fields import AuthorInput
from tenants.items.operations.authors import confirm_signing, decline_signing, set_authors
from tenants.items.operations.circulars import delete_circular, draft_circular, hand_in_circular, write_circular
from tenants.items.operations.drafts import create_draft, delete_draft, save_draft
from tenants.items.operations.files import attach, remove_attachment
from tenants.items.operations.importing import ImportReport, import_items, try_import
from tenants.items.operations.merging import create_merged, mark_merged, unmark_merged
from tenants.items.operations.pen import give_pen_back, hand_pen, take_pen
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
    "confirm_signing",
    "create_draft",
    "create_merged",
    "create_received",
    "decline_signing",
    "delete_circular",
    "delete_draft",
    "draft_circular",
    "give_pen_back",
    "hand_in_circular",
    "hand_pen",
    "import_items",
    "mark_merged",
    "register_submission",
    "remove_attachment",
    "reopen_returned",
    "reopen_review",
    "save_draft",
    "set_authors",
    "set_urgency",
    "take_pen",
    "try_import",
    "unmark_merged",
    "write_circular",
]
