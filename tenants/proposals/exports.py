"""The list of filed proposals as a table, under the heads by which it can be brought in again."""

from collections.abc import Iterator, Sequence

from django.http import QueryDict

from tenants.proposals.columns import HEADS
from tenants.proposals.forms import ListFilter
from tenants.proposals.models import Proposal
from tenants.proposals.queries import ORDER, SEES
from zhitong.core.operations import Actor
from zhitong.core.tables import Value
from zhitong.exports.registry import Exporter, Rows, by_batches, register


def _rows(_actor: Actor, asked: QueryDict) -> Rows:
    rows = ListFilter(asked).found()
    return rows.count(), by_batches(rows.order_by(*ORDER), _told)


def _told(proposals: Sequence[Proposal]) -> Iterator[Sequence[Value]]:
    for one in proposals:
        yield one.number, one.year, one.session, one.title, "、".join(one.proposers), one.text, one.handlers


def _title(asked: QueryDict) -> str:
    year = ListFilter(asked).year_asked
    return f"已立案提案（{year} 年）" if year else "已立案提案"


register(Exporter("proposals.all", "已立案提案", SEES, HEADS, _rows, _title))
