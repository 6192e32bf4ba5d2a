"""Lists of administration that can be exported: what was refused in the unit."""

from django.http import QueryDict

from tenants.accounts.oddities import ORDER, oddities, told
from zhitong.core.operations import Actor
from zhitong.exports.registry import Exporter, Rows, by_batches, register


def _oddities(_actor: Actor, _asked: QueryDict) -> Rows:
    found = oddities()
    rows = by_batches(
        found.order_by(*ORDER), lambda some: ((one.at, one.what, one.more, one.who) for one in told(some))
    )
    return found.count(), rows


register(
    Exporter(
        kind="accounts.oddities",
        label="异常记录",
        right="audit.read",
        columns=("时间", "什么事", "说明", "谁"),
        rows=_oddities,
        title=lambda _asked: "异常记录",
    )
)
