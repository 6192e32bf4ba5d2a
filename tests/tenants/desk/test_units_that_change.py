"""区划调整: a unit merges, splits, is renamed; what was open goes on, what was, stays as it was called then."""

import threading
from collections.abc import Callable
from datetime import date, timedelta
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from tenants.desk import operations as desk
from tenants.items.models import Item
from tenants.notices.models import Notice
from tests.factories import client_for, make_draft, make_user
from tests.platform.exchange.test_sending import CONTENT, register, up
from tests.platform.ranking.histories import publish, recompute
from tests.tenants.desk.conftest import Office, people
from tests.tenants.desk.test_verify import verify
from zhitong.core import clock
from zhitong.core.errors import InvalidInput, NotAllowed, WrongState
from zhitong.core.operations import Actor, system
from zhitong.exchange import operations as exchange
from zhitong.exchange.models import Delivery, Dispatch, Event, EventKind, Paper, PaperKind
from zhitong.exchange.operations import handling
from zhitong.exchange.queries import affected_by, faults, inbox, journey
from zhitong.ranking.models import LedgerEntry, Standing
from zhitong.units.models import ChangeKind, Level, Lifecycle, Route, RouteKind, RouteTerms, Unit, UnitKind, UnitName
from zhitong.units.operations import NewUnit, create_unit, limit_sender, open_route, rename_unit
from zhitong.units.queries import Destination, destinations, names_of

TODAY = clock.today()


@pytest.fixture
def other_city(province: Unit) -> Unit:
    """广州市政协, beside 佛山: what takes its place."""
    return new_city("guangzhou", "政协广州市委员会", "广州市政协", province)


@pytest.fixture
def third_city(province: Unit) -> Unit:
    """肇庆市政协, another one."""
    return new_city("zhaoqing", "政协肇庆市委员会", "肇庆市政协", province)


def new_city(host: str, name: str, short_name: str, province: Unit) -> Unit:
    new = NewUnit(
        host=host, name=name, short_name=short_name, kind=UnitKind.COMMITTEE, level=Level.CITY, parent=province
    )
    return create_unit(actor=system(None), new=new)


def end(unit: Unit, *successors: Unit, **given: Any) -> exchange.Succession:
    defaults: dict[str, Any] = {
        "kind": ChangeKind.MERGED if len(successors) == 1 else ChangeKind.SPLIT if successors else ChangeKind.CLOSED,
        "effective_on": TODAY,
        "basis": "国函〔2026〕1号",
        "typed_name": unit.name,
        "successor": successors[0] if successors else None,
        "successors": successors,
    }
    return exchange.succeed(actor=system(None), unit=unit, **(defaults | given))


@pytest.fixture
def open_ones(office: Office, city_office: Office) -> dict[str, Dispatch]:
    """What 南海 sent to 佛山, by how it stands there."""
    acting = system(city_office.unit.pk)
    by_state = {}
    for number, state in enumerate(("sent", "received", "accepted", "adopted", "returned", "asked")):
        by_state[state] = office.send(office.approved(problem=f"第{number}件事。"), "佛山市政协")[0]
    with city_office.unit:
        for state in ("received", "asked"):
            exchange.receive(actor=acting, dispatch_uuid=by_state[state].uuid)
        for state in ("accepted", "adopted"):
            desk.accept(actor=city_office.clerk.actor, dispatch_uuid=by_state[state].uuid)
        city_office.pass_through(Item.objects.get(dispatch_uuid=by_state["adopted"].uuid))
        exchange.return_dispatch(actor=acting, dispatch_uuid=by_state["returned"].uuid, reason="补数据")
    with office.unit:
        exchange.ask_recall(actor=office.clerk.actor, dispatch_uuid=by_state["asked"].uuid, reason="有误")
    return by_state


