"""Filed proposals are found as they stand."""

from typing import Any
from uuid import UUID

from search import marks
from search.backend import backend
from search.documents import PROPOSAL
from tenants.items.models import Item, State
from tenants.proposals.documents import documents
from tenants.proposals.operations import CHANGED
from zhitong.core import outbox


@outbox.consumer(CHANGED)
def index_proposals(payload: dict[str, Any]) -> None:
    """Write the documents of these proposals anew, remove those of what is gone, and mark what is like one in lists."""
    keys = [UUID(key) for key in payload["keys"]]
    found = documents(keys)
    backend().index(found)
    there = {document.object_uuid for document in found}
    if gone := [key for key in keys if key not in there]:
        backend().remove(PROPOSAL, gone)
    if Item.objects.filter(state=State.IN_REVIEW).exists():
        for one in found:
            marks.note(key=one.object_uuid, title=one.title, body=one.body, waits=False)
