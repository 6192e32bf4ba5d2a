"""What the network knows of a report: the matter it is about, and that an item exists."""

import uuid

from django.db import models
from django.db.models import F, Q

from zhitong.units.models import Unit


class Matter(models.Model):
    """What one report is about: the journey of one report over the levels of one line.

    Where several lines (party and committee, repeats) turn out to be one matter, all but the first are `joined_to` it:
    they are shown together, and each keeps its own items, events and credit. What is joined to is joined to nothing.
    `joined_by` is the unit where both arrived and that said so.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    joined_to = models.ForeignKey("self", models.PROTECT, null=True, related_name="lines")
    joined_by = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", db_index=False)
    joined_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(joined_to__isnull=True, joined_by__isnull=True, joined_at__isnull=True)
                | (
                    Q(joined_to__isnull=False, joined_by__isnull=False, joined_at__isnull=False) & ~Q(joined_to=F("id"))
                ),
                name="matter_joined_to_another",
            )
        ]


class ItemFact(models.Model):
    """What the network may know of an item once it is submitted: no title, no text.

    `authors` is `[{"person": uuid, "name", "rank", "kind"}]` in the order of signing; empty for received and merged
    items (`is_received`: made from what others wrote), whose authors stand in their sources. `number_label` is what one
    tells on the telephone (南海〔2026〕218号).
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="item_facts")
    item_uuid = models.UUIDField()
    matter = models.ForeignKey(Matter, models.PROTECT, related_name="items")
    number_label = models.CharField(max_length=40)
    submitted_at = models.DateTimeField()
    submitted_on = models.DateField()
    category = models.CharField(max_length=20, blank=True)
    submitter_kind = models.CharField(max_length=20, blank=True)
    source = models.CharField(max_length=20, blank=True)
    urgency = models.CharField(max_length=10, blank=True)
    group_name = models.CharField(max_length=60, blank=True)
    authors = models.JSONField(default=list)
    is_received = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "item_uuid"], name="item_fact_once")]
        indexes = [
            models.Index(fields=["unit", "submitted_on"], name="item_fact_by_day"),
            models.Index(fields=["number_label"], name="item_fact_number"),
            models.Index(fields=["item_uuid"], name="item_fact_uuid"),
        ]
