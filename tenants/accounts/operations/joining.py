"""Joining one's own accounts of several units (`zhitong.people.operations.joining`), each act with the own password."""

from datetime import datetime

from tenants.accounts.models import User
from tenants.accounts.queries import account_of
from zhitong.core.errors import InvalidInput
from zhitong.core.operations import Actor, operation
from zhitong.people import operations as people
from zhitong.ranking.operations import withdraw_all


class WrongPassword(InvalidInput):
    """Whoever asks does not know the password of the account that is signed in."""

    code = "accounts.password"

    def __init__(self) -> None:
        super().__init__("密码不对。", fields={"password": ["密码不对。"]})


@operation()
def open_join_code(*, actor: Actor, password: str) -> tuple[str, datetime]:
    """Open a one-time code with the actor's account; return it, shown once, and the moment it ends.

    Raises:
        WrongPassword: it is not the account's.
        NotFound: the actor has no account here.
    """
    _prove(actor, password)
    code, plain = people.open_code(actor=actor)
    return plain, code.expires_at


@operation()
def join_accounts(*, actor: Actor, password: str, code: str) -> None:
    """Join the actor's account to the one of another unit that opened `code`.

    Raises:
        WrongPassword: it is not the account's.
        WrongCode, WrongState, NotFound: as `people.join_account`.
    """
    _prove(actor, password)
    people.join_account(actor=actor, code=code)


@operation()
def part_accounts(*, actor: Actor) -> None:
    """Part the actor's account from the others, and take back what was consented to go between it and them.

    Raises:
        WrongState: it is joined to none.
        NotFound: the actor has no account here.
    """
    withdraw_all(actor=actor)
    people.part_account(actor=actor)


def _prove(actor: Actor, password: str) -> User:
    user = account_of(actor)
    if not user.check_password(password):
        raise WrongPassword
    return user
