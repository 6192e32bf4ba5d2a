"""The reader's own notices as an export."""

from collections.abc import Iterator, Sequence

from django.http import QueryDict

from tenants.accounts.queries import account_of
from tenants.notices import queries, words
from tenants.notices.models import Notice, Occasion
from zhitong.core.operations import Actor
from zhitong.core.tables import Value
from zhitong.exports.registry import Exporter, Rows, by_batches, register

_COLUMNS = ("时间", "内容", "说明", "类别", "阅读时间")


def _own(actor: Actor, asked: QueryDict) -> Rows:
    found = queries.chosen(account_of(actor), asked.get("about", ""))
    return found.count(), by_batches(found.order_by(*queries.ORDER), _told)


def _told(some: Sequence[Notice]) -> Iterator[Sequence[Value]]:
    for one in some:
        yield one.created_at, one.title, one.body, words.occasion_of(one.kind).label, one.read_at


def _title(asked: QueryDict) -> str:
    about = asked.get("about", "")
    return f"通知（{Occasion(about).label if about in Occasion.values else '全部'}）"


register(Exporter("notices.own", "通知", None, _COLUMNS, _own, _title))
