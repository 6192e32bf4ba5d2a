"""Several reports become one and apart again: what each contributor learns, what it never learns, what counts."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.platform.ranking.histories import new_item, outcome, send_up
from zhitong.core import clock
from zhitong.core.errors import InvalidInput, NotFound, WrongState
from zhitong.core.operations import system
from zhitong.exchange import operations as exchange
from zhitong.exchange.models import AdoptionMode, Dispatch, EventKind, MergePart
from zhitong.exchange.queries import chain_down, chain_up, journey, parts_of, tracks
from zhitong.units.models import Unit

pytestmark = pytest.mark.django_db


def merged(city: Unit, sources: list[UUID], label: str = "佛〔2026〕9号") -> UUID:
    """Merge items of the city; return the merged one."""
    item = uuid4()
    with city:
        exchange.register_item(
            actor=system(city.pk),
            item_uuid=item,
            number_label=label,
            submitted_at=clock.now(),
            authors=[],
            is_merged=True,
        )
        exchange.merge(actor=system(city.pk), item_uuid=item, sources=sources)
    return item


@pytest.fixture
def three(unit: Unit, stranger: Unit, city: Unit) -> dict[str, UUID]:
    """A report of 南海 and one of 禅城 arrived in the city, merged with one of the city's own."""
    south, west = new_item(unit, "南〔2026〕1号"), new_item(stranger, "禅〔2026〕1号")
    at_city = [send_up(unit, south, city, "佛〔2026〕1号"), send_up(stranger, west, city, "佛〔2026〕2号")]
    own = new_item(city, "佛〔2026〕3号")
    return {
        "south": south,
        "west": west,
        "from_south": at_city[0],
        "from_west": at_city[1],
        "own": own,
        "all": merged(city, [*at_city, own]),
    }


def way(unit: Unit, item: UUID) -> list[tuple[str, str]]:
    found = journey(unit.pk, item)
    assert found is not None
    return [(stop.name, stop.outcome[0]) for stop in found.stops]


def test_the_chain_goes_through_the_merge(three: dict[str, UUID], unit: Unit, stranger: Unit, city: Unit) -> None:
    assert chain_up(unit.pk, three["south"]) == [
        (unit.pk, three["south"]),
        (city.pk, three["from_south"]),
        (city.pk, three["all"]),
    ]
    below = chain_down(city.pk, three["all"])
    assert set(below) == {
        (city.pk, three["all"]),
        (city.pk, three["from_south"]),
        (city.pk, three["from_west"]),
        (city.pk, three["own"]),
        (unit.pk, three["south"]),
        (stranger.pk, three["west"]),
    }


def test_outcomes_of_the_merged_item_reach_each_contributor_as_merged(
    three: dict[str, UUID], unit: Unit, stranger: Unit, city: Unit, province: Unit
) -> None:
    assert way(unit, three["south"]) == [
        ("南海区政协", "审核中"),
        ("佛山市政协", "已并入"),
        ("佛山市政协", "审核中"),
    ]
    # Asked as single, a merged item is adopted as merged all the same.
    assert outcome(city, three["all"], mode=AdoptionMode.SINGLE).mode == AdoptionMode.MERGED
    above = send_up(city, three["all"], province, "粤〔2026〕1号")
    outcome(province, above, mode=AdoptionMode.SINGLE)
    for county, item in ((unit, three["south"]), (stranger, three["west"])):
        assert way(county, item)[1:] == [
            ("佛山市政协", "已并入"),
            ("佛山市政协", "综合采用"),
            ("广东省政协", "综合采用"),
        ]
        track = tracks(county.pk, [item])[item]
        assert [(station.label, station.word) for station in track.stations][1:3] == [
            ("佛山市", "综合采用"),
            ("广东省", "综合采用"),
        ]
    # The city sent one report, which the province adopted singly; so the city's own journey says.
    assert way(city, three["all"])[-1] == ("广东省政协", "单篇采用")
    assert set(Dispatch.objects.filter(receiver=city).values_list("state", flat=True)) == {Dispatch.State.ADOPTED}


def test_a_contributor_learns_how_many_and_never_who(
    three: dict[str, UUID], unit: Unit, stranger: Unit, city: Unit
) -> None:
    found = journey(unit.pk, three["south"], for_the_office=True)
    assert found is not None
    said = " ".join(f"{line.what}{line.detail}{line.quote}" for step in found.steps for line in step.events)
    assert "与另外 2 篇综合成一篇" in said
    words = repr(found.steps)
    for secret in ("禅城", "禅〔2026〕1号", "佛〔2026〕2号", "佛〔2026〕3号"):
        assert secret not in words
    whole = journey(city.pk, three["all"], for_the_office=True)
    assert whole is not None
    assert {stop.name for stop in whole.stops} == {"南海区政协", "禅城区政协", "佛山市政协"}


