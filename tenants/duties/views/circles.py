"""A circle's year for who heads it: figures, members, targets and place, and the lists behind each number."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from tenants.accounts.models import Group, User
from tenants.accounts.queries import heads_of
from tenants.duties import words
from tenants.duties.queries import circles as queries
from tenants.duties.queries.circles import Member, Place
from tenants.duties.queries.targets import progress
from tenants.duties.views import common
from tenants.items.views.common import reader
from zhitong.core.errors import NotFound
from zhitong.exchange.models import ItemFact
from zhitong.monitor import shares, years
from zhitong.ranking import figures
from zhitong.ranking import queries as ranking
from zhitong.ranking.models import LedgerEntry
from zhitong.ranking.periods import Period
from zhitong.ranking.views.common import period_in
from zhitong.ranking.views.standings import ledger_lines, parts_of_a_year
from zhitong.ranking.words import moved_up, sum_words
from zhitong.units.current import unit_in_force
from zhitong.web import parts
from zhitong.web.parts import BarRow, Fact, KeyFigure


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for: whose year, and when."""

    circle: Group
    when: Period

    @property
    def query(self) -> str:
        """The same in an address."""
        return f"circle={self.circle.pk}&{self.when.query}"


@login_required
@require_safe
def circle(request: HttpRequest) -> HttpResponse:
    """Return the year of a circle; its heads see their own alone, who reads the ranking any of the unit."""
    user, unit = reader(request), unit_in_force()
    filters = {"filters": common.sections(request, user, "circle")}
    found = queries.get_circle(user, request.GET.get("circle", ""))
    if found is None:
        box = parts.empty("还没有界别、专委会等", "由单位管理员在“人员”的“界别与组织”里登记。", icon="users")
        return render(request, "duties/circle.html", filters | {"box": box})
    asked = Asked(found, period_in(request.GET, unit))
    place = queries.place_of(user, unit, found, asked.when)
    members = queries.members(user, unit, found, asked.when)
    base = f"{reverse('duties:circle_items')}?circle={found.pk}&"
    context = years.year_of(shares.of_group(unit, found.name), asked.when, base)
    if place is not None:
        context["figures"].append(_points(asked, place))
    owed = queries.targets_of(found, asked.when.last.year)
    done = progress(owed)
    context |= {
        "circle": found,
        "circles": list(queries.open_circles(user)),
        "heads": "、".join(heads_of([found])[found.pk]),
        "when": asked.when,
        "parts": parts_of_a_year(),
        "kept": {"circle": found.pk},
        "bars": _bars(members, base, asked.when),
        "silent": [one.name for one in members if not one.counts.received],
        "targets": [
            (
                words.owed(row, own=True),
                words.amount(done[row.uuid].done, row.measure),
                done[row.uuid],
                words.standing(done[row.uuid], row.measure),
            )
            for row in owed
        ],
        "exported": asked.query,
        "place": place,
        "phone_title": found.name,
    }
    return render(request, "duties/circle.html", filters | context)


@login_required
@require_safe
def circle_items(request: HttpRequest) -> HttpResponse:
    """Return the items behind one of these figures: by number, as many as the figure says."""
    user = reader(request)
    asked, what, person, facts = items_asked(user, request.GET)
    opens = user.has_zt_perm("items.read_all")
    common.sections(request, user, "circle")
    context = years.items_page(
        facts,
        request.GET,
        what,
        asked.when,
        whose=asked.circle.name,
        base=f"{reverse('duties:circle_items')}?circle={asked.circle.pk}&{f'person={person}&' if person else ''}",
        page_of_item=lambda fact: reverse("desk:item", args=[fact.item_uuid]) if opens else "",
    ) | {
        "export_kind": "duties.circle_items",
        "back_url": f"{reverse('duties:circle')}?{asked.query}",
        "back_words": asked.circle.name,
    }
    return render(request, "monitor/items.html", context)


