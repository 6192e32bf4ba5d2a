"""Lists of handling that can be exported: what the unit passed on, and what was passed to it."""

from collections.abc import Iterator, Sequence

from django.http import QueryDict

from tenants.handling import presenting, queries
from zhitong.core.operations import Actor, require_unit
from zhitong.core.tables import Value
from zhitong.exchange.models import Assignment
from zhitong.exchange.queries.handling import assignments_by, assignments_to
from zhitong.exports.registry import Exporter, Rows, by_batches, register

_ASKED = ("转办时间", "信息标题", "办理单位", "主办会办", "依据", "状态", "签收时限", "答复时限", "反映人评价")
_OWED = ("转来时间", "信息标题", "交办单位", "本单位", "状态", "签收时限", "答复时限")


def _asked(_actor: Actor, asked: QueryDict) -> Rows:
    found = assignments_by(require_unit()).filter(queries.chosen_tab(queries.asked_tabs(), asked)[1])
    return found.count(), by_batches(found.order_by(*queries.ORDER), _passed_on)


def _passed_on(some: Sequence[Assignment]) -> Iterator[Sequence[Value]]:
    rated = queries.worst_ratings(row.handling_id for row in some)
    for row in some:
        yield (
            row.sent_at,
            row.handling.title,
            row.name,
            row.get_role_display(),
            "批示" if row.handling.instruction_id else "采用",
            presenting.state_of(row).word,
            row.receipt_due_at,
            row.due_at,
            rated.get(row.handling_id, "") if row.state == Assignment.State.ANSWERED else "",
        )


def _owed(_actor: Actor, asked: QueryDict) -> Rows:
    found = assignments_to(require_unit()).filter(queries.chosen_tab(queries.owed_tabs(), asked)[1])
    return found.count(), by_batches(found.order_by(*queries.ORDER), _passed_here)


def _passed_here(some: Sequence[Assignment]) -> Iterator[Sequence[Value]]:
    for row in some:
        yield (
            row.sent_at,
            row.handling.title,
            row.handling.asker.short_name,
            row.get_role_display(),
            presenting.state_of(row).word,
            row.receipt_due_at,
            row.due_at,
        )


def _asked_title(asked: QueryDict) -> str:
    return f"转出的办理件（{queries.chosen_tab(queries.asked_tabs(), asked)[0]}）"


def _owed_title(asked: QueryDict) -> str:
    return f"转来的办理件（{queries.chosen_tab(queries.owed_tabs(), asked)[0]}）"


register(Exporter("handling.asked", "转出的办理件", "items.read_all", _ASKED, _asked, _asked_title))
register(Exporter("handling.owed", "转来的办理件", "exchange.receive", _OWED, _owed, _owed_title))
