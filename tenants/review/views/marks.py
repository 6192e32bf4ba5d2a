"""How pages of review mark an item and a limit."""

from datetime import datetime

from tenants.items.models import Item, Urgency
from tenants.items.queries import author_names
from zhitong.web.parts import State, Tag
from zhitong.web.templatetags.zt import authors as authors_words
from zhitong.web.templatetags.zt import zt_due

TAGS = {Urgency.URGENT: Tag("急", "red"), Urgency.IMPORTANT: Tag("重要", "amber")}


def notes_of(item: Item) -> list[str]:
    """Return whence an item comes: the unit that sent it, or its authors; of a circular that it is one."""
    if not item.is_report:
        return [item.get_kind_display()]
    return [item.from_unit or authors_words(author_names(item)) or "未署名"]


def due_state(row_due: datetime | None, urgency: str) -> State | None:
    """Return a deadline as drawn: urgent items carry the bolt."""
    state = zt_due(row_due)
    if urgency != Urgency.URGENT:
        return state
    if state is None:
        return State("急", "urgent")
    return State(f"急 {state.word}", "late" if state.kind == "late" else "urgent", "bolt")
