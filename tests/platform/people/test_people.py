"""Accounts of several units are one human by that human's word alone: what a code joins, what it never does."""

from datetime import timedelta

import pytest

from tenants.accounts import operations
from tenants.accounts.models import User
from tests.factories import client_for, join, make_user
from zhitong.core import clock
from zhitong.core.errors import NotFound, WrongState
from zhitong.core.models import AuditEntry
from zhitong.core.operations import system
from zhitong.people.models import JoinCode, Person, PersonAccount
from zhitong.people.operations import MINUTES, WrongCode, join_account, link_account, open_code, part_account
from zhitong.people.queries import accounts_of, same_human
from zhitong.units.models import Lifecycle, Unit

pytestmark = pytest.mark.django_db


def both(unit: Unit, party: Unit) -> tuple[User, User]:
    first, second = make_user(unit, "limei", name="李梅", rank="city"), make_user(party, "li", name="李梅")
    join(first, unit, second, party)
    return first, second


def units_of(user: User) -> set[str]:
    assert user.person_uuid
    return {account.unit.short_name for account in accounts_of(user.person_uuid)}


def opened(user: User, unit: Unit) -> str:
    with unit:
        return open_code(actor=user.actor)[1]


def joins(user: User, unit: Unit, code: str) -> None:
    with unit:
        join_account(actor=user.actor, code=code)


def actions(unit: Unit, begin: str = "people.") -> list[str]:
    rows = AuditEntry.objects.filter(unit_key=unit.pk, action__startswith=begin).exclude(action__endswith="linked")
    return list(rows.order_by("pk").values_list("action", flat=True))


def test_two_accounts_are_one_human(unit: Unit, party: Unit) -> None:
    first, second = both(unit, party)
    assert first.person_uuid != second.person_uuid  # what was done under either stays there
    for user in (first, second):
        assert {(account.unit, account.host) for account in accounts_of(user.person_uuid)} == {  # type: ignore[arg-type]
            (unit, "nanhai.localhost"),
            (party, "mm-nanhai.localhost"),
        }
    Unit.objects.filter(pk=party.pk).update(lifecycle=Lifecycle.PREPARING)
    assert units_of(first) == {"南海区政协"}


def test_both_units_keep_it_and_neither_the_others_name(unit: Unit, party: Unit) -> None:
    first, second = both(unit, party)
    assert actions(unit) == ["people.join.opened", "people.account.joined"]
    assert actions(party) == ["people.account.joined"]
    for user, own, other in ((first, unit, party), (second, party, unit)):
        entry = AuditEntry.objects.get(unit_key=own.pk, action="people.account.joined")
        assert (entry.actor_uuid, entry.object_id) == (user.uuid, str(user.uuid))
        assert other.short_name not in entry.content
        assert str(other.uuid) not in entry.content


def test_nobody_is_joined_by_name_or_by_an_administrator(unit: Unit, party: Unit) -> None:
    first, second = make_user(unit, "limei", name="李梅"), make_user(party, "li", name="李梅")
    assert units_of(first) == units_of(second) == set()
    with unit, pytest.raises(NotFound):
        open_code(actor=system(unit.pk))
    page = client_for(make_user(unit, "guan", roles=["administrator"]), unit).get(f"/accounts/people/{first.uuid}/")
    assert "民盟南海总支" not in page.content.decode()


def test_a_code_joins_once(unit: Unit, party: Unit, city: Unit) -> None:
    first, second = make_user(unit, "limei", name="李梅"), make_user(party, "li", name="李梅")
    third = make_user(city, "li", name="李梅")
    code = opened(first, unit)
    assert JoinCode.objects.get().digest not in code
    joins(second, party, code)
    with pytest.raises(WrongCode):
        joins(third, city, code)
    assert units_of(first) == {"南海区政协", "民盟南海总支"}
    assert actions(city) == ["people.join.refused"]


def test_a_code_lives_for_minutes_and_a_new_one_ends_it(unit: Unit, party: Unit) -> None:
    first, second = make_user(unit, "limei", name="李梅"), make_user(party, "li", name="李梅")
    code = opened(first, unit)
    with clock.at(clock.now() + timedelta(minutes=MINUTES, seconds=1)), pytest.raises(WrongCode):
        joins(second, party, code)
    old = opened(first, unit)
    new = opened(first, unit)
    with pytest.raises(WrongCode):
        joins(second, party, old)
    joins(second, party, f" {new.lower().replace('-', '－')} ")  # as people type it


