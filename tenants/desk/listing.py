"""What the lists between units show, in which order: asked by their pages and by their exports alike."""

from django.db.models import Q, QuerySet
from django.db.models.fields.json import KeyTransform
from django.http import QueryDict

from tenants.desk.forms import InboxFilter, SentFilter
from zhitong.core import clock, glossary
from zhitong.core.operations import require_unit
from zhitong.exchange.models import Dispatch
from zhitong.exchange.queries import inbox, sent

INBOX_ORDER = SENT_ORDER = ("-sent_at", "-id")
RETURNED_ORDER = ("-closed_at", "-id")
READY_ORDER = ("-decided_at", "-id")
# What the unit has neither taken in nor sent back yet.
AWAITING = (Dispatch.State.SENT, Dispatch.State.RECEIVED)


def inbox_tabs() -> dict[str, tuple[str, Q]]:
    """Return the tabs of the inbox with their words and conditions."""
    return {
        "": ("在办", Q(state__in=[*AWAITING, Dispatch.State.ACCEPTED])),
        "sent": (glossary.AWAITING_RECEIPT, Q(state=Dispatch.State.SENT)),
        "late": ("超期", Q(state=Dispatch.State.SENT, due_at__lt=clock.now())),
        "asked": (
            "请求撤回",
            Q(recall_asked_at__isnull=False, state__in=[Dispatch.State.RECEIVED, Dispatch.State.ACCEPTED]),
        ),
        "urgent": ("急事急报", Q(urgency="urgent", state__in=AWAITING)),
        "adopted": (glossary.ADOPTED, Q(state=Dispatch.State.ADOPTED)),
        "returned": (glossary.SENT_BACK, Q(state=Dispatch.State.RETURNED)),
        "closed": ("留存和不采用", Q(state__in=[Dispatch.State.KEPT, Dispatch.State.DECLINED])),
        "all": ("全部", Q()),
    }


def inbox_asked(asked: QueryDict) -> tuple[QuerySet[Dispatch], InboxFilter, str]:
    """Return the inbox as the query of its page narrows it, the filter, and the tab."""
    tabs, tab = inbox_tabs(), asked.get("tab", "")
    tab = tab if tab in tabs else ""
    rows = inbox(require_unit())
    form = InboxFilter(asked, senders=_known(rows, "sender__short_name"), categories=_known(rows, "category"))
    return rows.filter(tabs[tab][1], form.condition()), form, tab


def with_signers(rows: QuerySet[Dispatch]) -> QuerySet[Dispatch]:
    """Let each dispatch carry the signers of its packet as `signers`."""
    return rows.annotate(signers=KeyTransform("authors", "packet__content"))


def sent_asked(asked: QueryDict) -> tuple[QuerySet[Dispatch], SentFilter]:
    """Return what the unit sent as the query of its page narrows it, and the filter."""
    rows, form = sent(require_unit()), SentFilter(asked)
    state = form.chosen()
    return (rows.filter(state=state) if state else rows), form


def state_words(dispatch: Dispatch) -> str:
    """Return how a sending stands; a body outside has no inbox, so nothing there waits for a receipt."""
    if dispatch.body_id and dispatch.state == Dispatch.State.SENT:
        return glossary.AWAITING_FEEDBACK
    return dispatch.get_state_display()


def _known(rows: QuerySet[Dispatch], column: str) -> list[str]:
    return [value for value in rows.order_by(column).values_list(column, flat=True).distinct() if value]