def test_what_waits_goes_on_and_what_was_decided_stays(
    open_ones: dict[str, Dispatch], office: Office, city: Unit, other_city: Unit, party: Unit, drain: Any
) -> None:
    drain()
    clerk = make_user(other_city, "gz_clerk", roles=["clerk"], posts=["research", "secretary", "vice_chair", "chair"])
    before = {state: Dispatch.objects.get(pk=one.pk) for state, one in open_ones.items()}
    affected = affected_by(city)
    assert {one.pk for one in affected.incoming} == {open_ones[s].pk for s in ("sent", "received", "accepted", "asked")}
    assert office.unit in affected.children
    done = end(city, other_city)
    assert verify() == []
    assert {one.follows_id for one in done.moved} == {one.pk for one in affected.incoming}
    for one in done.moved:
        first = before[next(state for state, known in open_ones.items() if known.pk == one.follows_id)]
        now = Dispatch.objects.get(pk=first.pk)
        assert (now.state, now.receiver, now.received_at) == ("moved", city, first.received_at)
        assert (one.state, one.receiver, one.packet, one.sent_at) == ("sent", other_city, first.packet, first.sent_at)
        assert one.due_at is not None
        assert one.due_at > clock.now()
        [event] = Event.objects.filter(kind=EventKind.READDRESSED, dispatch=now)
        assert (event.unit, event.reason) == (city, "佛山市政协并入，由广州市政协接办")
    for state in ("adopted", "returned"):
        assert Dispatch.objects.get(pk=open_ones[state].pk).state == state
    for one in (city, office.unit, party):
        one.refresh_from_db()
    assert (city.lifecycle, city.closed_on) == (Lifecycle.CLOSED, TODAY)
    assert office.unit.parent == other_city
    assert Unit.objects.get(short_name="民盟佛山市委会").participates_in == other_city
    assert [d.name for d in destinations(office.unit, TODAY)] == ["广州市政协"]
    assert inbox(other_city.pk).count() == 4
    drain()
    assert verify() == []
    with office.unit:
        told = [
            Notice.objects.filter(reader=r, kind="event.readdressed").count() for r in (office.author, office.reader)
        ]
        assert told == [4, 0]
        assert Notice.objects.filter(reader=office.clerk, kind="dispatch.readdressed").count() == 4
        title = Notice.objects.filter(reader=office.author, kind="event.readdressed").latest("pk").title
        assert title.startswith("佛山市政协并入，由广州市政协接办：")
    with other_city:
        assert Notice.objects.filter(reader=clerk, kind="dispatch.readdressed").count() == 4
        for one in done.moved:
            taken = desk.accept(actor=clerk.actor, dispatch_uuid=one.uuid)
        Office(other_city, clerk, clerk, clerk, clerk).pass_through(taken)
    assert verify() == []
    way = journey(office.unit.pk, done.moved[-1].item_uuid)
    assert way is not None
    assert [(stop.name, stop.outcome[0]) for stop in way.stops] == [
        ("南海区政协", "单篇采用"),
        ("佛山市政协", "已转交"),
        ("广州市政协", "单篇采用"),
    ]
    lines = [[event.what for event in step.events] for step in way.steps]
    assert lines[1][-1] == "转交接办单位"
    assert lines[2][0] == "转交接办单位"
    assert way.steps[2].events[0].detail == "佛山市政协并入，由广州市政协接办"


def test_a_split_follows_the_senders_and_the_rows(
    office: Office, city: Unit, other_city: Unit, third_city: Unit, stranger: Unit, drain: Any
) -> None:
    neighbour = people(stranger, "c_")
    mine = [office.send(office.approved(problem=f"第{n}件事。"), "佛山市政协")[0] for n in "甲乙"]
    theirs = neighbour.send(neighbour.approved(), "佛山市政协")[0]
    done = end(
        city,
        other_city,
        third_city,
        heirs={office.unit.pk: third_city},
        rows={mine[1].uuid: other_city},
    )
    where = {one.follows_id: one.receiver for one in done.moved}
    assert where == {mine[0].pk: third_city, mine[1].pk: other_city, theirs.pk: other_city}
    for unit, parent in ((office.unit, third_city), (stranger, other_city)):
        unit.refresh_from_db()
        assert unit.parent == parent
    assert {one.short_name for one in done.change.successors.all()} == {"广州市政协", "肇庆市政协"}
    drain()
    assert verify() == []


