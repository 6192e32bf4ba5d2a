"""A person joins one human's accounts in several units: public tables, no texts."""

import uuid

from django.db import models

from zhitong.units.models import Unit


class Person(models.Model):
    """One human. Accounts in units name it by `uuid`; scores and dossiers hang on it.

    `rank` is the highest CPPCC level at which this person is a member (rule sets give bonuses by it).
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField("姓名", max_length=60)
    rank = models.CharField("委员层级", max_length=10, blank=True)
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
