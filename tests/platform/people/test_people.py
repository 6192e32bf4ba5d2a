"""A person joins one human's accounts in several units, and knows the highest rank any of them tells."""

from tenants.accounts import operations
from tenants.accounts.models import User
from tests.factories import client_for, make_user
from zhitong.core.operations import system
from zhitong.people.models import Person, PersonAccount
from zhitong.people.operations import link_account
from zhitong.people.queries import accounts_of
from zhitong.units.models import Lifecycle, Unit


def both(unit: Unit, party: Unit) -> tuple[User, User, Person]:
    first = make_user(unit, "limei", name="李梅", rank="city")
    person = Person.objects.get(uuid=first.person_uuid)
    second = make_user(party, "li", name="李梅", rank="county", person=person)
    return first, second, person


def test_two_accounts_are_one_person(unit: Unit, party: Unit) -> None:
    first, second, person = both(unit, party)
    assert first.person_uuid == second.person_uuid == person.uuid
    assert Person.objects.count() == 1
    accounts = accounts_of(person.uuid)
    assert {(account.unit, account.host) for account in accounts} == {
        (unit, "nanhai.localhost"),
        (party, "mm-nanhai.localhost"),
    }
    Unit.objects.filter(pk=party.pk).update(lifecycle=Lifecycle.PREPARING)
    assert accounts_of(person.uuid).count() == 1


def test_a_lower_rank_never_hides_a_higher_one(unit: Unit, party: Unit) -> None:
    _first, second, person = both(unit, party)
    person.refresh_from_db()
    assert person.rank == "city"
    with party:
        operations.update_user(actor=system(party.pk), user=second, changes={"rank": "province"})
    person.refresh_from_db()
    assert person.rank == "province"
    with party:
        operations.update_user(actor=system(party.pk), user=second, changes={"rank": ""})
    person.refresh_from_db()
    assert person.rank == "city"


def test_linking_again_updates_and_keeps_the_person(unit: Unit, party: Unit) -> None:
    first, _, person = both(unit, party)
    stranger = Person.objects.create(name="别人")
    with unit:
        again = link_account(
            actor=system(unit.pk),
            user_uuid=first.uuid,
            name="李梅",
            kind="expert",
            group_name="教育界",
            person=stranger,
        )
    assert again == person
    account = PersonAccount.objects.get(user_uuid=first.uuid)
    assert (account.kind, account.group_name) == ("expert", "教育界")


def test_the_switcher_shows_with_two_units(unit: Unit, party: Unit) -> None:
    first, _, _ = both(unit, party)
    page = client_for(first, unit).get("/notices/", headers={"host": "nanhai.localhost:8001"})
    assert 'href="http://mm-nanhai.localhost:8001/"' in page.content.decode()
    single = make_user(unit, "wang")
    assert "mm-nanhai" not in client_for(single, unit).get("/notices/").content.decode()
