"""The bare host: the chooser tells little, the console is for operators and shows nothing of a unit's content."""

import html
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tenants.accounts import operations
from tenants.accounts.models import User
from tenants.notices.operations import notify
from tests.factories import PASSWORD, client_for, make_user, public_client
from zhitong.core import clock, workday_table, workdays
from zhitong.core.errors import InvalidInput, WrongState
from zhitong.core.models import AuditEntry, OutboxMessage
from zhitong.core.operations import system
from zhitong.units.models import Lifecycle, Unit

CALENDAR, DROP = "/operators/calendar/", "/operators/calendar/drop/"
PAGES = ["/operators/", "/operators/units/new/", "/operators/outbox/", "/operators/audit/", CALENDAR, DROP]


@pytest.fixture
def operator(db: None) -> Client:
    out = StringIO()
    call_command("operator_create", "--username", "ops", "--name", "运维甲", stdout=out, stderr=StringIO())
    path = out.getvalue().strip().removeprefix("http://localhost")
    client = public_client()
    answer = client.post(path, {"password": PASSWORD, "again": PASSWORD})
    assert answer.url == "/operators/"
    return client


def test_the_chooser_needs_two_characters_and_names_active_units_alone(unit: Unit, stranger: Unit) -> None:
    Unit.objects.filter(pk=stranger.pk).update(lifecycle=Lifecycle.CLOSED)
    client = public_client()
    plain = client.get("/").content.decode()
    assert "南海" not in plain.replace("例如：南海区", "")
    for query in ("南", " 南 ", "", "\x00\x00"):
        answer = client.get("/", {"q": query})
        assert answer.status_code == 422, query
        assert "nanhai" not in answer.content.decode()
    found = client.get("/", {"q": "南海"}, headers={"host": "localhost:8001"}).content.decode()
    assert 'href="http://nanhai.localhost:8001/"' in found
    assert "chancheng" not in client.get("/", {"q": "禅城"}).content.decode()
    assert "没有找到" in client.get("/", {"q": "%%"}).content.decode()


def test_strangers_and_units_people_stay_outside(unit: Unit) -> None:
    addresses = [*PAGES, f"/operators/units/{uuid4()}/"]
    for address in addresses:
        answer = public_client().get(address)
        assert (answer.status_code, answer.url) == (302, f"/operators/login/?next={address}")
    for address in ("/operators/outbox/retry/", f"/operators/units/{uuid4()}/appoint/"):
        assert public_client().post(address).status_code == 302
    make_user(unit, "boss", roles=["administrator"])
    form = {"username": "boss", "password": PASSWORD}
    assert public_client().post("/operators/login/", form).status_code == 422
    inside = client_for(make_user(unit, "boss2", roles=["administrator"]), unit)
    for address in addresses:
        assert inside.get(address).status_code == 404, address
    day = {"first": "2090-02-04", "working": "0", "reason": "春节"}
    for address in (CALENDAR, DROP):
        assert inside.post(address, day).status_code == 404, address


def test_an_operator_signs_in_on_the_bare_host_alone(operator: Client, unit: Unit) -> None:
    for address in PAGES:
        assert operator.get(address).status_code == 200, address
    form = {"username": "ops", "password": PASSWORD}
    assert public_client().post("/operators/login/", form).url == "/operators/"
    assert client_for(None, unit).post("/accounts/login/", form).status_code == 422


def test_nobody_without_the_right_operates(db: None) -> None:
    plain = operations.create_user(actor=system(None), username="plain", name="无权")
    path = operations.invite(actor=system(None), user=plain)
    client = public_client()
    client.post(path, {"password": PASSWORD, "again": PASSWORD})
    for address in PAGES:
        assert client.get(address).status_code == 403
    with pytest.raises(InvalidInput):
        operations.set_roles(actor=system(None), user=plain, roles=["clerk"])


