"""Joining the accounts of one human: a code is opened with one of them, told to the other, and undone at will.

Nobody but the human does either: an administrator can neither join accounts nor see those of other units, and what a
unit's trail keeps names its own account alone. Who asks proves with the password of either account that it is theirs
(the caller checks it); the code proves that both are in one hand.
"""

import secrets
import unicodedata
from datetime import timedelta
from uuid import UUID, uuid4

from zhitong.core import audit, clock, outbox
from zhitong.core.errors import InvalidInput, NotFound, Trace, WrongState
from zhitong.core.links import digest
from zhitong.core.operations import Actor, operation, require_unit
from zhitong.people.models import JoinCode, Person, PersonAccount

MINUTES = 10  # that a code lives
# Without what is read as another: 0 and O, 1, I and L. Twelve of 31 are 59 bits.
_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_LENGTH, _PART = 12, 4
_RULE = f"关联码 {MINUTES} 分钟内有效，只能用一次"


class WrongCode(InvalidInput):
    """A code that joins nothing: unknown, used, expired or of this very unit; which of them is not told."""

    code = "people.join_code"

    def __init__(self, trace: Trace) -> None:
        words = "关联码不对，或者已经用过、过了时间。请在另一个单位的账号里重新生成。"
        super().__init__(words, rule=_RULE, fields={"code": [words]}, trace=trace)


@operation()
def open_code(*, actor: Actor) -> tuple[JoinCode, str]:
    """Open a code with the actor's own account; return it and its plain form, shown once. An earlier one ends.

    Raises:
        NotFound: the actor has no account here.
    """
    own = _own(actor)
    moment = clock.now()
    own.join_codes.filter(used_at__isnull=True, expires_at__gt=moment).update(expires_at=moment)
    plain = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    code = JoinCode.objects.create(
        account=own, digest=digest(plain), created_at=moment, expires_at=moment + timedelta(minutes=MINUTES)
    )
    _note(own, "people.join.opened", actor)
    return code, "-".join(plain[at : at + _PART] for at in range(0, _LENGTH, _PART))


@operation()
def join_account(*, actor: Actor, code: str) -> UUID:
    """Join the actor's own account to the one that opened `code`; return what both carry now (`Person.joined`).

    Raises:
        WrongCode: the code is unknown, used, expired, or was opened in this unit; it stays in the trail.
        WrongState: they are joined already, are known by different names, or another account of this unit is among
            those they would be joined to.
        NotFound: the actor has no account here.
    """
    own = _own(actor)
    opened = JoinCode.objects.select_for_update(of=("self",)).select_related("account__person")
    found = opened.filter(digest=digest(_cleaned(code))).first()
    why = _why_not(found, own)
    if found is None or why:
        raise WrongCode(Trace("people.join.refused", "user", str(own.user_uuid), {"reason": why}))
    (first, second), persons = _locked(own.person_id, found.account.person_id)
    if first.joined is not None and first.joined == second.joined:
        raise WrongState("这两个账号已经关联，不用再关联。")
    if first.name != second.name:
        raise WrongState(
            f"两个账号登记的姓名不一样，不能关联。本单位登记的是“{first.name}”。",
            rule="只有同一个人的账号可以关联",
            who="登记有误的，请单位管理员改正姓名",
        )
    accounts = list(PersonAccount.objects.filter(person__in=persons))
    if len({account.unit_id for account in accounts}) < len(accounts):
        raise WrongState(
            "已经关联的账号里有同一个单位的另一个账号，不能再关联。", rule="一个人在一个单位只关联一个账号"
        )
    joined = first.joined or second.joined or uuid4()
    Person.objects.filter(pk__in=[one.pk for one in persons]).update(joined=joined)
    found.used_at = clock.now()
    found.save(update_fields=["used_at"])
    for account in (own, found.account):
        _tell(account, "people.account.joined")
        _note(account, "people.account.joined", actor)
    return joined


@operation()
def part_account(*, actor: Actor) -> None:
    """Undo it for the actor's own account: it stands alone again, the others stay joined to each other.

    Raises:
        WrongState: it is joined to none.
        NotFound: the actor has no account here.
    """
    own = _own(actor)
    [person], persons = _locked(own.person_id)
    if person.joined is None:
        raise WrongState("这个账号没有关联别的账号。")
    # Of two, nobody is left to be joined to.
    left = [one.pk for one in persons] if len(persons) == 2 else [person.pk]
    Person.objects.filter(pk__in=left).update(joined=None)
    for account in PersonAccount.objects.filter(person__in=persons).select_related("person").order_by("pk"):
        _tell(account, "people.account.parted")
        _note(account, "people.account.parted", actor)


def _own(actor: Actor) -> PersonAccount:
    found = PersonAccount.objects.select_related("person").filter(unit_id=require_unit(), user_uuid=actor.user_key)
    account = found.first()
    if account is None:
        raise NotFound
    return account


def _locked(*keys: int) -> tuple[list[Person], list[Person]]:
    """Lock these persons, and then those joined to them; return both, the first in the order of `keys`."""
    rows = Person.objects.select_for_update(no_key=True).order_by("pk")
    named = {one.pk: one for one in rows.filter(pk__in=keys)}
    joined = {one.joined for one in named.values() if one.joined is not None}
    # What is joined to them is read once they are locked: nobody joins or parts them any more.
    others = list(rows.filter(joined__in=joined).exclude(pk__in=keys)) if joined else []
    return [named[key] for key in keys], [*named.values(), *others]


def _cleaned(code: str) -> str:
    """Return a code as it was made, however it was typed: full width, in small letters, with any dashes or blanks."""
    typed = unicodedata.normalize("NFKC", code).upper()
    return "".join(sign for sign in typed if sign in _LETTERS)


def _why_not(found: JoinCode | None, own: PersonAccount) -> str:
    if found is None:
        return "unknown"
    if found.used_at is not None:
        return "used"
    if found.expires_at <= clock.now():
        return "expired"
    return "same unit" if found.account.unit_id == own.unit_id else ""


def _tell(account: PersonAccount, topic: str) -> None:
    payload = {"user": str(account.user_uuid), "at": clock.now().isoformat()}
    outbox.publish(topic, payload, unit_id=account.unit_id)


def _note(account: PersonAccount, action: str, actor: Actor) -> None:
    """Write into the trail of the account's unit, as done by that account: the human is one, the units are two."""
    who = Actor(unit_id=account.unit_id, label=actor.label, user_uuid=account.user_uuid)
    audit.record(actor=who, action=action, object_kind="user", object_id=account.user_uuid)