def test_a_journey_costs_the_same_with_two_sources_and_with_twelve(unit: Unit, city: Unit) -> None:
    counts = []
    for number in (2, 12):
        items = [new_item(unit, f"南〔2026〕{number}{n}号") for n in range(number)]
        item = merged(city, [send_up(unit, one, city, "佛〔2026〕1号") for one in items])
        for node in ((unit.pk, items[0]), (city.pk, item)):
            with CaptureQueriesContext(connection) as queries:
                assert journey(*node) is not None
            counts.append(len(queries))
    assert counts[:2] == counts[2:]


def test_apart_again_every_source_stands_by_itself(three: dict[str, UUID], unit: Unit, city: Unit) -> None:
    with city:
        order = exchange.take_apart(actor=system(city.pk), item_uuid=three["all"], reason="两件事，分开报")
    assert order == [three["from_south"], three["from_west"], three["own"]]
    assert way(unit, three["south"]) == [("南海区政协", "审核中"), ("佛山市政协", "审核中")]
    outcome(city, three["from_south"])
    assert way(unit, three["south"])[-1] == ("佛山市政协", "单篇采用")
    again = merged(city, [three["from_west"], three["own"]], "佛〔2026〕10号")
    assert [part.source_uuid for part in parts_of(city.pk, again)] == [three["from_west"], three["own"]]
    with city, pytest.raises(NotFound):
        exchange.take_apart(actor=system(city.pk), item_uuid=three["all"], reason="再来一次")


def test_a_withdrawn_source_is_told_and_hears_no_more(
    three: dict[str, UUID], unit: Unit, stranger: Unit, city: Unit, drain: Any
) -> None:
    with city:
        event = exchange.withdraw_source(
            actor=system(city.pk), item_uuid=three["all"], source_uuid=three["from_south"], reason="南海区政协撤回"
        )
    assert way(unit, three["south"])[-1] == ("佛山市政协", "已撤回")
    outcome(city, three["all"])
    assert way(unit, three["south"])[-1] == ("佛山市政协", "已撤回")
    assert way(stranger, three["west"])[-1] == ("佛山市政协", "综合采用")
    assert (unit.pk, three["south"]) not in chain_down(city.pk, three["all"])
    assert ("佛山市政协", "已撤回") in way(city, three["all"])
    assert Dispatch.objects.get(sender=unit).state == Dispatch.State.ACCEPTED
    with city:
        with pytest.raises(WrongState, match="已经撤回"):
            exchange.withdraw_source(
                actor=system(city.pk), item_uuid=three["all"], source_uuid=three["from_south"], reason="再撤一次"
            )
        exchange.reverse(actor=system(city.pk), event_uuid=event.uuid, reason="撤错了")
    assert way(unit, three["south"])[-1] == ("佛山市政协", "综合采用")


def test_what_cannot_be_merged(three: dict[str, UUID], unit: Unit, city: Unit) -> None:
    spare = new_item(city, "佛〔2026〕4号")
    for sources, error, words in (
        ([spare], InvalidInput, "至少要选两篇"),
        ([spare, spare], InvalidInput, "选了两次"),
        ([spare, uuid4()], NotFound, ""),
        ([spare, three["south"]], NotFound, ""),
        ([spare, three["own"]], WrongState, "并入了别的综合稿"),
        ([spare, three["all"]], WrongState, "不能再并入"),
    ):
        with pytest.raises(error, match=words):
            merged(city, sources)
    assert MergePart.objects.count() == 3


def test_order_and_shares_are_put_anew(three: dict[str, UUID], unit: Unit, city: Unit) -> None:
    ours = system(city.pk)
    order = [three["own"], three["from_west"], three["from_south"]]
    with city:
        exchange.arrange_sources(actor=ours, item_uuid=three["all"], sources=order, shares=[50, 30, 20])
        for wrong, shares, words in (
            (order[:2], [], "来源有变动"),
            ([*order[:2], uuid4()], [], "来源有变动"),
            (order, [50, 50, 50], "合计须为 100"),
            (order, [100, 0, 0], "合计须为 100"),
        ):
            with pytest.raises(InvalidInput, match=words):
                exchange.arrange_sources(actor=ours, item_uuid=three["all"], sources=wrong, shares=shares)
    assert [(part.source_uuid, part.order, part.share) for part in parts_of(city.pk, three["all"])] == [
        (order[0], 1, 50), (order[1], 2, 30), (order[2], 3, 20),
    ]  # fmt: skip
    with unit, pytest.raises(NotFound):
        exchange.arrange_sources(actor=system(unit.pk), item_uuid=three["all"], sources=order)


def test_a_reversed_adoption_sends_all_sources_back(three: dict[str, UUID], city: Unit) -> None:
    event = outcome(city, three["all"])
    with city:
        exchange.reverse(actor=system(city.pk), event_uuid=event.uuid, reason="登记有误")
    assert set(Dispatch.objects.filter(receiver=city).values_list("state", flat=True)) == {Dispatch.State.ACCEPTED}
    assert event.kind == EventKind.ADOPTED