def test_a_unit_is_created_gets_its_administrator_and_is_closed(operator: Client) -> None:
    form = {"name": "政协佛山市高明区委员会", "short_name": "高明区政协", "host": "gaoming", "kind": "committee"}
    form |= {"level": "county", "parent": Unit.objects.get(short_name="佛山市政协").pk}
    assert operator.post("/operators/units/new/", form | {"host": "Gao Ming"}).status_code == 422
    assert operator.post("/operators/units/new/", form | {"host": "nanhai"}).status_code == 422
    made = operator.post("/operators/units/new/", form)
    assert made.status_code == 302
    unit = Unit.objects.get(short_name="高明区政协")
    assert "高明区政协" in operator.get(made.url).content.decode()
    shown = operator.post(f"{made.url}appoint/", {"name": "邓主任", "username": "deng"}).content.decode()
    link = re.search(r'value="http://gaoming\.localhost(/accounts/invite/[^"]+)"', shown)
    assert link is not None
    client = client_for(None, unit)
    assert client.post(link[1], {"password": PASSWORD, "again": PASSWORD}).status_code == 302
    assert client.get("/accounts/people/").status_code == 200
    assert operator.post(f"{made.url}appoint/", {"name": "外人", "username": "spy"}).status_code == 409
    entry = AuditEntry.objects.filter(unit_key=unit.pk, action="accounts.user.created").get()
    assert entry.actor_label == "平台运维 运维甲"
    closing = {"kind": "closed", "effective_on": f"{clock.today()}", "reason": "区划调整"}
    assert operator.post(f"{made.url}change/", closing | {"reason": ""}).status_code == 422
    assert "没有要转交的" in operator.post(f"{made.url}change/", closing).content.decode()
    assert operator.post(f"{made.url}change/", closing | {"typed_name": "高明区政协"}).status_code == 422
    assert operator.post(f"{made.url}change/", closing | {"typed_name": unit.name}).status_code == 302
    assert operator.post(f"{made.url}change/", closing | {"typed_name": unit.name}).status_code == 409
    assert "区划调整" in operator.get(made.url).content.decode()


def test_an_operator_cannot_take_over_an_account(unit: Unit) -> None:
    make_user(unit, "author")
    with pytest.raises(WrongState):
        operations.appoint_administrator(actor=system(None), unit=unit, username="Author", name="x")
    with unit:
        assert User.objects.get().granted == {"items.write", "search.use"}


def test_dead_letters_are_shown_without_their_words_and_tried_again(operator: Client, unit: Unit) -> None:
    reader = make_user(unit, "limei")
    with unit:
        notify(actor=system(unit.pk), reader=reader, key="k", kind="event", title="涉及某某的秘密标题")
    dead = [
        OutboxMessage(
            unit_id=unit.pk,
            topic="items.item.changed",
            payload={"item": "x"},
            created_at=timezone.now(),
            available_at=timezone.now(),
            attempts=8,
            dead_at=timezone.now(),
            last_error=f"django.db.utils.DataError: 涉及某某的秘密标题 {number}",
        )
        for number in range(2)
    ]
    OutboxMessage.objects.bulk_create(dead)
    page = operator.get("/operators/outbox/").content.decode()
    assert "django.db.utils.DataError" in page
    assert "南海区政协" in page
    assert "秘密标题" not in page
    operator.post("/operators/outbox/retry/", {"message": dead[0].pk})
    assert OutboxMessage.objects.filter(dead_at__isnull=False).count() == 1
    for forged in ("x", "-1", "9" * 30, "١"):
        assert operator.post("/operators/outbox/retry/", {"message": forged}).status_code == 404
    operator.post("/operators/outbox/retry/")
    assert not OutboxMessage.objects.filter(dead_at__isnull=False).exists()
    for address in PAGES:
        assert "秘密标题" not in operator.get(address).content.decode()


def test_a_chain_is_walked_on_demand(operator: Client, unit: Unit) -> None:
    make_user(unit, "limei")
    assert "完整" in operator.post("/operators/audit/", {"chain": unit.pk}).content.decode()
    assert operator.post("/operators/audit/", {"chain": "x"}).status_code == 404


