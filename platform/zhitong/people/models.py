"""Persons behind accounts, and which of them are one human by the human's own word: public tables, no texts."""

import uuid

from django.db import models

from zhitong.units.models import Unit


class Person(models.Model):
    """Somebody as one unit knows them. The account names it by `uuid`; scores and dossiers hang on it.

    `rank` is the CPPCC level at which this person is a member (rule sets give bonuses by it). Persons of one human who
    joined them carry the same `joined`; without one a person stands alone. What hangs on a person stays there: joining
    and parting change no figure.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField("姓名", max_length=60)
    rank = models.CharField("委员层级", max_length=10, blank=True)
    joined = models.UUIDField(null=True, editable=False, db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class PersonAccount(models.Model):
    """An account of a person in a unit; `rank` is what this unit knows of the person's."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="accounts")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    user_uuid = models.UUIDField()
    kind = models.CharField(max_length=20, blank=True)
    group_name = models.CharField(max_length=60, blank=True)
    rank = models.CharField(max_length=10, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "user_uuid"], name="person_account_once")]


class JoinCode(models.Model):
    """A one-time code (关联码) by which a human joins an account to another one. Only its digest is kept."""

    account = models.ForeignKey(PersonAccount, models.CASCADE, related_name="join_codes")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
