"""Tables of the desk."""

import uuid

from django.db import models

from tenants.accounts.models import User
from tenants.items.models import Item


class Proof(models.Model):
    """A file that shows an outcome which a unit recorded by hand: the scan of an instruction, a body's list.

    It stays in the unit that recorded it: the network knows the event, never the file.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    event_uuid = models.UUIDField(db_index=True)
    name = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    media_type = models.CharField(max_length=100)
    kept_by = models.CharField(max_length=120)
    kept_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]


class RegisterLine(models.Model):
    """Who answers for an item in the register (台账), where somebody was named.

    Names are written as the office writes them: who leads or links need not have an account. `person_user` is the
    account of the person named, where exactly one of the unit bears that name. `check_on` is the day on which the
    office means to ask again. `version` rises with every write and guards against lost updates.
    """

    item = models.OneToOneField(Item, models.CASCADE, related_name="register_line")
    leader = models.CharField("牵头副秘书长", max_length=40, blank=True)
    linking = models.CharField("联系委室", max_length=40, blank=True)
    person = models.CharField("专人", max_length=40, blank=True)
    person_user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="register_lines")
    check_on = models.DateField("下次查询", null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    changed_by = models.CharField(max_length=120)
    changed_at = models.DateTimeField()


class DeclineReason(models.Model):
    """A reason for not adopting a report (不采用), from the unit's own list; words may be added to it."""

    words = models.CharField("理由", max_length=60, unique=True)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "id"]
