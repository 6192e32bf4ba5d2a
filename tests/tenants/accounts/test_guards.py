"""Guards under pressure: administrators who remove each other, keys for programs."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from tenants.accounts import operations, queries
from tenants.accounts.models import ApiToken
from tests.factories import make_user
from zhitong.core.errors import InvalidInput, NotAllowed, WrongState
from zhitong.core.links import digest
from zhitong.core.operations import system
from zhitong.units.models import Unit


def test_two_administrators_cannot_remove_each_other(committed: None) -> None:
    unit = Unit.objects.get(short_name="南海区政协")
    pair = [make_user(unit, name, roles=["administrator"]) for name in ("first", "second")]
    together = Barrier(2)

    def remove(number: int) -> str:
        try:
            with Unit.objects.get(pk=unit.pk):
                actor = pair[number].actor_in(unit)
                together.wait()
                operations.deactivate_user(actor=actor, user=pair[1 - number])
        except WrongState:
            return "kept"
        finally:
            connection.close()
        return "removed"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(remove, range(2))) == ["kept", "removed"]
    with unit:
        assert queries.with_permission("accounts.manage").count() == 1


def test_of_two_who_take_one_login_name_at_once_one_wins(committed: None) -> None:
    unit = Unit.objects.get(short_name="南海区政协")
    together = Barrier(3)

    def create(number: int) -> str:
        try:
            with Unit.objects.get(pk=unit.pk):
                together.wait()
                operations.create_user(actor=system(unit.pk), username="limei", name=f"李梅{number}")
        except InvalidInput as refusal:
            return next(iter(refusal.fields))
        finally:
            connection.close()
        return "made"

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(create, range(3))) == ["made", "username", "username"]


def test_a_key_is_shown_once_and_kept_as_a_digest(unit: Unit) -> None:
    user, other = make_user(unit, "limei"), make_user(unit, "wang")
    with unit:
        token, plain = operations.create_api_token(actor=user.actor_in(unit), user=user, label=" 取数 ", days=30)
        assert (token.label, token.digest, (token.expires_at - token.created_at).days) == ("取数", digest(plain), 30)
        assert plain not in str(ApiToken.objects.values())
        with pytest.raises(NotAllowed):
            operations.create_api_token(actor=user.actor_in(unit), user=other, label="x", days=1)
        with pytest.raises(NotAllowed):
            operations.revoke_api_token(actor=other.actor_in(unit), token=token)
        for label, days in (("", 1), ("x", 0), ("x", 366), ("长" * 61, 1)):
            with pytest.raises(InvalidInput):
                operations.create_api_token(actor=user.actor_in(unit), user=user, label=label, days=days)
        first = operations.revoke_api_token(actor=user.actor_in(unit), token=token).revoked_at
        assert first is not None
        assert operations.revoke_api_token(actor=user.actor_in(unit), token=token).revoked_at == first
