"""Users, roles, groups and posts of one unit (in the public schema: the platform's operators)."""

import uuid
from functools import cached_property
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from zhitong.core.operations import Actor, current_unit_id
from zhitong.units.models import Unit


class MemberKind(models.TextChoices):
    """In what quality someone submits; staff do not submit in their own name."""

    MEMBER = "member", "委员"
    INFORMANT = "informant", "特邀信息员"
    CORE_INFORMANT = "core_informant", "骨干信息员"
    EXPERT = "expert", "专家"
    STAFF = "staff", "工作人员"


class UserManager(BaseUserManager["User"]):
    """Finds users by login name or mobile number."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the user whose login name or mobile number is `username`, as typed by a person."""
        from tenants.accounts.cleaning import login_name

        known = login_name(username or "")
        return self.get(Q(username=known) | Q(mobile=known))


class User(AbstractBaseUser):
    """An account in a unit. `uuid` is its identity outside the unit's schema; `person_uuid` names the human.

    `expertise` is what the person knows well, in words; `tags` are the unit's own short marks (骨干, 专家, 特邀). By
    both one finds whom to ask for a text.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    username = models.CharField("登录名", max_length=40, unique=True)
    mobile = models.CharField("手机号", max_length=15, unique=True, null=True, blank=True)
    name = models.CharField("姓名", max_length=60)
    email = models.EmailField("邮箱", blank=True)
    member_kind = models.CharField("身份", max_length=20, choices=MemberKind, default=MemberKind.STAFF)
    party = models.CharField("党派", max_length=20, blank=True)
    duty = models.CharField("职务", max_length=60, blank=True)
    rank = models.CharField("委员层级", max_length=10, blank=True)
    expertise = models.CharField("专长", max_length=60, blank=True)
    tags = ArrayField(models.CharField(max_length=12), default=list, blank=True, verbose_name="标签")
    person_uuid = models.UUIDField(null=True, editable=False)
    is_active = models.BooleanField("在用", default=True)
    password_changed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    roles: "models.ManyToManyField[Role, Any]" = models.ManyToManyField("Role", related_name="users", blank=True)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(username__regex=r"^[0-9+]*$"), name="user_name_is_no_number"),
        ]

    def __str__(self) -> str:
        return self.name

    @cached_property
    def granted(self) -> frozenset[str]:
        """The names of all permissions this user's roles give."""
        if not self.is_active:
            return frozenset()
        return frozenset(name for names in self.roles.values_list("permissions", flat=True) for name in names)

    def get_full_name(self) -> str:
        """Return the name, as the shell and the watermark show it."""
        return self.name

    def has_zt_perm(self, name: str) -> bool:
        """Return whether one of the user's roles gives the registered permission `name`."""
        return self.actor.can(name)

    @property
    def actor(self) -> Actor:
        """This user as the actor of operations in the unit in force."""
        return Actor(unit_id=current_unit_id(), label=self.name, user_uuid=self.uuid, granted=self.granted)

    def actor_in(self, unit: Unit) -> Actor:
        """Return this user as the actor of operations in `unit`, whose schema must be in force."""
        return Actor(unit_id=unit.pk, label=self.name, user_uuid=self.uuid, granted=self.granted)


class Role(models.Model):
    """A named set of permissions; presets come with the unit, a unit may add its own."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField("名称", max_length=40)
    permissions = models.JSONField("权限", default=list)
    is_preset = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name


class GroupKind(models.TextChoices):
    """What a circle inside a unit is."""

    SECTOR = "sector", "界别"
    COMMITTEE = "committee", "专委会"
    LIAISON = "liaison", "联络组"
    BRANCH = "branch", "支部"


class Group(models.Model):
    """A circle inside the unit."""

    kind = models.CharField(max_length=20, choices=GroupKind)
    name = models.CharField("名称", max_length=60)
    members = models.ManyToManyField(User, through="Membership", related_name="circles")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "name"], name="group_once")]
        ordering = ["kind", "name"]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A user in a group, perhaps as its head."""

    group = models.ForeignKey(Group, models.CASCADE)
    user = models.ForeignKey(User, models.CASCADE)
    is_head = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "user"], name="membership_once")]


class Position(models.Model):
    """A post (研究室, 秘书长, 主席 …) that steps of a review are assigned to."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField("名称", max_length=40)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "id"]

    def __str__(self) -> str:
        return self.name


class DateRange(Func):
    """PostgreSQL's daterange(from, to): `to` excluded, NULL is open."""

    function = "daterange"


class Holding(models.Model):
    """A user holds a post from a day until another (excluded); the same user never twice at once."""

    position = models.ForeignKey(Position, models.PROTECT, related_name="holdings")
    user = models.ForeignKey(User, models.PROTECT, related_name="holdings")
    held_from = models.DateField()
    held_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(held_to__isnull=True) | Q(held_to__gt=F("held_from")), name="holding_period"
            ),
            ExclusionConstraint(
                name="holding_no_overlap",
                expressions=[
                    ("position", RangeOperators.EQUAL),
                    ("user", RangeOperators.EQUAL),
                    (DateRange("held_from", "held_to"), RangeOperators.OVERLAPS),
                ],
            ),
        ]


class Invitation(models.Model):
    """A one-time link by which a user sets the first (or a new) password. Only the token's digest is kept."""

    user = models.ForeignKey(User, models.CASCADE, related_name="invitations")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class ApiToken(models.Model):
    """A key by which a program acts as a user. Only its digest is kept."""

    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens")
    label = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)


def actor_of(user: Any) -> Actor:
    """Return the actor of a logged-in `request.user`.

    Raises:
        TypeError: the user is anonymous.
    """
    if not isinstance(user, User):
        raise TypeError("an anonymous user cannot act")
    return user.actor