def test_nobody_sends_to_itself(office: Office, city: Unit, city_office: Office, province: Unit, drain: Any) -> None:
    """The city joins one of its own counties: what that one had sent it ends, what others sent goes there."""
    [own] = office.send(office.approved(), "佛山市政协")
    done = end(city, office.unit)
    own.refresh_from_db()
    assert (done.moved, [one.pk for one in done.ended]) == ([], [own.pk])
    assert (own.state, own.reason) == ("recalled", "佛山市政协并入，由南海区政协接办")
    office.unit.refresh_from_db()
    assert office.unit.parent == province
    drain()
    assert verify() == []


def test_the_same_item_at_both_is_the_next_attempt_there(
    office: Office, city: Unit, other_city: Unit, drain: Any
) -> None:
    item = office.approved()
    open_route(actor=system(None), sender=office.unit, receiver=other_city, kind=RouteKind.DIRECT)
    office.send(item, "佛山市政协", "广州市政协")
    [moved] = end(city, other_city).moved
    assert moved.attempt == 2
    drain()
    assert verify() == []


def test_open_calls_reach_every_successor(
    city: Unit, province: Unit, other_city: Unit, third_city: Unit, drain: Any
) -> None:
    def call(title: str, days: int, *to: Unit) -> Paper:
        new = exchange.NewPaper(
            uuid=uuid4(), kind=PaperKind.CALL, title=title, body="请写", due_on=TODAY + timedelta(days=days)
        )
        return exchange.publish(actor=system(province.pk), new=new, to=[unit.uuid for unit in to])

    with province:
        both, alone, over = call("两家都有", 9, city, other_city), call("一家", 0, city), call("要过期", 3, city)
        exchange.withdraw_paper(actor=system(province.pk), paper_uuid=over.uuid, reason="不约了")
    end(city, other_city, third_city)
    reached = {
        paper.title: sorted(one.receiver.short_name for one in Delivery.objects.filter(paper=paper))
        for paper in (both, alone, over)
    }
    every = ["佛山市政协", "广州市政协", "肇庆市政协"]
    assert reached == {"两家都有": every, "一家": every, "要过期": ["佛山市政协"]}
    clerk = make_user(third_city, "zq", roles=["clerk"])
    drain()
    with third_city:
        assert Notice.objects.filter(reader=clerk).count() == 2
    assert verify() == []


def test_what_is_to_be_handled_is_taken_back_first(unit: Unit, party: Unit) -> None:
    item = register(unit)
    with unit:
        assigned = handling.assign(
            actor=system(unit.pk),
            item_uuid=item,
            content=CONTENT,
            lead=handling.Handler(unit=party),
            days=9,
            request="请办理",
        )
    assert [one.handling for one in affected_by(party).assignments] == [assigned]
    with pytest.raises(WrongState, match="还有 1 件交办没有答复") as refusal:
        end(party)
    assert refusal.value.who == "南海区政协的经办"


def test_routes_and_their_terms_find_the_successor(
    office: Office, city: Unit, other_city: Unit, stranger: Unit, province: Unit, party: Unit
) -> None:
    begun = TODAY - timedelta(days=90)
    given = {"kind": RouteKind.DIRECT, "valid_from": begun, "shows_contacts": True}
    into = open_route(actor=system(None), sender=party, receiver=city, **given)
    out = open_route(actor=system(None), sender=city, receiver=stranger, **given)
    with city:
        limit_sender(actor=system(city.pk), sender=party, quota=3, quota_period="month", receipts_at_once=True)
    end(city, other_city, effective_on=TODAY - timedelta(days=30))
    for route in (into, out):
        route.refresh_from_db()
        assert route.valid_to == TODAY - timedelta(days=31)
    moved = Route.objects.get(receiver=other_city)
    assert (moved.sender, moved.kind, moved.valid_from, moved.shows_contacts) == (
        party,
        "direct",
        TODAY - timedelta(days=30),
        True,
    )
    terms = RouteTerms.objects.get(receiver=other_city, sender=party)
    assert (terms.quota, terms.quota_period, terms.receipts_at_once) == (3, "month", True)


