"""Who is told of papers: the receiver's clerks of what came down, people of what is for them; all find them."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from search.backend import backend
from search.files.keeping import FILE_READ
from tenants.accounts.models import User
from tenants.accounts.queries import with_permission
from tenants.notices.operations import notify
from tenants.papers import queries
from tenants.papers.documents import documents, stale
from tenants.papers.models import Reader
from zhitong.core import clock, outbox
from zhitong.core.operations import require_unit, system
from zhitong.exchange.models import Delivery, Paper, PaperKind

_STALE = "papers.document.stale"


@outbox.consumer("exchange.paper.arrived")
@outbox.consumer("exchange.paper.withdrawn")
@outbox.consumer("exchange.paper.published")
@outbox.consumer("exchange.paper.taken_back")
@outbox.consumer(_STALE)
def index_paper(payload: dict[str, Any]) -> None:
    """Write the document of a paper or a delivery anew, or remove it when the paper was withdrawn."""
    key = UUID(payload.get("delivery") or payload["paper"])
    paper = Paper.objects.filter(uuid=key).first() or Paper.objects.get(deliveries__uuid=key)
    if found := documents(paper.kind, [key]):
        backend().index(found)
    else:
        backend().remove(paper.kind, [key])


@outbox.consumer(FILE_READ)
def follow_files(payload: dict[str, Any]) -> None:
    """Have the documents of papers with a file of this unit written anew, wherever they were given."""
    for unit_id, key in stale(payload["sha256"]):
        outbox.publish(_STALE, {"paper": str(key)}, unit_id=unit_id)


@outbox.consumer("exchange.paper.arrived")
def tell_of_arrival(payload: dict[str, Any]) -> None:
    """Tell those who receive for the unit what came down; all of its people, where it is open to them."""
    delivery = _delivery(payload)
    paper = delivery.paper
    if paper.is_withdrawn:
        return
    clerks = list(with_permission("exchange.receive"))
    _tell(clerks, f"delivery:{delivery.pk}", paper, _arrived(paper), f"/papers/in/{delivery.uuid}/")
    if paper.open_to_members:
        others = User.objects.filter(is_active=True).exclude(pk__in=[clerk.pk for clerk in clerks])
        _tell(others, f"paper:{paper.pk}", paper, _arrived(paper), f"/papers/{paper.uuid}/")


@outbox.consumer("exchange.paper.published")
def tell_people(payload: dict[str, Any]) -> None:
    """Tell the unit's own people whom a paper of the unit is for."""
    paper = Paper.objects.select_related("unit").get(uuid=payload["paper"])
    if not paper.is_withdrawn:
        _tell(queries.expected(paper), f"paper:{paper.pk}", paper, _arrived(paper), f"/papers/{paper.uuid}/")


@outbox.consumer("exchange.paper.withdrawn")
def tell_of_withdrawal(payload: dict[str, Any]) -> None:
    """Tell those who receive for the unit that something was taken back, and why."""
    delivery = _delivery(payload)
    paper = delivery.paper
    title = f"{paper.unit.short_name}撤回{paper.get_kind_display()}：{paper.title}"
    url, key = f"/papers/in/{delivery.uuid}/", f"delivery:{delivery.pk}:withdrawn"
    _tell(with_permission("exchange.receive"), key, paper, title, url, body=paper.withdrawn_reason)


@outbox.consumer("exchange.paper.urged")
def tell_of_urging(payload: dict[str, Any]) -> None:
    """Tell those who receive for the unit that the sender presses."""
    delivery = _delivery(payload)
    paper = delivery.paper
    if paper.is_withdrawn:
        return
    title = f"{paper.unit.short_name}催办{paper.get_kind_display()}：{paper.title}"
    url, key = f"/papers/in/{delivery.uuid}/", f"delivery:{delivery.pk}:urged:{payload['day']}"
    _tell(with_permission("exchange.receive"), key, paper, title, url, body=_due(paper))


@outbox.consumer("papers.people.urged")
def tell_urged_people(payload: dict[str, Any]) -> None:
    """Tell the people who were pressed on a day and still owe something."""
    paper = Paper.objects.select_related("unit").get(uuid=payload["paper"])
    if paper.is_withdrawn:
        return
    day = date.fromisoformat(payload["day"])
    pressed = Reader.objects.filter(paper_uuid=paper.uuid, urged_at__gte=clock.start_of(day)).values_list("user")
    keys = {key for (key,) in pressed}
    readers = [one.user for one in queries.asked(paper) if one.user.pk in keys and queries.owes(paper, one)]
    title = f"催办{paper.get_kind_display()}：{paper.title}"
    _tell(readers, f"paper:{paper.pk}:urged:{day}", paper, title, f"/papers/{paper.uuid}/", body=_due(paper))


def _delivery(payload: dict[str, Any]) -> Delivery:
    return Delivery.objects.select_related("paper__unit").get(uuid=payload["delivery"], receiver_id=require_unit())


def _arrived(paper: Paper) -> str:
    return f"{paper.unit.short_name}{paper.get_kind_display()}：{paper.title}"


def _due(paper: Paper) -> str:
    return f"请在 {paper.due_on:%m-%d} 前写好提交。" if paper.kind == PaperKind.CALL else ""


def _tell(readers: Iterable[User], key: str, paper: Paper, title: str, url: str, *, body: str = "") -> None:
    actor = system(require_unit())
    for reader in readers:
        notify(
            actor=actor,
            reader=reader,
            key=key,
            kind=f"paper.{paper.kind}",
            title=title,
            body=body or _due(paper),
            url=url,
        )