def test_a_coming_year_is_pointed_out_until_its_days_are_entered(operator: Client) -> None:
    coming = clock.today().year + 2  # nobody publishes it so early
    page = operator.get(CALENDAR).content.decode()
    assert re.search(rf"{coming} 年</strong>|{coming} 年的放假安排还没有公布", page)
    first, last = date(coming, 2, 5), date(coming, 2, 7)
    form = {"first": f"{first}", "last": f"{last}", "working": "0", "reason": "春节<b>"}
    answer = operator.post(CALENDAR, form, follow=True)
    assert answer.redirect_chain == [(f"{CALENDAR}?year={coming}", 302)]
    page = answer.content.decode()
    assert "3 天已登记为放假" in page
    assert f"{coming} 年的放假安排还没有公布" not in page
    assert page.count("春节&lt;b&gt;") == 3
    assert page.count("还没有公布</td>") == 3
    calendar = workdays.calendar()
    assert [calendar.works(first), calendar.reasons[last]] == [False, "春节<b>"]
    entry = AuditEntry.objects.get(action="core.calendar.set")
    assert (entry.unit_key, entry.actor_label) == (0, "运维甲")
    assert "春节<b>" in entry.content


def test_a_day_is_dropped_with_a_reason(operator: Client) -> None:
    operator.post(CALENDAR, {"first": "2019-10-08", "working": "0", "reason": "台风停工"})
    operator.post(CALENDAR, {"first": "2019-10-12", "working": "1", "reason": "调休上班"})
    page = operator.get(CALENDAR, {"year": "2019"}).content.decode()
    assert re.findall(r"<td>(上班|放假)</td>", page) == ["上班", "上班"]  # what was published
    link = html.unescape(re.findall(rf'href="({DROP}[^"]+)"', page)[0])
    assert 'value="2019-10-08"' in operator.get(link).content.decode()
    assert operator.post(link, {"first": "2019-10-08", "reason": " "}).status_code == 422
    assert operator.post(link, {"first": "2019-10-08", "reason": "登错了"}).url == f"{CALENDAR}?year=2019"
    assert [row.day for row in workday_table.days_of_year(2019)] == [date(2019, 10, 12)]
    assert "登错了" in AuditEntry.objects.get(action="core.calendar.dropped").content


@pytest.mark.parametrize(
    ("spoilt", "words"),
    [
        ({"first": "2090-02-30"}, "请填写日期"),
        ({"first": ""}, "请填写从哪一天"),
        ({"last": "2090-02-01"}, "现在是"),
        ({"last": "2099-02-01"}, "1 到 31 天"),
        ({"working": "2"}, "列表里没有这一项"),
        ({"reason": "春" * 81}, "最多 80 个字"),
    ],
)
def test_days_that_cannot_be_entered_keep_what_was_typed(operator: Client, spoilt: dict[str, str], words: str) -> None:
    form = {"first": "2090-02-04", "last": "2090-02-05", "working": "1", "reason": "调休上班", **spoilt}
    answer = operator.post(CALENDAR, form)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert form["reason"] in page
    assert workday_table.counts_by_year() == {}


@pytest.mark.parametrize("junk", ["%00", "x", "9999999", "-1", "%ff"])
def test_a_year_or_day_that_is_none_shows_this_year(operator: Client, junk: str) -> None:
    assert f'aria-current="page">{clock.today().year} 年' in operator.get(f"{CALENDAR}?year={junk}").content.decode()
    assert operator.get(f"{DROP}?first={junk}").status_code == 200


def test_the_calendar_of_any_number_of_years_is_read_at_once(
    operator: Client, django_assert_num_queries: Callable[[int], AbstractContextManager[object]]
) -> None:
    with CaptureQueriesContext(connection) as said:
        operator.get(CALENDAR)
    asked = len(said)
    for year in range(2090, 2096):
        operator.post(CALENDAR, {"first": f"{year}-02-04", "working": "0", "reason": "春节"})
    operator.get(CALENDAR)  # the message of the last post
    with django_assert_num_queries(asked):
        operator.get(CALENDAR, {"year": "2095"})
