"""The office's home: what waits, as figures and as the first of each list, and how the unit stands this year."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from tenants.accounts import queries as people
from tenants.accounts.models import User
from tenants.desk import queries
from tenants.desk.views import rail
from tenants.items.models import Item, Urgency
from tenants.items.queries import author_names, visible_items, with_authors
from tenants.items.texts import reading_words
from tenants.items.views.cards import state_of
from tenants.items.views.common import detail_url
from tenants.review.models import Task
from tenants.review.queries import count_mine, queue
from zhitong.core import clock
from zhitong.exchange.queries import unreceived_papers
from zhitong.units.current import unit_in_force
from zhitong.units.models import Unit
from zhitong.web import parts
from zhitong.web.parts import Action, KeyFigure, QueueEntry, SayBox, State, Tag
from zhitong.web.templatetags.zt import authors as authors_words
from zhitong.web.templatetags.zt import zt_due, zt_short

RIGHTS = ("review.decide", "exchange.receive", "exchange.send", "items.read_all", "accounts.manage")
_SHOWN = 6
_URGENT = Tag("急", "red")


@dataclass(frozen=True, slots=True)
class Listing:
    """The first rows of one list, with the number of all and the way to them; `plain` when they are no titles."""

    key: str
    label: str
    total: int
    url: str
    entries: Sequence[QueueEntry]
    empty: SayBox
    plain: bool = False


def context(user: User) -> dict[str, Any]:
    """Return figures, lists, and the unit's year for one reader, in a constant number of queries."""
    unit = unit_in_force()
    lists = [listing for listing in (_to_sign(user), _received(user, unit), _ready(user), _late(user)) if listing]
    figures = [*(_figure(listing) for listing in lists), *_sent_back(user, unit), *_came_down(user, unit)]
    if not lists:
        lists = [listing for listing in (*_administration(user), _latest(user)) if listing]
        figures = _accounts(user)
    return {
        "figures": figures,
        "starts": _starts(user, lists),
        "lists": lists[:3],
        **rail.context(user, unit),
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
    if not found and user.has_zt_perm("accounts.manage"):
        found.append(Action("添加人员", url=reverse("accounts:person_new"), icon="user-plus", primary=True))
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
        notes or [authors_words(author_names(item)) or item.from_unit, reading_words(item.text_length)],
        zt_due(task.due_at),
        _URGENT if item.urgency == Urgency.URGENT else None,
    )


def _received(user: User, unit: Unit) -> Listing | None:
    if not user.has_zt_perm("exchange.receive"):
        return None
    waiting = queries.waiting(unit.pk)
    return Listing(
        "inbox",
        "收件待办",
        waiting.count(),
        reverse("desk:inbox"),
        [
            QueueEntry(
                dispatch.title,
                reverse("desk:dispatch", args=[dispatch.uuid]),
                [dispatch.sender.short_name, dispatch.get_state_display()],
                zt_due(dispatch.receipt_due_at),
                _URGENT if dispatch.urgency == Urgency.URGENT else None,
            )
            for dispatch in waiting[:_SHOWN]
        ],
        parts.empty("没有待办的来稿", "下级和参加单位报来的信息会出现在这里。"),
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
    back = queries.returned_to(unit.pk).count()
    return [KeyFigure("报送被退回", back, "篇", f"{reverse('desk:send_list')}?tab=back")]


def _came_down(user: User, unit: Unit) -> list[KeyFigure]:
    """Return how many calls and notices wait for a receipt; nothing while none does."""
    if not user.has_zt_perm("exchange.receive"):
        return []
    waiting = unreceived_papers(unit.pk).count()
    return [KeyFigure("约稿通知", waiting, "件", reverse("papers:inbox"))] if waiting else []


def _accounts(user: User) -> list[KeyFigure]:
    if not user.has_zt_perm("accounts.manage"):
        return []
    counts = people.standing_counts()
    listed = reverse("accounts:people")
    words = {"active": "在用人员", "waiting": "未设密码", "off": "已停用"}
    return [
        *(KeyFigure(label, counts[key], "人", f"{listed}?standing={key}") for key, label in words.items()),
        KeyFigure("空缺岗位", len(people.vacant_positions(clock.today())), "个", reverse("accounts:positions")),
    ]


def _administration(user: User) -> list[Listing]:
    """Return what an administrator looks after: who has not come in yet, and posts that nobody holds."""
    if not user.has_zt_perm("accounts.manage"):
        return []
    today = clock.today()
    waiting = people.members(standing="waiting").order_by("-created_at", "-pk")
    vacant = people.vacant_positions(today)
    return [
        Listing(
            "waiting",
            "未设密码",
            waiting.count(),
            f"{reverse('accounts:people')}?standing=waiting",
            [
                QueueEntry(
                    each.name,
                    reverse("accounts:person", args=[each.uuid]),
                    [each.get_member_kind_display(), each.username],
                )
                for each in waiting[:_SHOWN]
            ],
            parts.empty("都已设好密码", "添加人员以后，请把邀请链接交给本人。", icon="circle-check"),
            plain=True,
        ),
        Listing(
            "vacant",
            "空缺岗位",
            len(vacant),
            reverse("accounts:positions"),
            [QueueEntry(post.name, reverse("accounts:positions"), ["还没有人担任"]) for post in vacant[:_SHOWN]],
            parts.empty("岗位都有人担任", "审核流程按岗位找人。", icon="circle-check"),
            plain=True,
        ),
    ]


def _latest(user: User) -> Listing | None:
    if not user.has_zt_perm("items.read_all"):
        return None
    latest = visible_items(user).filter(submitted_at__isnull=False)
    return Listing(
        "latest",
        "稿件",
        latest.count(),
        reverse("items:all"),
        [_newest(item) for item in with_authors(latest.order_by("-submitted_at", "-id"))[:_SHOWN]],
        parts.empty("还没有稿件", "提交审核的信息会出现在这里。"),
    )


def _newest(item: Item) -> QueueEntry:
    notes = [item.from_unit or authors_words(author_names(item)), zt_short(item.submitted_at)]
    return QueueEntry(item.title, detail_url(item), notes, state_of(item))