@pytest.mark.parametrize("wrong", ["", "x", "ABCD-EFGH-JKMN", "关联码", "A" * 400, "\x00", "\ud800"])
def test_a_guess_joins_nothing(unit: Unit, party: Unit, wrong: str) -> None:
    first, second = make_user(unit, "limei", name="李梅"), make_user(party, "li", name="李梅")
    opened(first, unit)
    with pytest.raises(WrongCode) as refused:
        joins(second, party, wrong)
    assert "code" in refused.value.fields
    assert not Person.objects.filter(joined__isnull=False).exists()


def test_a_code_of_the_same_unit_joins_nothing_and_stays(unit: Unit, party: Unit) -> None:
    first, second = make_user(unit, "limei", name="李梅"), make_user(unit, "limei2", name="李梅")
    code = opened(first, unit)
    with pytest.raises(WrongCode):
        joins(second, unit, code)
    with pytest.raises(WrongCode):
        joins(first, unit, code)
    joins(make_user(party, "li", name="李梅"), party, code)


def test_somebody_elses_account_is_not_joined(unit: Unit, party: Unit) -> None:
    first, other = make_user(unit, "limei", name="李梅"), make_user(party, "wang", name="王平")
    with pytest.raises(WrongState, match="姓名不一样") as refused:
        joins(other, party, opened(first, unit))
    assert "李梅" not in f"{refused.value.message}{refused.value.rule}{refused.value.who}"


def test_a_third_joins_and_parts_alone(unit: Unit, party: Unit, city: Unit) -> None:
    first, second = both(unit, party)
    third = make_user(city, "li", name="李梅")
    join(third, city, first, unit)
    everywhere = {"南海区政协", "民盟南海总支", "佛山市政协"}
    assert units_of(first) == units_of(second) == units_of(third) == everywhere
    with pytest.raises(WrongState, match="已经关联"):
        joins(third, city, opened(second, party))
    twin = make_user(city, "li2", name="李梅")
    with pytest.raises(WrongState, match="同一个单位"):
        joins(twin, city, opened(first, unit))
    with party:
        part_account(actor=second.actor)
    assert (units_of(first), units_of(second)) == ({"南海区政协", "佛山市政协"}, set())
    with city:
        part_account(actor=third.actor)
        with pytest.raises(WrongState, match="没有关联"):
            part_account(actor=third.actor)
    assert units_of(first) == units_of(third) == set()
    assert actions(unit, "people.account.parted") == ["people.account.parted"] * 2
    assert set(same_human(Person.objects.get(uuid=first.person_uuid)).values_list("uuid", flat=True)) == {
        first.person_uuid
    }


def test_two_groups_become_one(unit: Unit, party: Unit, city: Unit, province: Unit) -> None:
    first, _ = both(unit, party)
    third, fourth = make_user(city, "li", name="李梅"), make_user(province, "li", name="李梅")
    join(third, city, fourth, province)
    join(first, unit, fourth, province)
    assert len(units_of(third)) == 4


def test_later_calls_update_the_person(unit: Unit) -> None:
    first = make_user(unit, "limei", name="李梅", rank="city")
    with unit:
        again = link_account(
            actor=system(unit.pk),
            user_uuid=first.uuid,
            name="李小梅",
            kind="expert",
            group_name="教育界",
            rank="county",
        )
        operations.update_user(actor=system(unit.pk), user=first, changes={"rank": "province"})
    account = PersonAccount.objects.select_related("person").get(user_uuid=first.uuid)
    assert (again.uuid, account.person.uuid) == (first.person_uuid, first.person_uuid)
    assert (account.person.name, account.rank, account.person.rank) == ("李梅", "province", "province")


def test_the_switcher_shows_with_two_units(unit: Unit, party: Unit) -> None:
    first, _ = both(unit, party)
    page = client_for(first, unit).get("/notices/", headers={"host": "nanhai.localhost:8001"})
    assert 'href="http://mm-nanhai.localhost:8001/"' in page.content.decode()
    single = make_user(unit, "wang")
    assert "mm-nanhai" not in client_for(single, unit).get("/notices/").content.decode()
