"""Small histories for tests of rankings, through the exchange's own operations."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import connection

from zhitong.core import clock
from zhitong.core.operations import system
from zhitong.exchange import operations as exchange
from zhitong.exchange.models import AdoptionMode, Event, EventKind
from zhitong.ranking import operations
from zhitong.ranking.counting import WHAT
from zhitong.ranking.models import RuleSet
from zhitong.ranking.scored import Chronicle
from zhitong.ranking.scoring.presets import FOLDER
from zhitong.units.models import BodyKind, ExternalBody, Level, Route, RouteKind, Unit
from zhitong.units.queries import destinations

PRESET = FOLDER / "A.yaml"
TITLE = "关于规范电动自行车充电的建议"
CONTENT = {"title": TITLE, "problem": "居民拉线充电。", "suggestions": "制定布点计划。", "authors": []}


def publish(province: Unit) -> RuleSet:
    """Put the provincial rule set A into force."""
    with province:
        version = operations.publish_rules(
            actor=system(province.pk), owner=province, code="A", source=PRESET.read_text(), valid_from=date(2019, 1, 1)
        )
    return version.rule_set


def new_item(
    unit: Unit, label: str, dispatch: Any = None, authors: list[dict[str, Any]] | None = None, days_ago: int = 0
) -> UUID:
    item = uuid4()
    with unit:
        exchange.register_item(
            actor=system(unit.pk),
            item_uuid=item,
            number_label=label,
            submitted_at=clock.now() - timedelta(days=days_ago),
            authors=authors or [],
            dispatch=dispatch,
        )
    return item


def send_up(unit: Unit, item: UUID, to: Unit, label: str, days_ago: int = 0) -> UUID:
    """Send to `to`, let it accept, return its own item."""
    with unit:
        way = [d for d in destinations(unit, clock.today()) if d.unit == to]
        [dispatch] = exchange.send(actor=system(unit.pk), item_uuid=item, content=CONTENT, to=way)
    above = new_item(to, label, dispatch, days_ago=days_ago)
    with to:
        exchange.accept(actor=system(to.pk), dispatch_uuid=dispatch.uuid, item_uuid=above)
    return above


def outcome(unit: Unit, item: UUID, kind: EventKind = EventKind.ADOPTED, **fields: Any) -> Event:
    if kind == EventKind.ADOPTED:
        fields.setdefault("mode", AdoptionMode.SINGLE)
    with unit:
        return exchange.record(actor=system(unit.pk), item_uuid=item, kind=kind, **fields)


def national(province: Unit) -> ExternalBody:
    body = ExternalBody.objects.create(
        name="中国人民政治协商会议全国委员会", short_name="全国政协", kind=BodyKind.CPPCC, level=Level.NATIONAL
    )
    Route.objects.create(sender=province, body=body, kind=RouteKind.EXTERNAL, valid_from=date(2019, 1, 1))
    return body


def full_way(unit: Unit, city: Unit, province: Unit) -> tuple[UUID, Event]:
    """County item adopted by county, city, province (single) and, merged, by 全国政协; return it and the last event."""
    item = new_item(unit, "南〔2026〕1号")
    outcome(unit, item)
    at_city = send_up(unit, item, city, "佛〔2026〕1号")
    outcome(city, at_city)
    at_province = send_up(city, at_city, province, "粤〔2026〕1号")
    outcome(province, at_province)
    body = national(province)
    with province:
        way = [d for d in destinations(province, clock.today()) if d.body == body]
        exchange.send(actor=system(province.pk), item_uuid=at_province, content=CONTENT, to=way)
    return item, outcome(province, at_province, mode=AdoptionMode.MERGED, body=body)


def recount(year: int | None = None) -> None:
    """Count a year (the present one) anew."""
    connection.set_schema_to_public()
    operations.recount(actor=system(None), year=year or clock.today().year)


def recompute(rules: RuleSet, year: int | None = None, unit: Unit | None = None) -> list[operations.Difference]:
    """Count and score a year (the present one) anew, as the worker does; return what differed in the ledger."""
    year = year or clock.today().year
    recount(year)
    if unit:
        counted = [(unit.pk, month, what) for month in range(1, 13) for what in WHAT]
        return operations.recompute_units(
            actor=system(None), rule_set=rules, year=year, chronicle=Chronicle([unit.pk]), counted=counted
        )
    return operations.recompute(actor=system(None), rule_set=rules, year=year)
