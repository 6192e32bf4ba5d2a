"""Accounts: create, change, take out of use and back."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import IntegrityError, transaction

from tenants.accounts import leaving
from tenants.accounts.cleaning import user_fields
from tenants.accounts.models import ApiToken, Invitation, MemberKind, User
from tenants.accounts.operations import circles
from tenants.accounts.operations import roles as role_operations
from zhitong.core import audit, clock
from zhitong.core.errors import InvalidInput, NotFound, WrongState
from zhitong.core.operations import Actor, operation
from zhitong.people.operations import link_account

EDITABLE = ("username", "name", "mobile", "email", "member_kind", "party", "duty", "rank", "expertise", "tags")
_TAKEN = {"username": "这个登录名已有人用。", "mobile": "这个手机号已登记在另一人名下。"}


@operation("accounts.manage")
def create_user(
    *,
    actor: Actor,
    username: str,
    name: str,
    mobile: str | None = None,
    member_kind: str = MemberKind.STAFF,
    party: str = "",
    duty: str = "",
    rank: str = "",
    roles: Iterable[str] = (),
    groups: Iterable[tuple[str, str]] = (),
    email: str = "",
    expertise: str = "",
    tags: str = "",
) -> User:
    """Create an account without a password; an invitation sets the first one.

    Args:
        actor: who acts.
        username: login name, kept in lower case; not a number.
        name: the human's name.
        mobile: 11 digits, also a login name; None when not known.
        member_kind: a value of `MemberKind`.
        party: 党派, in words.
        duty: post or profession, in words.
        rank: the highest CPPCC level at which the human is a member (a `Level`), empty for none.
        roles: codes of roles.
        groups: kind (`GroupKind`) and name of each circle; missing circles are made. The first one names the human's
            group in rankings.
        email: where notices go as well.
        expertise: what the human knows well, in words.
        tags: the unit's marks, in one text (骨干、专家).

    Raises:
        InvalidInput: a field is malformed or taken, a role or a kind of circle unknown.
    """
    given = {"username": username, "name": name, "mobile": mobile, "email": email, "member_kind": member_kind}
    given |= {"party": party, "duty": duty, "rank": rank, "expertise": expertise, "tags": tags}
    user = User(**user_fields(given))
    user.set_unusable_password()
    _save(user)
    role_operations.assign(user, roles)
    circles.join(user, groups)
    _link(actor, user)
    audit.record(
        actor=actor,
        action="accounts.user.created",
        object_kind="user",
        object_id=user.uuid,
        roles=sorted(user.roles.values_list("code", flat=True)),
    )
    return user


@operation("accounts.manage")
def update_user(*, actor: Actor, user: User, changes: Mapping[str, str | None]) -> User:
    """Change fields of an account (those in `EDITABLE`); the audit entry names the fields, not the values.

    Raises:
        InvalidInput: a field is malformed or taken.
        KeyError: a field that cannot be changed is named.
    """
    unknown = set(changes) - set(EDITABLE)
    if unknown:
        raise KeyError(f"not editable: {sorted(unknown)}")
    locked = _locked(user)
    cleaned = user_fields(changes)
    changed = sorted(name for name, value in cleaned.items() if getattr(locked, name) != value)
    if not changed:
        return locked
    for name in changed:
        setattr(locked, name, cleaned[name])
    _save(locked, changed)
    _link(actor, locked)
    audit.record(actor=actor, action="accounts.user.changed", object_kind="user", object_id=locked.uuid, fields=changed)
    return locked


@operation()
def change_own_email(*, actor: Actor, email: str) -> User:
    """Set where the actor's own notices go as well; empty for nowhere.

    Raises:
        InvalidInput: it is no address.
        NotFound: the actor has no account here.
    """
    locked = User.objects.select_for_update(no_key=True).filter(uuid=actor.user_key, is_active=True).first()
    if locked is None:
        raise NotFound
    address = user_fields({"email": email})["email"] or ""
    if locked.email != address:
        locked.email = address
        locked.save(update_fields=["email"])
        audit.record(
            actor=actor, action="accounts.user.changed", object_kind="user", object_id=locked.uuid, fields=["email"]
        )
    return locked


@operation("accounts.manage")
def deactivate_user(*, actor: Actor, user: User) -> User:
    """Take an account out of use: sessions, invitations and keys end; what it did stays.

    Raises:
        WrongState: it is out of use already, or the unit's last administrator, or nobody is left who may do what waits
            for it.
    """
    role_operations.lock_administrators()
    locked = _locked(user)
    if not locked.is_active:
        raise WrongState(f"{locked.name}的账号已经停用。")
    locked.is_active = False
    locked.save(update_fields=["is_active"])
    role_operations.refuse_without_administrator()
    moment = clock.now()
    Invitation.objects.filter(user=locked, used_at__isnull=True, expires_at__gt=moment).update(expires_at=moment)
    ApiToken.objects.filter(user=locked, revoked_at__isnull=True).update(revoked_at=moment)
    audit.record(actor=actor, action="accounts.user.deactivated", object_kind="user", object_id=locked.uuid)
    leaving.unit_left(actor=actor, user=locked)
    return locked


@operation("accounts.manage")
def reactivate_user(*, actor: Actor, user: User) -> User:
    """Take an account back into use with a new invitation to come: the old password is void.

    Raises:
        WrongState: it is in use.
    """
    locked = _locked(user)
    if locked.is_active:
        raise WrongState(f"{locked.name}的账号正在使用。")
    locked.is_active = True
    locked.set_unusable_password()
    locked.save(update_fields=["is_active", "password"])
    audit.record(actor=actor, action="accounts.user.reactivated", object_kind="user", object_id=locked.uuid)
    return locked


def _locked(user: User) -> User:
    # Not the key: rows that name the user, a decision just being written, need not wait, nor lock each other up.
    found = User.objects.select_for_update(no_key=True).filter(pk=user.pk).first()
    if found is None:
        raise NotFound
    return found


def _save(user: User, fields: list[str] | None = None) -> None:
    try:
        with transaction.atomic():
            user.save(update_fields=fields)
    except IntegrityError as error:
        constraint = _constraint(error)
        name = next((name for name in _TAKEN if name in constraint), None)
        if name is None:
            raise
        raise InvalidInput(_TAKEN[name], fields={name: [_TAKEN[name]]}) from error


def _constraint(error: IntegrityError) -> str:
    diagnosis: Any = getattr(error.__cause__, "diag", None)
    return str(getattr(diagnosis, "constraint_name", "") or "")


def _link(actor: Actor, user: User) -> None:
    if actor.unit_id is None:
        return  # operators of the platform are nobody's members
    person = link_account(
        actor=actor,
        user_uuid=user.uuid,
        name=user.name,
        rank=user.rank,
        kind=user.member_kind,
        group_name=circles.main_group(user),
    )
    if user.person_uuid != person.uuid:
        user.person_uuid = person.uuid
        user.save(update_fields=["person_uuid"])
