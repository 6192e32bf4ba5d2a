"""The unit's year beside every office home: counts that lead to their lists, the place in the ranking, instructions."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.urls import reverse

from tenants.accounts.models import User
from tenants.items.models import Item
from zhitong.core import clock
from zhitong.core.operations import Actor
from zhitong.exchange.models import Event, Visibility
from zhitong.exchange.queries import instructions_since
from zhitong.exchange.words import leader_words
from zhitong.ranking import figures as numbers
from zhitong.ranking import queries as ranking
from zhitong.ranking.counting import Counts
from zhitong.ranking.models import RuleSet, Standing
from zhitong.ranking.periods import Period
from zhitong.ranking.words import COUNTS, moved_up, rank_change
from zhitong.units.models import LEVEL_ORDER, Level, Unit, UnitKind
from zhitong.web import parts
from zhitong.web.parts import BarRow, Change, KeyFigure, NewInstruction
from zhitong.web.templatetags.zt import points as point_words
from zhitong.web.templatetags.zt import zt_short

_BARS = 5
_LATELY = timedelta(days=30)
_PLACES = {Level.COUNTY: "区县", Level.CITY: "市"}


def context(user: User, unit: Unit) -> dict[str, Any]:
    """Return the year of the unit for one reader in a constant number of queries, as far as the reader may see it."""
    found = _year(user.actor, unit) if user.has_zt_perm("ranking.read") else {}
    return found | (_instructions(unit) if user.has_zt_perm("items.read_all") else {})


def _year(actor: Actor, unit: Unit) -> dict[str, Any]:
    rules, today = ranking.network_rules(), clock.today()
    if rules is None:
        return {}
    when = Period.of_year(today.year)
    rows = ranking.siblings(rules, when, unit)
    own = next((row for row in rows if row.unit_id == unit.pk), None)
    if own is None:
        place = parts.Standing("同级单位", None, reverse("ranking:standings"), why="今年还没有计算")
        return {"standings": [place], "rank_rules": rules}
    figures = _figures(unit, own)
    year = {
        "year": figures,
        "year_note": _against(today.month) if any(figure.change for figure in figures) else "上年没有数据",
    }
    rows = ranking.seen(actor, unit, rules, rows)
    if not rows:
        return year
    return year | {
        "standings": _standings(rules, when, own, rows),
        "neighbours": _bars(own, rows) if len(rows) > 1 else [],
        "neighbours_label": _PLACES.get(Level(unit.level), "单位") if unit.kind == UnitKind.COMMITTEE else "单位",
        "why_url": reverse("ranking:ledger", args=[unit.uuid]),
        "as_of_standing": own.as_of,
        "rank_rules": rules,
    }


def _columns(level: str) -> list[str]:
    """Return the six counts a unit looks at first: its own work, each level above it, the leaders."""
    above = LEVEL_ORDER[LEVEL_ORDER.index(Level(level)) + 1 :]
    higher = [f"higher_{one}" for one in above if f"higher_{one}" in COUNTS]
    work = ["received", "adopted", "sent"] if len(higher) < 3 else ["received", "adopted"]
    extra = ["higher"] if len(work) + len(higher) < 5 else []
    return [*work, *extra, *higher, "instructions"]


def _figures(unit: Unit, own: Standing) -> list[KeyFigure]:
    listed = reverse("ranking:list", args=[unit.uuid])
    now, then = _full_months(unit)
    return [
        KeyFigure(
            COUNTS[name],
            getattr(own, name),
            "篇",
            f"{listed}?what={name}",
            change=_difference(getattr(now, name), getattr(then, name)) if now and then else None,
        )
        for name in _columns(unit.level)
    ]


def _full_months(unit: Unit) -> tuple[Counts | None, Counts | None]:
    """Return what counts in the months of this year that are over, and in the same months of the year before.

    None where there is nothing to compare: no month is over, or nothing is known of the year before.
    """
    today = clock.today()
    last_year = numbers.rows(Period.of_year(today.year - 1), [unit.pk])
    if today.month == 1 or not last_year.exists():
        return None, None
    over = Period(date(today.year, 1, 1), today.replace(day=1) - timedelta(days=1))
    then = Period(date(today.year - 1, 1, 1), Period.of_month(today.year - 1, today.month - 1).last)
    return numbers.total(over, [unit.pk]), numbers.total(then, [unit.pk])


def _difference(now: int, before: int) -> Change:
    if now == before:
        return Change("持平")
    return Change(f"+{now - before} 篇", "up") if now > before else Change(f"−{before - now} 篇", "down")


def _against(month: int) -> str:
    """Return which months a change compares: only those that are over, so that both years count the same days."""
    return f"增减比上年 1 至 {month - 1} 月" if month > 2 else "增减比上年 1 月"


def _standings(rules: RuleSet, when: Period, own: Standing, rows: Sequence[Standing]) -> list[parts.Standing]:
    unit, url = own.unit, reverse("ranking:standings")
    size = len(ranking.peers(rules, when, unit))
    place = _PLACES.get(Level(unit.level)) if unit.kind == UnitKind.COMMITTEE else None
    found = []
    if 1 < len(rows) < size and own.rank:
        near = f"全市 {len(rows)} 个{place}" if place else f"同一上级 {len(rows)} 家"
        found.append(parts.Standing(near, _place(own, rows), url, _moved(own, rows)))
    if size > 1:
        far = f"全省 {size} 个{place}" if place else f"全省同级 {size} 家"
        why = "" if own.rank else "未达参评门槛"
        found.append(parts.Standing(far, own.rank or None, url, rank_change(own), why=why))
    if found:
        ledger = reverse("ranking:ledger", args=[unit.uuid])
        found.append(parts.Standing("得分", None, ledger, points=own.points, note=_gap(own, rows)))
    return found


def _place(own: Standing, rows: Sequence[Standing]) -> int:
    return 1 + sum(0 < row.rank < own.rank for row in rows)


def _moved(own: Standing, rows: Sequence[Standing]) -> Change | None:
    """Return how the place among the siblings changed; None unless all of them were ranked the year before."""
    before = [row.rank_before for row in rows if row.rank_before]
    if not own.rank_before or len(before) < len(rows):
        return None
    return moved_up(1 + sum(rank < own.rank_before for rank in before) - _place(own, rows))


def _gap(own: Standing, rows: Sequence[Standing]) -> str:
    """Return the points of whom one looks at: the one before, or for the first the second."""
    others = [row.points for row in rows if row.unit_id != own.unit_id]
    better = [points for points in others if points > own.points]
    if better:
        return f"前一名 {point_words(min(better))}"
    return f"第二名 {point_words(max(others))}" if others else ""


def _bars(own: Standing, rows: Sequence[Standing]) -> list[BarRow]:
    """Return the own row with its neighbours in the ranking, the longest bar being the best of all."""
    at = rows.index(own)
    first = max(0, min(at - _BARS // 2, len(rows) - _BARS))
    longest = max(row.points for row in rows) or Decimal(1)
    return [
        BarRow(
            row.unit.short_name.removesuffix("政协"),
            row.points,
            100 * row.points / longest,
            rank=_place(row, rows),
            url=reverse("ranking:ledger", args=[row.unit.uuid]),
            value_url=reverse("ranking:ledger", args=[row.unit.uuid]),
            change=_moved(row, rows),
            second=row.sent,
            top=row == own,
            us=row == own,
        )
        for row in rows[first : first + _BARS]
    ]


def _instructions(unit: Unit) -> dict[str, Any]:
    found = instructions_since(unit.pk, clock.today() - _LATELY)
    titles = dict(Item.objects.filter(uuid__in=[item for item, _ in found[:1]]).values_list("uuid", "title"))
    return {
        "instructions": len(found),
        "instruction": _instruction(unit, *found[0], titles) if found else None,
        "instructions_url": f"{reverse('ranking:list', args=[unit.uuid])}?what=instructions",
    }


def _instruction(unit: Unit, item: UUID, event: Event, titles: dict[UUID, str]) -> NewInstruction:
    where = event.body.short_name if event.body else event.unit.short_name
    may_know = event.visibility == Visibility.FULL or event.unit_id == unit.pk
    is_open = bool(event.words) and may_know
    return NewInstruction(
        who=(event.leader if may_know else "") or f"{leader_words(event.leader_rank)}，{where}登记",
        day=zt_short(event.occurred_on),
        words=event.words if is_open else "",
        hidden="批示全文未开放" if event.words and not is_open else "",
        title=titles.get(item, ""),
        url=reverse("desk:journey", args=[item]),
    )
