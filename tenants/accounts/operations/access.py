"""Ways in: invitations, passwords, keys for programs. Only digests are kept."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.urls import reverse

from tenants.accounts.cleaning import short_text
from tenants.accounts.models import ApiToken, Invitation, User
from zhitong.core import audit, clock, text
from zhitong.core.errors import InvalidInput, NotFound, WrongState
from zhitong.core.links import digest
from zhitong.core.operations import Actor, current_unit_id, operation, system

LONGEST_PASSWORD = 128
_LONGEST_KEY_DAYS = 365
_MOST_KEYS = 10  # open ones of one user; whoever needs more should give each program an account of its own


class InvitationGone(NotFound):
    """An invitation that cannot be used: unknown, used or expired, which all look the same."""

    code = "invitation_gone"

    def __init__(self) -> None:
        super().__init__("这个邀请链接已经用过或者过期。请联系本单位管理员重新发送。")


@operation("accounts.manage")
def invite(*, actor: Actor, user: User) -> str:
    """Make a one-time link by which `user` sets a password, and return its path; earlier links end.

    Valid for `INVITATION_HOURS`. The path is shown once: the token is not kept.

    Raises:
        WrongState: the account is out of use.
    """
    locked = User.objects.select_for_update().get(pk=user.pk)
    if not locked.is_active:
        raise WrongState(f"{locked.name}的账号已停用，不能邀请。", who="本单位管理员可以先恢复账号")
    moment = clock.now()
    _end_invitations(locked)
    token = secrets.token_urlsafe(32)
    Invitation.objects.create(
        user=locked,
        digest=digest(token),
        created_at=moment,
        expires_at=moment + timedelta(hours=settings.INVITATION_HOURS),
    )
    audit.record(actor=actor, action="accounts.user.invited", object_kind="user", object_id=locked.uuid)
    urlconf = settings.PUBLIC_SCHEMA_URLCONF if actor.unit_id is None else settings.ROOT_URLCONF
    return reverse("accounts:invite", args=[token], urlconf=urlconf)


def invited_user(*, token: str) -> User:
    """Return the user whom an open invitation names.

    Raises:
        InvitationGone: unknown, used, expired, or the account is out of use.
    """
    found = _open_invitations(token).select_related("user").first()
    if found is None:
        raise InvitationGone
    return found.user


def accept_invitation(*, token: str, password: str) -> User:
    """Set the password of the invited user and end the invitation; of several at once, one wins.

    Raises:
        InvitationGone: the link is unknown, used or expired.
        InvalidInput: the password breaks a rule.
    """
    return _accept(actor=system(current_unit_id(), "邀请链接"), token=token, password=password)


@operation()
def _accept(*, actor: Actor, token: str, password: str) -> User:
    invited = invited_user(token=token)
    user = User.objects.select_for_update().get(pk=invited.pk)
    if not _open_invitations(token).exists():  # somebody used it while we waited for the lock
        raise InvitationGone
    _set_password(user, password)
    Invitation.objects.filter(digest=digest(token)).update(used_at=clock.now())
    _end_invitations(user)
    audit.record(
        actor=Actor(unit_id=actor.unit_id, label=user.name, user_uuid=user.uuid),
        action="accounts.user.invitation_accepted",
        object_kind="user",
        object_id=user.uuid,
    )
    return user


@operation()
def change_password(*, actor: Actor, user: User, old: str, new: str) -> User:
    """Change the actor's own password; every other session of the account ends.

    Raises:
        NotFound: `user` is somebody else.
        InvalidInput: the present password is wrong, or the new one breaks a rule.
    """
    locked = User.objects.select_for_update().filter(pk=user.pk, uuid=actor.user_key).first()
    if locked is None:
        raise NotFound
    if not locked.check_password(old):
        raise InvalidInput("当前密码不对。", fields={"old": ["当前密码不对。"]})
    if old == new:
        raise InvalidInput("新密码不能与当前密码相同。", fields={"password": ["不能与当前密码相同。"]})
    _set_password(locked, new)
    audit.record(actor=actor, action="accounts.user.password_changed", object_kind="user", object_id=locked.uuid)
    return locked


@operation()
def create_api_token(*, actor: Actor, user: User, label: str, days: int) -> tuple[ApiToken, str]:
    """Make a key by which a program acts as `user` for `days`; return it and its plain form, shown once.

    Users make their own, who manages people makes those of others. One label is in use once, so that a form that is
    sent twice makes one key, and everybody knows which key to end.

    Raises:
        NotAllowed: somebody else's, without the right.
        InvalidInput: no label, one in use, or more than a year.
        WrongState: the account is out of use, or has as many keys as one may have.
    """
    if user.uuid != actor.user_uuid:
        actor.require("accounts.manage")
    user = User.objects.select_for_update().get(pk=user.pk)
    if not user.is_active:
        raise WrongState(f"{user.name}的账号已停用。")
    cleaned = short_text(ApiToken, "label", label)
    if not cleaned:
        raise InvalidInput("请写明这个密钥给什么程序用。", fields={"label": ["请填写用途。"]})
    if not 1 <= days <= _LONGEST_KEY_DAYS:
        raise InvalidInput(
            f"密钥的有效期为 1 至 {_LONGEST_KEY_DAYS} 天。", fields={"days": [f"1 至 {_LONGEST_KEY_DAYS} 天。"]}
        )
    moment = clock.now()
    in_use = list(
        ApiToken.objects.filter(user=user, revoked_at__isnull=True, expires_at__gt=moment).values_list(
            "label", flat=True
        )
    )
    if cleaned in in_use:
        raise InvalidInput(
            f"已有一个用途为“{cleaned}”的密钥在用。",
            fields={"label": ["已有同样用途的密钥在用，请先停用，或换个名称。"]},
        )
    if len(in_use) >= _MOST_KEYS:
        raise WrongState(f"在用的密钥已有 {_MOST_KEYS} 个，请先停用不用的。", rule=f"每人最多 {_MOST_KEYS} 个密钥")
    plain = secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user,
        label=cleaned,
        digest=digest(plain),
        created_at=moment,
        expires_at=moment + timedelta(days=days),
    )
    audit.record(
        actor=actor, action="accounts.token.created", object_kind="user", object_id=user.uuid, label=cleaned, days=days
    )
    return token, plain


@operation()
def revoke_api_token(*, actor: Actor, token: ApiToken) -> ApiToken:
    """End a key at once; one that has ended stays as it is.

    Raises:
        NotAllowed: somebody else's, without the right.
    """
    locked = ApiToken.objects.select_for_update(of=("self",)).select_related("user").get(pk=token.pk)
    if locked.user.uuid != actor.user_uuid:
        actor.require("accounts.manage")
    if locked.revoked_at is None:
        locked.revoked_at = clock.now()
        locked.save(update_fields=["revoked_at"])
        audit.record(
            actor=actor,
            action="accounts.token.revoked",
            object_kind="user",
            object_id=locked.user.uuid,
            label=locked.label,
        )
    return locked


def _open_invitations(token: str) -> QuerySet[Invitation]:
    return Invitation.objects.filter(
        digest=digest(token), used_at__isnull=True, expires_at__gt=clock.now(), user__is_active=True
    )


def _end_invitations(user: User) -> None:
    moment = clock.now()
    Invitation.objects.filter(user=user, used_at__isnull=True, expires_at__gt=moment).update(expires_at=moment)


def _set_password(user: User, password: str) -> None:
    wrong = text.fault(password)
    if len(password) > LONGEST_PASSWORD:
        wrong = f"密码最多 {LONGEST_PASSWORD} 个字符。"
    if wrong:
        raise InvalidInput(f"密码不能用：{wrong}", fields={"password": [wrong]})
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise InvalidInput("密码不符合要求。", fields={"password": list(error.messages)}) from error
    user.set_password(password)
    user.password_changed_at = clock.now()
    user.save(update_fields=["password", "password_changed_at"])
