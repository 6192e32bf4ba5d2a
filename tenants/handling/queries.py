"""Reads of handling in a unit: what waits, the lists with their tabs, contacts, who may rate."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db.models import Q
from django.http import QueryDict

from tenants.accounts.models import User
from tenants.handling.models import Contact
from tenants.items.models import Item
from tenants.items.queries import visible_items
from zhitong.core.errors import NotFound
from zhitong.core.operations import require_unit
from zhitong.exchange.models import Assignment, HandlingFile, Satisfaction, StepKind
from zhitong.exchange.models.handling import OPEN
from zhitong.exchange.queries import chain_down
from zhitong.exchange.queries.handling import assignments_by, assignments_to, file_of, is_late, is_unsatisfied

State = Assignment.State
ORDER = ("-sent_at", "-id")
"""Of both lists."""


def waiting(user: User) -> int:
    """Return how many handlings wait for the reader: to be answered for the unit, or decided on by it."""
    unit_id, found = require_unit(), 0
    if user.has_zt_perm("exchange.receive"):
        found += assignments_to(unit_id).filter(state__in=[State.SENT, State.WORKING]).count()
    if user.has_zt_perm("exchange.record"):
        asked = Q(state=State.REFUSING) | Q(extension_asked_at__isnull=False)
        found += assignments_by(unit_id).filter(asked).count()
    return found


def asked_tabs() -> dict[str, tuple[str, Q]]:
    """Return the tabs over what the unit passed on: name and condition by key."""
    return {
        "": ("在办", Q(state__in=OPEN)),
        "sent": (State.SENT.label, Q(state=State.SENT)),
        "working": (State.WORKING.label, Q(state=State.WORKING)),
        "refusing": ("申退", Q(state=State.REFUSING)),
        "extension": ("申请延期", Q(extension_asked_at__isnull=False)),
        "late": ("超期", is_late()),
        "answered": (State.ANSWERED.label, Q(state=State.ANSWERED)),
        "unsatisfied": ("不满意", is_unsatisfied()),
        "all": ("全部", Q()),
    }


def owed_tabs() -> dict[str, tuple[str, Q]]:
    """Return the tabs over what was passed to the unit."""
    return {
        "": ("在办", Q(state__in=OPEN)),
        "sent": (State.SENT.label, Q(state=State.SENT)),
        "late": ("超期", is_late()),
        "answered": (State.ANSWERED.label, Q(state=State.ANSWERED)),
        "all": ("全部", Q()),
    }


def chosen_tab(tabs: Mapping[str, tuple[str, Q]], asked: QueryDict) -> tuple[str, Q]:
    """Return the tab that an address asks for: name and condition; the first one where there is no such."""
    return tabs.get(asked.get("tab", ""), tabs[""])


def worst_ratings(handlings: Iterable[int]) -> dict[int, str]:
    """Return the worst rating of each of these handlings (by key), in words; none where nobody rated; one query."""
    order = Satisfaction.Rating.values
    found: dict[int, str] = {}
    rows = Satisfaction.objects.filter(handling__in=set(handlings))
    for key, rating in rows.values_list("handling_id", "rating"):
        found[key] = max(found.get(key, rating), rating, key=order.index)
    return {key: Satisfaction.Rating(rating).label for key, rating in found.items()}


def contacts_of(assignments: Iterable[UUID]) -> dict[UUID, Contact]:
    """Return who answers for each handler outside, by the assignment."""
    return {one.assignment_uuid: one for one in Contact.objects.filter(assignment_uuid__in=list(assignments))}


def readable_file(user: User, file_uuid: UUID) -> HandlingFile:
    """Return a file of a step that the reader may read.

    In the asking unit that is who reads all its items, in a handler's who receives for it; in a unit below, and for
    authors, the files of an answer that was opened to them, as long as they see an item it is about.

    Raises:
        NotFound: absent or hidden.
    """
    unit_id = require_unit()
    file = file_of(unit_id, file_uuid)
    if file is not None:
        is_asker = file.step.assignment.handling.asker_id == unit_id
        if user.has_zt_perm("items.read_all" if is_asker else "exchange.receive"):
            return file
    file = HandlingFile.objects.select_related("owner", "step__assignment__handling").filter(uuid=file_uuid).first()
    if file is None or not _is_opened(file):
        raise NotFound
    handling = file.step.assignment.handling
    below = [node.item_uuid for node in chain_down(handling.asker_id, handling.item_uuid) if node.unit_id == unit_id]
    if not visible_items(user).filter(uuid__in=below).exists():
        raise NotFound
    return file


def may_rate(user: User, item: Item) -> bool:
    """Return whether the reader is one of those who sign an item."""
    return item.authors.filter(user=user, signs=True).exists()


def _is_opened(file: HandlingFile) -> bool:
    assignment = file.step.assignment
    is_answer = file.step.kind == StepKind.ANSWERED and assignment.role == Assignment.Role.LEAD
    return is_answer and assignment.handling.is_released