def test_refusals(office: Office, city: Unit, other_city: Unit, third_city: Unit, unit: Unit) -> None:
    office.send(office.approved(), "佛山市政协")
    clerk = Actor(unit_id=None, label="运维", granted=frozenset())
    with pytest.raises(NotAllowed):
        exchange.succeed(
            actor=clerk, unit=city, kind=ChangeKind.MERGED, effective_on=TODAY, basis="文", typed_name=city.name
        )
    for given, words in (
        ({"typed_name": "佛山市政协"}, "不一样"),
        ({"basis": ""}, "依据"),
        ({"effective_on": TODAY + timedelta(days=1)}, "没有变动"),
        ({"heirs": {unit.pk: third_city}}, "不在接办单位里"),
        ({"successor": Unit.objects.get(short_name="民盟佛山市委会"), "successors": ()}, "没有变动"),
    ):
        with pytest.raises(InvalidInput, match=words):
            end(city, other_city, **given)
    with pytest.raises(WrongState, match="没有接办单位不能撤销"):
        end(city)
    end(third_city)  # nothing is open there
    with pytest.raises(WrongState, match="肇庆市政协已经撤销"):
        end(city, third_city)
    with pytest.raises(WrongState, match="肇庆市政协已经撤销"):
        end(third_city, other_city)
    city.refresh_from_db()
    assert city.is_open
    assert not Event.objects.filter(kind=EventKind.READDRESSED).exists()


def test_a_closed_unit_is_read_only_and_names_its_successor(
    open_ones: dict[str, Dispatch], office: Office, city: Unit, city_office: Office, other_city: Unit
) -> None:
    with city:
        draft = make_draft(city, city_office.author)
    clerk, author = client_for(city_office.clerk, city), client_for(city_office.author, city)
    end(city, other_city)
    adopted = open_ones["adopted"]
    assert clerk.get(f"/inbox/{adopted.uuid}/").status_code == 200
    assert author.get(f"/items/{draft.uuid}/edit/").status_code == 200
    for client, path, form in (
        (clerk, f"/inbox/{open_ones['sent'].uuid}/act/", {"verb": "keep", "reason": "备用"}),
        (author, f"/items/{draft.uuid}/edit/", {"title": "改", "version": draft.version, "action": "submit"}),
        (author, "/items/new/", {}),
    ):
        answer = client.post(path, form)
        assert answer.status_code == 409, path
        assert "佛山市政协已撤销，现由广州市政协接办" in answer.content.decode()
    assert author.post("/notices/read/").status_code == 302
    city.refresh_from_db()
    upward = [Destination(RouteKind.HIERARCHY, city.parent)]
    with city, pytest.raises(WrongState, match="现由广州市政协接办"):
        exchange.send(actor=city_office.clerk.actor, item_uuid=draft.uuid, content=CONTENT, to=upward)
    office.unit.refresh_from_db()
    chosen_before = [Destination(RouteKind.HIERARCHY, city)]
    with office.unit:
        item = register(office.unit)
        with pytest.raises(WrongState, match="佛山市政协已撤销，现由广州市政协接办"):
            exchange.send(actor=office.clerk.actor, item_uuid=item, content=CONTENT, to=chosen_before)


def test_standings_of_what_was_stay_with_the_unit(
    open_ones: dict[str, Dispatch], office: Office, city: Unit, other_city: Unit, province: Unit
) -> None:
    rules = publish(province)

    def figures() -> tuple[list[Any], list[Any]]:
        standing = Standing.objects.filter(rule_set=rules).order_by("unit_id", "month")
        lines = LedgerEntry.objects.filter(version__rule_set=rules).order_by("unit_id", "event_id", "points")
        counts = [name for name in (f.name for f in Standing._meta.fields) if name not in {"id", "as_of"}]
        return list(standing.values_list(*counts)), list(lines.values_list("unit_id", "event_id", "points"))

    recompute(rules)
    before = figures()
    assert any(row for row in before[0])
    end(city, other_city)
    assert recompute(rules) == []
    assert figures() == before


