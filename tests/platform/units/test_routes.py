"""Routes: opened by the receiver or an operator, ended by either side, limited by the receiver, named by the sender."""

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from tests.platform.exchange.test_races import at_once, unit_of
from tests.platform.exchange.test_sending import CONTENT, register
from zhitong.core import clock
from zhitong.core.errors import InvalidInput, NotAllowed, NotFound, Refusal, WrongState
from zhitong.core.models import AuditEntry
from zhitong.core.operations import Actor, system
from zhitong.exchange import operations as exchange
from zhitong.exchange.models import Dispatch
from zhitong.exchange.queries import quotas
from zhitong.units import queries
from zhitong.units.models import QuotaPeriod, Route, RouteKind, RouteTerms, Unit
from zhitong.units.operations import end_route, limit_sender, name_senders, offer_route
from zhitong.units.queries import Destination, destinations

TODAY = date(2026, 6, 17)
NOON = datetime(2026, 6, 17, 12, tzinfo=clock.SHANGHAI)


def offer(receiver: Unit, sender: Unit, **changes: object) -> Route:
    given = {"kind": RouteKind.DIRECT, "valid_from": clock.today()} | changes
    with receiver:
        return offer_route(actor=system(receiver.pk), sender=sender, **given)  # type: ignore[arg-type]


def to(unit: Unit, receiver: Unit) -> list[Destination]:
    return [one for one in destinations(unit, clock.today()) if one.unit == receiver]


def send(unit: Unit, receiver: Unit, item: object = None, **kwargs: bool) -> Dispatch:
    item = item or register(unit)
    assert isinstance(item, UUID)
    with unit:
        [sent] = exchange.send(actor=system(unit.pk), item_uuid=item, content=CONTENT, to=to(unit, receiver), **kwargs)
    return sent


@pytest.mark.django_db
def test_the_lines_of_units_are_routes_by_themselves(unit: Unit, city: Unit, party: Unit) -> None:
    assert [(way.kind, way.name) for way in destinations(unit, TODAY)] == [("hierarchy", "佛山市政协")]
    assert [(way.kind, way.name) for way in destinations(party, TODAY)] == [
        ("participation", "南海区政协"),
        ("party_line", "民盟佛山市委会"),
    ]
    assert [one.short_name for one in queries.senders_to(city)] == ["南海区政协", "民盟佛山市委会", "禅城区政协"]


@pytest.mark.django_db
def test_a_receiver_opens_a_route_for_a_time_and_both_see_it(unit: Unit, province: Unit) -> None:
    with clock.at(NOON):
        route = offer(province, unit, valid_to=TODAY + timedelta(days=1), shows_contacts=True, basis="直报点名单")
        assert [(r.sender, r.basis, r.opened_by) for r in queries.routes_in(province)] == [(unit, "直报点名单", "系统")]
        assert list(queries.routes_out(unit)) == [route]
        assert [(w.kind, w.shows_contacts) for w in to(unit, province)] == [("direct", True)]
        assert unit in queries.senders_to(province)
        assert send(unit, province).route == RouteKind.DIRECT
    with clock.at(NOON + timedelta(days=2)):
        assert to(unit, province) == []
        assert unit not in queries.senders_to(province)
        assert list(queries.routes_in(province)) == []


@pytest.mark.django_db
def test_what_a_receiver_may_not_open(unit: Unit, city: Unit, province: Unit, stranger: Unit) -> None:
    with pytest.raises(WrongState, match="本来就可以报送"):
        offer(city, unit)
    with pytest.raises(InvalidInput) as refused:
        offer(stranger, unit, kind=RouteKind.AGREEMENT)
    assert refused.value.fields == {"valid_to": ["约定须写明到哪一天为止"]}
    with pytest.raises(InvalidInput) as refused:
        offer(province, unit, kind=RouteKind.HIERARCHY)
    assert "kind" in refused.value.fields
    with pytest.raises(InvalidInput) as refused:
        offer(province, province)
    assert "sender" in refused.value.fields
    with pytest.raises(InvalidInput) as refused:
        offer(province, unit, valid_from=TODAY, valid_to=TODAY - timedelta(days=1))
    assert "valid_to" in refused.value.fields
    offer(province, unit, valid_from=TODAY, valid_to=TODAY + timedelta(days=9))
    with pytest.raises(WrongState, match="已有渠道"):
        offer(province, unit, valid_from=TODAY + timedelta(days=9))
    offer(province, unit, valid_from=TODAY + timedelta(days=10))
    clerk = Actor(unit_id=province.pk, label="经办", granted=frozenset({"exchange.receive"}))
    with province, pytest.raises(NotAllowed, match="本单位设置"):
        offer_route(actor=clerk, sender=stranger, kind=RouteKind.DIRECT, valid_from=TODAY)


