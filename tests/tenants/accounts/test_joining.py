"""The page by which somebody joins the accounts of two units, and what it opens: the dossier that goes along."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tenants.accounts.models import User
from tenants.notices.models import Notice
from tests.factories import PASSWORD, make_user
from tests.tenants.desk.conftest import people
from zhitong.core.models import AuditEntry
from zhitong.people.models import Person
from zhitong.ranking.models import DossierTransfer
from zhitong.units.models import Lifecycle, Unit

pytestmark = pytest.mark.django_db
URL = "/accounts/joined/"
ClientFor = Callable[..., Client]


@pytest.fixture
def here(unit: Unit) -> User:
    """梁晓岚 of 南海."""
    return make_user(unit, "liangxl", name="梁晓岚")


@pytest.fixture
def there(city: Unit) -> User:
    """梁晓岚, who has come to 佛山."""
    return make_user(city, "liangxl", name="梁晓岚")


def opened(client: Client) -> str:
    page = client.post(URL, {"do": "open", "password": PASSWORD})
    assert page.status_code == 200
    found = re.search(r'value="([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})"', page.content.decode())
    assert found
    return found[1]


def tried(client: Client, code: str, password: str = PASSWORD) -> Any:
    return client.post(URL, {"do": "join", "code": code, "password": password})


def told(unit: Unit, user: User) -> list[str]:
    with unit:
        return list(Notice.objects.filter(reader=user, kind__startswith="account.").values_list("title", flat=True))


def test_somebody_who_moved_takes_the_dossier_along(unit: Unit, city: Unit, client_for: ClientFor, drain: Any) -> None:
    """From two accounts that know nothing of each other to the figures of 南海 on a page of 佛山, by pages alone."""
    office = people(unit, "a_")
    there = make_user(city, "liangxl", name=office.author.name)
    office.approved(title="关于蓝鲸塘的建议")
    old, new = client_for(office.author, unit), client_for(there, city)
    empty = new.get("/duties/transfer/").content.decode()
    assert f'href="{URL}"' in empty
    assert "南海区政协" not in new.get(URL).content.decode()
    assert tried(new, opened(old)).status_code == 302
    for client in (old, new):
        page = client.get(URL).content.decode()
        assert "南海区政协" in page
        assert "佛山市政协" in page
    form = {"do": "consent", "source": f"{unit.uuid}", "receiver": f"{city.uuid}", "consent": "on"}
    assert new.post("/duties/transfer/", form).status_code == 302
    drain()
    clerk = client_for(make_user(city, "jingban", roles=["clerk"]), city)
    page = f"/duties/members/{there.uuid}/"
    shown = clerk.get(page).content.decode()
    assert "南海区政协的履职档案" in shown
    assert "校验一致" in shown
    assert "蓝鲸塘" not in shown
    with city:
        assert Notice.objects.filter(reader=there, title="南海区政协的履职档案已经转来").exists()
    assert told(unit, office.author) == told(city, there) == ["您的账号已与另一个单位的账号关联"]
    # Parted in the unit she left: the office of the other sees nothing of it any more.
    assert old.post(URL, {"do": "part"}).status_code == 302
    assert "南海区政协的履职档案" not in clerk.get(page).content.decode()
    assert DossierTransfer.objects.get().withdrawn_at is not None
    assert "南海区政协" not in new.get(URL).content.decode()
    drain()
    assert "账号的关联已解除" in told(city, there)
    for one in (unit, city):
        trail = AuditEntry.objects.filter(unit_key=one.pk, action__startswith="people.account.")
        assert {"people.account.joined", "people.account.parted"} <= set(trail.values_list("action", flat=True))


def test_the_password_is_asked_on_both_sides(
    unit: Unit, city: Unit, here: User, there: User, client_for: ClientFor
) -> None:
    old, new = client_for(here, unit), client_for(there, city)
    for wrong in ("", "Zhi-tong-2025"):
        refused = old.post(URL, {"do": "open", "password": wrong})
        assert refused.status_code == 422
        assert "前有效，只能用一次" not in refused.content.decode()
    code = opened(old)
    refused = tried(new, code, "Zhi-tong-2025")
    assert refused.status_code == 422
    page = refused.content.decode()
    assert "密码不对" in page
    assert code in page  # what was typed is kept, the password is not
    assert "Zhi-tong-2025" not in page
    assert tried(new, code).status_code == 302


def test_a_wrong_code_says_nothing_of_why_and_the_unit_reads_it(
    unit: Unit, city: Unit, here: User, there: User, client_for: ClientFor
) -> None:
    code = opened(client_for(here, unit))
    new, neighbour = client_for(there, city), client_for(make_user(unit, "twin", name="梁晓岚"), unit)
    assert tried(new, code).status_code == 302
    said = set()
    for client, given in ((new, code), (new, "ABCD-EFGH-JKMN"), (neighbour, opened(client_for(here, unit)))):
        refused = tried(client, given)
        assert refused.status_code == 422
        said |= set(re.findall(r"关联码不对[^<]*", refused.content.decode()))
    assert len(said) == 1
    odd = client_for(make_user(city, "guan", roles=["administrator"]), city).get("/accounts/oddities/")
    assert "关联码已经用过" in odd.content.decode()
    assert "没有这个关联码" in odd.content.decode()
    assert "南海" not in odd.content.decode()


def test_who_guesses_is_stopped_and_nobody_else(
    unit: Unit, city: Unit, here: User, there: User, client_for: ClientFor
) -> None:
    code = opened(client_for(here, unit))
    new = client_for(there, city)
    for number in range(5):
        wrong = tried(new, f"ABCD-EFGH-JKM{number + 2}") if number % 2 else tried(new, code, "Wrong-pass-1")
        assert wrong.status_code == 422
    stopped = tried(new, code)
    assert stopped.status_code == 429
    assert "请过 15 分钟再试" in stopped.content.decode()
    assert new.post(URL, {"do": "open", "password": PASSWORD}).status_code == 429
    assert not Person.objects.filter(joined__isnull=False).exists()
    assert client_for(here, unit).post(URL, {"do": "open", "password": PASSWORD}).status_code == 200


def test_a_closed_unit_lets_its_people_go(
    unit: Unit, city: Unit, here: User, there: User, client_for: ClientFor
) -> None:
    Unit.objects.filter(pk=unit.pk).update(lifecycle=Lifecycle.CLOSED)
    assert tried(client_for(there, city), opened(client_for(here, unit))).status_code == 302


def test_nothing_to_part_and_nothing_else_to_do(unit: Unit, here: User, client_for: ClientFor) -> None:
    client = client_for(here, unit)
    assert client.post(URL, {"do": "part"}).status_code == 409
    assert client.post(URL, {"do": "merge"}).status_code == 404
    assert client_for(None, unit).get(URL).status_code == 302
