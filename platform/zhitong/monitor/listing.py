"""The lists behind a dashboard's figures, for their pages and for what is exported of them."""

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from zhitong.core.errors import NotFound
from zhitong.core.operations import Actor
from zhitong.monitor import queries
from zhitong.monitor.dashboards import Asked
from zhitong.monitor.queries import Silent
from zhitong.monitor.scopes import Scope
from zhitong.ranking import queries as ranking
from zhitong.ranking.models import Sight, Standing
from zhitong.ranking.views.common import period_in
from zhitong.ranking.words import COUNTS
from zhitong.units.models import Unit

_ORDERS = {"rank", "silent", *COUNTS}
WAITING = {"way": "在途", "late": "超期未签收", "answers": "超期未答复"}
WAITING_ORDER = ("-pk",)
_WAITING_ROWS = {"way": queries.on_the_way, "late": queries.unreceipted, "answers": queries.unanswered}


@dataclass(frozen=True, slots=True)
class UnitRows:
    """The units of a group in the order of `what`: a count, the rank, or how long they are silent.

    `latest` is any row of the period, for how fresh it is; `silent` who has sent nothing for long, by key of the unit.
    """

    what: str
    rows: list[Standing]
    silent: dict[int, Silent]
    latest: Standing | None


def asked_of(actor: Actor, own: Unit, scope: Scope, asked: QueryDict) -> Asked | None:
    """Return what an address asks for within a scope; None while there are no rules to count by.

    Raises:
        NotFound: no such group or period.
    """
    rules = ranking.network_rules()
    if rules is None:
        return None
    much = ranking.sight(rules, own, actor)
    return Asked(scope, scope.group(asked.get("group")), period_in(asked, own), rules, much == Sight.NAMED)


def unit_rows(asked: Asked, what: str) -> UnitRows:
    """Return the units of the group that is asked for, in the order of a count.

    Raises:
        NotFound: no such count, or there is no group.
    """
    if what not in _ORDERS or asked.group is None:
        raise NotFound
    found = queries.rows_of(asked.rules, asked.when, asked.group.units)
    rows = ranking.with_names(found, asked.when)
    units = {row.unit_id: row.unit for row in rows}
    months = queries.by_month(asked.rules, asked.when.last.year, units)
    silent = {one.unit.pk: one for one in queries.silent(months, units)}
    if what == "rank" and not asked.shows_points:
        what = "received"
    if what == "silent":
        rows = sorted((row for row in rows if row.unit_id in silent), key=lambda row: -silent[row.unit_id].months)
    elif what != "rank":
        rows.sort(key=lambda row: -getattr(row, what))
    return UnitRows(what, rows, silent, found[0] if found else None)


def waiting_rows(scope: Scope, asked: QueryDict) -> tuple[str, bool, Any]:
    """Return which list of what is open is asked for, whether of the unit alone without those below it, and its rows.

    Raises:
        NotFound: there is no such list.
    """
    tab = asked.get("tab", "way")
    if tab not in WAITING:
        raise NotFound
    # One late unit of the dashboard leads here: what it owes itself, without those below it.
    alone = "alone" in asked and scope.unit is not None
    return tab, alone, _WAITING_ROWS[tab](scope.head if alone else scope.units)