@pytest.mark.django_db
@pytest.mark.parametrize("side", ["sender", "receiver"])
def test_either_side_ends_a_route_with_a_reason(unit: Unit, province: Unit, stranger: Unit, side: str) -> None:
    route = offer(province, unit)
    mine = unit if side == "sender" else province
    with stranger, pytest.raises(NotFound):
        end_route(actor=system(stranger.pk), route_id=route.pk, reason="不是我们的")
    with mine, pytest.raises(InvalidInput, match="理由"):
        end_route(actor=system(mine.pk), route_id=route.pk, reason=" ")
    with mine:
        ended = end_route(actor=system(mine.pk), route_id=route.pk, reason="直报点调整")
        assert (ended.valid_to, ended.basis) == (clock.today(), "直报点调整")
        with pytest.raises(WrongState, match="到期"):
            end_route(actor=system(mine.pk), route_id=route.pk, reason="再终止")
    with clock.at(clock.now() + timedelta(days=1)):
        assert to(unit, province) == []
    assert AuditEntry.objects.filter(action="units.route.ended", unit_key=mine.pk).count() == 1


@pytest.mark.django_db
def test_a_quota_counts_its_period_and_what_stands(unit: Unit, city: Unit) -> None:
    with clock.at(NOON), city:
        limit_sender(actor=system(city.pk), sender=unit, quota=2, quota_period=QuotaPeriod.MONTH)
    with clock.at(datetime(2026, 5, 31, 23, 59, tzinfo=clock.SHANGHAI)):
        send(unit, city)
    with clock.at(datetime(2026, 6, 1, 0, 1, tzinfo=clock.SHANGHAI)):
        first = send(unit, city)
    with clock.at(NOON):
        returned = send(unit, city)
        with pytest.raises(WrongState) as refused:
            send(unit, city)
        assert refused.value.message == "佛山市政协收南海区政协的信息有限额：每月 2 篇，已报 2 篇，不能再报。"
        assert refused.value.who == "佛山市政协的管理员可以在“渠道”里调整"
        assert "限额" in refused.value.rule
        with city:
            exchange.return_dispatch(actor=system(city.pk), dispatch_uuid=returned.uuid, reason="补数据")
        assert quotas(unit)[city.pk].words == "每月 2 篇，已报 1 篇"
        send(unit, city)
        with unit:
            exchange.recall(actor=system(unit.pk), dispatch_uuid=first.uuid)
        send(unit, city)
        with city:
            limit_sender(actor=system(city.pk), sender=unit)
        send(unit, city)
    assert RouteTerms.objects.count() == 1


@pytest.mark.django_db
def test_terms_that_say_nothing_are_refused_also_by_the_database(unit: Unit, city: Unit) -> None:
    for quota, period, field in ((0, "month", "quota"), (10_000, "month", "quota"), (5, "week", "quota_period")):
        with city, pytest.raises(InvalidInput) as refused:
            limit_sender(actor=system(city.pk), sender=unit, quota=quota, quota_period=period)
        assert list(refused.value.fields) == [field]
    with pytest.raises(IntegrityError, match="terms_quota_has_period"), transaction.atomic():
        RouteTerms.objects.create(sender=unit, receiver=city, quota=3)


@pytest.mark.django_db
def test_a_sender_names_the_posts_that_send(unit: Unit, city: Unit) -> None:
    with city:
        limit_sender(actor=system(city.pk), sender=unit, only_signed=True)
    with unit:
        name_senders(actor=system(unit.pk), receiver=city, posts=["research", "research"])
        [way] = destinations(unit, clock.today())
    assert (way.terms.sender_posts, way.terms.only_signed, way.terms.quota) == (["research"], True, None)


def test_a_quota_holds_when_eight_send_at_once(committed: None) -> None:
    unit, city = unit_of("nanhai"), unit_of("foshan")
    with city:
        limit_sender(actor=system(city.pk), sender=unit, quota=3, quota_period=QuotaPeriod.YEAR)
    items = [register(unit) for _ in range(8)]
    raised = at_once(8, lambda n: send(unit_of("nanhai"), unit_of("foshan"), items[n]))
    assert Dispatch.objects.count() == 3
    assert len(raised) == 5
    assert all(isinstance(error, Refusal) and error.code == "exchange.quota" for error in raised), raised
