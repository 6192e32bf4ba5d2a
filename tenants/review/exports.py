"""Worklists that can be exported: the one whose tab is open, with its filters and its order."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.http import QueryDict

from tenants.accounts.queries import account_of
from tenants.items.queries import author_names, number_label, without_names
from tenants.review import queries
from tenants.review.forms import TAB_WORDS, WorkFilter, tab_of
from zhitong.core.operations import Actor
from zhitong.core.tables import Value
from zhitong.exports.registry import Exporter, Rows, by_batches, register
from zhitong.units.current import unit_in_force

_COLUMNS = ("编号", "信息标题", "来自", "类别", "紧急程度", "步骤", "办理人", "时间", "时限", "情况", "理由")


def _worklist(actor: Actor, asked: QueryDict) -> Rows:
    user = account_of(actor)
    filters = WorkFilter(asked, queries.filter_choices()).filters()
    whole = queries.whole_worklist(user, tab_of(asked), filters, asked.get("sort", ""))
    mark = unit_in_force().mark

    def told(some: Sequence[Any]) -> Iterator[Sequence[Value]]:
        rows = [whole.present(one) for one in some]
        nameless = without_names(user, [row.item.pk for row in rows])
        for row in rows:
            who = row.posts if row.item.pk in nameless else row.who
            yield (
                number_label(row.item, mark),
                row.item.title,
                row.item.from_unit or "、".join(author_names(row.item)),
                row.item.category,
                row.item.get_urgency_display(),
                row.step,
                "、".join(dict.fromkeys(who)),
                row.at,
                row.due_at,
                row.word,
                row.reason,
            )

    return whole.rows.order_by().count(), by_batches(whole.rows, told)


def _title(asked: QueryDict) -> str:
    return f"审核（{TAB_WORDS[tab_of(asked)]}）"


register(Exporter("review.worklist", "审核", None, _COLUMNS, _worklist, _title))
