"""Consumers of items: search documents in step with the rows; who is asked to sign, who answered, who writes on."""

from typing import Any
from uuid import UUID

from search import marks
from search.backend import backend
from search.documents import body_of
from search.files.keeping import FILE_READ
from tenants.accounts.models import User
from tenants.items import happenings
from tenants.items.documents import KIND, documents, holders_of, rescored
from tenants.items.models import OPEN_STATES, Consent, Item, ItemAuthor, State
from tenants.notices.operations import notify
from zhitong.core.operations import require_unit, system
from zhitong.core.outbox import consumer


@consumer("items.item.changed")
@consumer("notices.event")
@consumer("handling.opened")
def index_item(payload: dict[str, Any]) -> None:
    """Write the item's search documents anew, or remove them when the item is a draft or gone.

    What happens to it elsewhere changes them too: what became of it stands there.
    """
    key = UUID(payload["item"])
    if found := documents([key]):
        backend().index(found)
    else:
        backend().remove(KIND, [key])
    happenings.index_of(key)


@consumer("items.item.changed")
def mark_item(payload: dict[str, Any]) -> None:
    """Keep what an item in review is like, for the marks in lists; of others nothing is kept."""
    key = UUID(payload["item"])
    item = Item.objects.filter(uuid=key).first()
    if item is None or item.state != State.IN_REVIEW:
        marks.forget(key)
        return
    marks.note(key=key, title=item.title, body=body_of(item))
    if item.dispatch_uuid:
        marks.forget(item.dispatch_uuid)  # what came in is taken in now


@consumer(FILE_READ)
def index_holders(payload: dict[str, Any]) -> None:
    """Let the items that have a file be found by what stands in it."""
    backend().index(documents(holders_of(payload["sha256"])))


@consumer("ranking.points.changed")
def index_points(payload: dict[str, Any]) -> None:
    """Let items be sorted by what they earn now; those whose points are as they were are not touched."""
    backend().index(documents(rescored([UUID(key) for key in payload["items"]])))


@consumer("items.authors.asked")
def ask_authors(payload: dict[str, Any]) -> None:
    """Ask those named under an item who have not answered; a question is put once.

    It does not say the title: the line stays among the notices of who declines, to whom the item is closed then.
    """
    rows = ItemAuthor.objects.filter(item__uuid=payload["item"], consent=Consent.ASKED, item__state__in=OPEN_STATES)
    for row in rows.select_related("item__created_by", "user"):
        assert row.user is not None
        assert row.asked_at is not None
        writer = row.item.created_by.name if row.item.created_by else "本单位"
        notify(
            actor=system(require_unit()),
            reader=row.user,
            key=f"items.author:{row.pk}:asked:{row.asked_at.isoformat()}",
            kind="signing.asked",
            title=f"{writer}请您在一篇信息上联名",
            body="请看过原文以后确认或谢绝。",
            url=f"/items/{row.item.uuid}/sign/",
        )


@consumer("items.author.answered")
def tell_writer(payload: dict[str, Any]) -> None:
    """Tell who wrote the item what a co-author answered; nothing when the name was taken off meanwhile."""
    row = ItemAuthor.objects.select_related("item__created_by").filter(pk=payload["author"]).first()
    if row is None or row.answered_at is None or row.item.created_by is None:
        return
    declined = row.consent == Consent.DECLINED
    notify(
        actor=system(require_unit()),
        reader=row.item.created_by,
        key=f"items.author:{row.pk}:answered:{row.answered_at.isoformat()}",
        kind=f"signing.{row.consent}",
        title=f"{row.name}{'谢绝' if declined else '确认'}联名：{row.item}",
        body=row.reason,
        url=f"/items/{row.item.uuid}/",
    )


@consumer("items.pen.moved")
def tell_of_pen(payload: dict[str, Any]) -> None:
    """Tell whoever is to write on, or had it handed back or taken away, as long as the item is on its author's side."""
    item = Item.objects.filter(uuid=payload["item"], state__in=[State.DRAFT, State.RETURNED]).first()
    known = {str(user.uuid): user for user in User.objects.filter(uuid__in=[payload["by"], payload["reader"]])}
    if item is None or len(known) < 2:
        return
    by, reader = known[payload["by"]], known[payload["reader"]]
    words = {"handed": f"{by.name}请您接着写", "back": f"{by.name}写好交回", "taken": f"{by.name}已收回，不用再写"}
    notify(
        actor=system(require_unit()),
        reader=reader,
        key=f"items.pen:{item.pk}:{payload['version']}",
        kind="items.pen",
        title=f"{words[payload['what']]}：{item}",
        body=item.pen_note if payload["what"] == "handed" else "",
        url="" if payload["what"] == "taken" else f"/items/{item.uuid}/edit/",
    )
