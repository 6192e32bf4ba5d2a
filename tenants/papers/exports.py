"""Lists of papers that can be exported: what came down, what went down and how far everybody is, what one may read."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django.http import QueryDict

from tenants.accounts.queries import account_of
from tenants.papers import queries
from tenants.papers.forms import DirectoryFilter, PaperFilter
from tenants.papers.listing import DIRECTORY_ORDER, INBOX_ORDER, ORDER
from tenants.papers.views import common
from zhitong.core import glossary
from zhitong.core.errors import NotFound
from zhitong.core.operations import Actor, require_unit
from zhitong.core.tables import Value
from zhitong.exchange.models import Delivery, Paper
from zhitong.exchange.queries import progress, published_papers, received_papers, tallies
from zhitong.exports.registry import Exporter, Rows, by_batches, register

_READABLE = ("发出时间", "标题", "来自", "类别", "截止", "已读", "已确认", "已写")
_RECEIVED = ("发来时间", "标题", "来自", "类别", "截止", "状态", "签收时间")
_SENT = ("发出时间", "标题", "类别", "截止", "撤回时间", "接收单位", glossary.RECEIVED, "已写", "采用")
_UNITS = ("接收单位", "状态", "签收时间", "催办时间", "已读人数", "已确认人数", "已写", "采用")
_PEOPLE = ("姓名", "身份", "已读时间", "确认时间", "催办时间", "已写", "采用")
_DIRECTORY = ("姓名", "身份", "职务", "专长", "界别与组织", "标签", "本单位采用")


def _readable(actor: Actor, asked: QueryDict) -> Rows:
    user = account_of(actor)
    found = queries.readable(user).filter(PaperFilter(asked).condition())

    def told(some: Sequence[Paper]) -> Iterator[Sequence[Value]]:
        marks, written = queries.marks_of(user, some), queries.written_for(user, some)
        for paper in some:
            mark = marks.get(paper.uuid)
            yield (
                paper.published_at,
                paper.title,
                paper.unit.short_name,
                paper.get_kind_display(),
                paper.due_on,
                mark.read_at if mark else None,
                mark.confirmed_at if mark else None,
                written.get(paper.uuid),
            )

    return found.count(), by_batches(found.order_by(*ORDER), told)


def _received(_actor: Actor, asked: QueryDict) -> Rows:
    found = received_papers(require_unit()).filter(PaperFilter(asked).condition("paper__"))
    return found.count(), by_batches(found.order_by(*INBOX_ORDER), _came)


def _came(some: Sequence[Delivery]) -> Iterator[Sequence[Value]]:
    for one in some:
        paper, state = one.paper, common.delivery_state(one).word
        kind = paper.get_kind_display()
        yield paper.published_at, paper.title, paper.unit.short_name, kind, paper.due_on, state, one.received_at


def _sent(_actor: Actor, asked: QueryDict) -> Rows:
    unit_id = require_unit()
    found = published_papers(unit_id).filter(PaperFilter(asked).condition())

    def told(some: Sequence[Paper]) -> Iterator[Sequence[Value]]:
        sums = tallies(some, unit_id)
        for paper in some:
            sum_ = sums[paper.pk]
            yield (
                paper.published_at,
                paper.title,
                paper.get_kind_display(),
                paper.due_on,
                paper.withdrawn_at,
                sum_.receivers,
                sum_.received,
                sum_.written,
                sum_.adopted,
            )

    return found.count(), by_batches(found.order_by(*ORDER), told)


def _units(_actor: Actor, asked: QueryDict) -> Rows:
    found = progress(_paper(asked))
    rows = (
        (
            one.delivery.receiver.short_name,
            common.progress_state(one).word,
            one.delivery.received_at,
            one.delivery.urged_at,
            one.delivery.readers,
            one.delivery.confirmed,
            one.written,
            one.adopted,
        )
        for one in found
    )
    return len(found), rows


def _people(_actor: Actor, asked: QueryDict) -> Rows:
    found = queries.asked(_paper(asked))
    rows = (
        (
            one.user.name,
            one.user.get_member_kind_display(),
            one.read_at,
            one.confirmed_at,
            one.urged_at,
            one.written,
            one.adopted,
        )
        for one in found
    )
    return len(found), rows


def _directory(_actor: Actor, asked: QueryDict) -> Rows:
    form = DirectoryFilter(asked, tags=queries.tags_in_use())
    found = queries.directory(**form.conditions())
    return found.count(), by_batches(found.prefetch_related("circles").order_by(*DIRECTORY_ORDER), _listed)


def _listed(some: Sequence[Any]) -> Iterator[Sequence[Value]]:
    for user in some:  # with the number of adopted items
        circles = "、".join(group.name for group in user.circles.all())
        kind, tags = user.get_member_kind_display(), "、".join(user.tags)
        yield user.name, kind, user.duty, user.expertise, circles, tags, user.adopted


def _paper(asked: QueryDict) -> Paper:
    try:
        return queries.get_published(UUID(asked.get("paper", "")))
    except ValueError as error:
        raise NotFound from error


register(Exporter("papers.own", "给我的约稿通知", None, _READABLE, _readable, lambda _asked: "给我的约稿通知"))
register(
    Exporter("papers.received", "收到的约稿通知", "exchange.receive", _RECEIVED, _received, lambda _a: "收到的约稿通知")
)
register(Exporter("papers.sent", "发出的约稿通知", "exchange.publish", _SENT, _sent, lambda _asked: "发出的约稿通知"))
register(
    Exporter("papers.units", "接收单位", "exchange.publish", _UNITS, _units, lambda a: f"接收单位 {_paper(a).title}")
)
register(
    Exporter("papers.people", "本单位人员", "exchange.publish", _PEOPLE, _people, lambda a: f"人员 {_paper(a).title}")
)
register(
    Exporter("papers.directory", "人员名录", "exchange.publish", _DIRECTORY, _directory, lambda _asked: "人员名录")
)