def test_a_renamed_unit_keeps_the_name_of_each_time(office: Office, city: Unit, city_office: Office) -> None:
    item = office.approved()
    [dispatch] = office.send(item, "佛山市政协")
    with city:
        desk.accept(actor=city_office.clerk.actor, dispatch_uuid=dispatch.uuid)
    for number, day in enumerate((TODAY - timedelta(days=2), TODAY)):
        rename_unit(
            actor=system(None),
            unit=city,
            name=f"政协新{number}市委员会",
            short_name=f"新{number}市政协",
            division_code="440699",
            effective_on=day,
            basis="国函〔2026〕2号",
        )
    city.refresh_from_db()
    names = names_of([city.pk])
    spelt = [names.on(city, TODAY - timedelta(days=days)) for days in (400, 3, 2, 1, 0)]
    assert spelt == ["佛山市政协", "佛山市政协", "新0市政协", "新0市政协", "新1市政协"]
    first, second = UnitName.objects.filter(unit=city).order_by("valid_to")
    assert (first.valid_from, second.valid_from) == (None, TODAY - timedelta(days=2))
    way = journey(office.unit.pk, item.uuid)
    assert way is not None
    assert [stop.name for stop in way.stops] == ["南海区政协", "新1市政协"]
    for wrong, field in (
        ({"effective_on": TODAY + timedelta(days=1)}, "effective_on"),
        ({"effective_on": TODAY}, "effective_on"),
        ({"name": ""}, "name"),
        ({"short_name": "南海区政协", "effective_on": TODAY}, "effective_on"),
    ):
        given: dict[str, Any] = {
            "name": "政协某市委员会",
            "short_name": "某市政协",
            "division_code": "",
            "effective_on": TODAY,
            "basis": "文",
        }
        with pytest.raises(InvalidInput) as refusal:
            rename_unit(actor=system(None), unit=city, **(given | wrong))
        assert field in refusal.value.fields
    with pytest.raises(InvalidInput, match="已被使用"):
        rename_unit(
            actor=system(None),
            unit=office.unit,
            name="政协新南海",
            short_name="新1市政协",
            division_code="",
            effective_on=TODAY,
            basis="文",
        )


def test_an_old_journey_keeps_the_old_name(office: Office, city: Unit) -> None:
    with clock.at(clock.start_of(date(2025, 5, 6)) + timedelta(hours=9)):
        item = office.approved()
        office.send(item, "佛山市政协")
    rename_unit(
        actor=system(None),
        unit=city,
        name="政协大佛山市委员会",
        short_name="大佛山市政协",
        division_code="",
        effective_on=date(2026, 1, 1),
        basis="文",
    )
    way = journey(office.unit.pk, item.uuid)
    assert way is not None
    assert way.stops[-1].name == "佛山市政协"
    later = office.approved(problem="后来的事。")
    office.send(later, "大佛山市政协")
    way = journey(office.unit.pk, later.uuid)
    assert way is not None
    assert way.stops[-1].name == "大佛山市政协"


def test_an_old_ranking_keeps_the_old_name(office: Office, city: Unit, province: Unit) -> None:
    rules = publish(province)
    office.approved()
    reader = client_for(office.leader, office.unit)
    recompute(rules)
    rename_unit(
        actor=system(None),
        unit=office.unit,
        name="政协新南海区委员会",
        short_name="新南海区政协",
        division_code="440699",
        effective_on=TODAY,
        basis="文",
    )

    def named(**period: int) -> list[str]:
        return [row.name for row in reader.get("/ranking/", period).context["rows"]]

    assert "新南海区政协" in named(year=TODAY.year)
    assert "南海区政协" not in named(year=TODAY.year)
    Standing.objects.filter(unit=office.unit, month=0).update(year=TODAY.year - 1)
    assert named(year=TODAY.year - 1) == ["南海区政协"]


