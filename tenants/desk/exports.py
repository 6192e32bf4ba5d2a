"""Lists of the desk that can be exported: the register."""

from django.http import QueryDict

from tenants.accounts.queries import account_of
from tenants.desk.register import HEADS, ORDER, in_tab, ready, rows_of
from tenants.desk.register.forms import filtered, title_of
from zhitong.core.operations import Actor
from zhitong.exports.registry import Exporter, Rows, by_batches, register
from zhitong.units.current import unit_in_force


def _register(actor: Actor, asked: QueryDict) -> Rows:
    unit = unit_in_force()
    rows, form = filtered(asked)
    chosen = in_tab(rows, form.chosen_tab, account_of(actor))
    found = by_batches(ready(chosen).order_by(*ORDER), lambda some: (row.texts() for row in rows_of(unit, some)))
    return chosen.count(), found


register(
    Exporter(
        kind="desk.register",
        label="台账",
        right="desk.register",
        columns=HEADS,
        rows=_register,
        title=lambda asked: title_of(filtered(asked)[1]),
    )
)