@login_required
@require_safe
def circle_points(request: HttpRequest) -> HttpResponse:
    """Return the lines behind a circle's points.

    Raises:
        NotFound: no set scores circles, or its owner shows nothing of it.
    """
    user, unit = reader(request), unit_in_force()
    asked, place, rows = points_asked(user, request.GET)
    lines = list(rows)
    common.sections(request, user, "circle")
    context = {
        "drawer_title": "为什么是这个分",
        "drawer_note": f"{asked.circle.name}，{asked.when.words}",
        "total": sum((line.points for line in lines if line.counted), Decimal(0)),
        "sum_words": sum_words(lines),
        "facts": [
            Fact("规则", f"{place.rules.owner.short_name}《{place.rules.name}》"),
            Fact("明细", f"{len(lines)} 条"),
        ],
        "ledger": ledger_lines(user.actor, unit, unit, place.rules, lines),
        "rules": place.rules,
        "export_kind": "duties.circle_points",
        "exported": asked.query,
    }
    return render(request, "ranking/ledger.html", context)


def circle_asked(user: User, asked: QueryDict) -> Asked:
    """Return whose year is asked for, and when.

    Raises:
        NotAllowed: the reader heads nothing and does not read the ranking.
        NotFound: no such circle for the reader, or no such period.
    """
    found = queries.get_circle(user, asked.get("circle", ""))
    if found is None:
        raise NotFound
    return Asked(found, period_in(asked, unit_in_force()))


def items_asked(user: User, asked: QueryDict) -> tuple[Asked, str, UUID | None, QuerySet[ItemFact]]:
    """Return which items are asked for: of which circle, counted as what, of which person (None: all), and the items.

    Raises:
        NotAllowed, NotFound: as `circle_asked`; no such count, no person's key.
    """
    found, unit, what = circle_asked(user, asked), unit_in_force(), asked.get("what", "received")
    if what not in years.OWN_COUNTS:
        raise NotFound
    try:
        person = UUID(asked["person"]) if "person" in asked else None  # type: ignore[arg-type]
    except ValueError as error:
        raise NotFound from error
    part = shares.of_group(unit, found.circle.name).items
    if person is not None:
        part &= Q(authors__contains=[{"person": str(person)}])
    return found, what, person, figures.facts(found.when, what, [unit.pk]).filter(part)


def points_asked(user: User, asked: QueryDict) -> tuple[Asked, Place, QuerySet[LedgerEntry]]:
    """Return whose points are asked for, under which rules, and the lines behind them.

    Raises:
        NotAllowed, NotFound: as `circle_asked`; no set scores circles, or its owner shows nothing of it.
    """
    found, unit = circle_asked(user, asked), unit_in_force()
    place = queries.place_of(user, unit, found.circle, found.when)
    if place is None:
        raise NotFound
    return found, place, ranking.entries(place.rules, unit, found.when, place.subject.uuid)


def _points(asked: Asked, place: Place) -> KeyFigure:
    subject = place.subject
    moved = moved_up(subject.rank_before - subject.rank) if subject.rank and subject.rank_before else None
    rank = f"第 {subject.rank} 名，共 {place.of} 个" if subject.rank else "没有名次"
    return KeyFigure("得分", subject.points, "分", f"{reverse('duties:circle_points')}?{asked.query}", rank, moved)


def _bars(members: list[Member], base: str, when: Period) -> list[BarRow]:
    wrote = [one for one in members if one.counts.received]
    longest = max((one.counts.received for one in wrote), default=1)

    def url(one: Member, what: str) -> str:
        return f"{base}person={one.person}&what={what}&{when.query}"

    return [
        BarRow(
            one.name,
            one.counts.received,
            Decimal(100 * one.counts.received) / longest,
            value_url=url(one, "received"),
            second=one.counts.adopted,
            second_url=url(one, "adopted"),
        )
        for one in wrote
    ]