def unit_of(host: str) -> Unit:
    return Unit.objects.get(domains__domain=f"{host}.{settings.BASE_DOMAIN}")


class Beside:
    """Work in a thread with a connection of its own."""

    def __init__(self, work: Callable[[], object]) -> None:
        self.raised: list[Exception] = []
        self._pid: list[int] = []
        self._thread = threading.Thread(target=self._run, args=(work,))
        self._thread.start()

    def _run(self, work: Callable[[], object]) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                self._pid.append(cursor.fetchone()[0])
            work()
        except Exception as error:
            self.raised.append(error)
        finally:
            connection.close()

    def until_it_waits(self) -> None:
        """Return as soon as it waits for a lock that this thread's transaction holds."""
        while self._thread.is_alive():
            with connection.cursor() as cursor:
                cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pid = ANY(%s))", [self._pid])
                if cursor.fetchone()[0]:
                    return
        raise AssertionError(f"it ended without waiting: {self.raised}")

    def join(self) -> None:
        self._thread.join()


def test_a_sending_that_meets_the_end_is_refused_with_the_successor(committed: None) -> None:
    unit, city = unit_of("nanhai"), unit_of("foshan")
    other = new_city("guangzhou", "政协广州市委员会", "广州市政协", unit_of("guangdong"))
    item = register(unit)

    def send() -> None:
        mine = unit_of("nanhai")
        with mine:
            exchange.send(actor=system(mine.pk), item_uuid=item, content=CONTENT, to=up(mine))

    with transaction.atomic():
        end(city, other)
        sending = Beside(send)  # it reads the ways as they were, and waits for the unit
        sending.until_it_waits()
    sending.join()
    [refusal] = sending.raised
    assert isinstance(refusal, WrongState)
    assert refusal.message == "佛山市政协已撤销，现由广州市政协接办。"
    assert not Dispatch.objects.exists()
    send()
    assert Dispatch.objects.get().receiver == other
    assert list(faults()) == []


def test_the_end_waits_for_a_sending_and_passes_it_on(committed: None) -> None:
    unit, city = unit_of("nanhai"), unit_of("foshan")
    other = new_city("guangzhou", "政协广州市委员会", "广州市政协", unit_of("guangdong"))
    item = register(unit)
    with transaction.atomic():
        with unit:
            [sent] = exchange.send(actor=system(unit.pk), item_uuid=item, content=CONTENT, to=up(unit))
        ending = Beside(lambda: end(unit_of("foshan"), unit_of("guangzhou")))
        ending.until_it_waits()
    ending.join()
    assert ending.raised == []
    sent.refresh_from_db()
    assert (sent.state, sent.receiver) == ("moved", city)
    assert Dispatch.objects.get(follows=sent).receiver == other
    assert list(faults()) == []


def test_the_command_shows_first_and_then_does_it(office: Office, city: Unit, other_city: Unit) -> None:
    [sent] = office.send(office.approved(), "佛山市政协")

    def run(*more: str) -> list[str]:
        out = StringIO()
        command = ["--host", "foshan", "--kind", "merged", "--to", "guangzhou", "--reason", "文", *more]
        call_command("unit_succeed", *command, stdout=out)
        return out.getvalue().splitlines()

    lines = run()
    assert f"open\t{sent.uuid}\tsent\t南海区政协\t-> 广州市政协" in lines
    assert "nothing was changed" in lines[-1]
    assert Unit.objects.get(pk=city.pk).is_open
    [moved, last] = run("--confirm", city.name)
    assert moved.startswith("moved\t")
    assert last == "merged 佛山市政协; its archive stays readable"
    out = StringIO()
    given = ["--host", "nanhai", "--short-name", "新南海区政协", "--reason", "文"]
    call_command("unit_rename", *given, stdout=out)
    assert out.getvalue().strip() == f"南海区政协 is 新南海区政协 from {TODAY} on"
