"""The office's home: what waits, as figures and as the first of each list, and how the unit stands this year."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from tenants.accounts.models import User
from tenants.desk import queries
from tenants.items.models import Urgency
from tenants.items.queries import author_names, with_authors
from tenants.review.models import Task
from tenants.review.queries import count_mine, queue
from zhitong.exchange.models import Dispatch
from zhitong.ranking.models import Standing
from zhitong.units.current import unit_in_force
from zhitong.units.models import Unit
from zhitong.web import parts
from zhitong.web.parts import Action, Change, KeyFigure, QueueEntry, SayBox, State, Tag
from zhitong.web.templatetags.zt import authors as authors_words
from zhitong.web.templatetags.zt import zt_due, zt_short

RIGHTS = ("review.decide", "exchange.receive", "exchange.send", "items.read_all")
_SHOWN = 6
_CHARACTERS_A_MINUTE = 500  # of a practised reader of such papers
_URGENT = Tag("急", "red")


@dataclass(frozen=True, slots=True)
class Listing:
    """The first rows of one list, with the number of all and the way to them."""

    key: str
    label: str
    total: int
    url: str
    entries: Sequence[QueueEntry]
    empty: SayBox


def context(user: User) -> dict[str, Any]:
    """Return figures, lists, and the unit's year for one reader, in a constant number of queries."""
    unit = unit_in_force()
    lists = [listing for listing in (_to_sign(user), _received(user, unit), _ready(user), _late(user)) if listing]
    standing = queries.standing_of(unit.pk) if user.has_zt_perm("ranking.read") else None
    return {
        "figures": [*(_figure(listing) for listing in lists), *_sent_back(user, unit)],
        "starts": _starts(user, lists),
        "lists": lists[:3],
        **(_standing(standing, unit) if user.has_zt_perm("ranking.read") else {}),
    }


def _figure(listing: Listing) -> KeyFigure:
    return KeyFigure(listing.label, listing.total, "篇", listing.url)


def _starts(user: User, lists: Sequence[Listing]) -> list[Action]:
    found = []
    signs = next((listing for listing in lists if listing.key == "sign"), None)
    if signs and signs.entries:
        found.append(Action(f"逐篇审 {signs.total} 篇", url=signs.entries[0].url, icon="writing-sign", primary=True))
    if user.has_zt_perm("items.write"):
        found.append(Action("写信息", url=reverse("items:new"), icon="pencil-plus", primary=not found))
    return found


def _to_sign(user: User) -> Listing | None:
    if not user.has_zt_perm("review.decide"):
        return None
    return Listing(
        "sign",
        "待我审",
        count_mine(user),
        reverse("review:list"),
        [_task(task) for task in queue(user)[:_SHOWN]],
        parts.empty("都审完了", "有新的待办会有通知。", icon="circle-check"),
    )


def _task(task: Task, *notes: str) -> QueueEntry:
    item = task.run.item
    return QueueEntry(
        item.title,
        reverse("review:task", args=[task.uuid]),
        notes or [authors_words(author_names(item)) or item.from_unit, _reading(item.text_length)],
        zt_due(task.due_at),
        _URGENT if item.urgency == Urgency.URGENT else None,
    )


def _reading(length: int) -> str:
    """Return how long a text is, and how long reading takes."""
    minutes = round(length / _CHARACTERS_A_MINUTE)
    return f"{length:,} 字，约{f' {minutes} 分钟' if minutes else '半分钟'}"


def _received(user: User, unit: Unit) -> Listing | None:
    if not user.has_zt_perm("exchange.receive"):
        return None
    waiting = queries.waiting(unit.pk)
    return Listing(
        "inbox",
        "待收稿",
        waiting.count(),
        reverse("desk:inbox"),
        [
            QueueEntry(
                dispatch.title,
                reverse("desk:dispatch", args=[dispatch.uuid]),
                [dispatch.sender.short_name, dispatch.get_state_display()],
                zt_due(dispatch.due_at),
                _URGENT if dispatch.urgency == Urgency.URGENT else None,
            )
            for dispatch in waiting[:_SHOWN]
        ],
        parts.empty("没有待收的来稿", "下级和参加单位报来的信息会出现在这里。"),
    )


def _ready(user: User) -> Listing | None:
    if not user.has_zt_perm("exchange.send"):
        return None
    ready = queries.to_send()
    return Listing(
        "ready",
        "待报送",
        ready.count(),
        reverse("desk:send_list"),
        [
            QueueEntry(
                item.title,
                reverse("desk:send", args=[item.uuid]),
                [item.from_unit or authors_words(author_names(item))],
                State(f"{zt_short(item.decided_at)} 签发"),
            )
            for item in with_authors(ready)[:_SHOWN]
        ],
        parts.empty("没有待报送的信息", "签发以后的信息会出现在这里。", icon="send"),
    )


def _late(user: User) -> Listing | None:
    if not user.has_zt_perm("review.decide"):
        return None
    late = queries.late_tasks(user)
    return Listing(
        "late",
        "审核超期",
        late.count(),
        f"{reverse('review:list')}?tab=late",
        [_task(task, task.holder.name, task.step_name) for task in late[:_SHOWN]],
        parts.empty("没有超期的", "时限按工作日计算。", icon="circle-check"),
    )


def _sent_back(user: User, unit: Unit) -> list[KeyFigure]:
    """Return how many sendings came back and wait for a correction."""
    if not user.has_zt_perm("exchange.send"):
        return []
    back = Dispatch.objects.filter(sender=unit, state=Dispatch.State.RETURNED).count()
    return [KeyFigure("报送被退回", back, "篇", f"{reverse('desk:send_list')}?tab=sent&state=returned")]


def _standing(standing: Standing | None, unit: Unit) -> dict[str, Any]:
    """Return the year's counts, each leading to its list, and the rank among units of the same kind and level."""
    label = f"同级{'政协' if unit.kind == 'committee' else '单位'}"
    ranking = reverse("ranking:standings")
    if standing is None:
        return {"standings": [parts.Standing(label, None, ranking, why="今年还没有计算")]}
    listed = reverse("ranking:list", args=[unit.uuid])
    columns = (
        ("收到", "received"),
        ("本级采用", "adopted"),
        ("报送", "sent"),
        ("上级采用", "higher"),
        ("全国采用", "higher_national"),
        ("批示", "instructions"),
    )
    return {
        "year": [
            KeyFigure(name, getattr(standing, column), "篇", f"{listed}?what={column}") for name, column in columns
        ],
        "standings": [parts.Standing(label, standing.rank or None, ranking, _moved(standing), why="还没有得分")],
        "as_of_standing": standing.as_of,
    }


def _moved(standing: Standing) -> Change | None:
    if not standing.rank_before:
        return None
    up = standing.rank_before - standing.rank
    if not up:
        return Change("比上年持平")
    return Change(f"比上年{'升' if up > 0 else '降'} {abs(up)}", "up" if up > 0 else "down")
