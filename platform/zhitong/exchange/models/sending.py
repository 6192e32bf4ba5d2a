"""What goes from unit to unit: the frozen copy, the files that go along, and one dispatch for each receiver."""

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Q

from zhitong.core import glossary
from zhitong.exchange.models.matters import Matter
from zhitong.units.models import ExternalBody, RouteKind, Unit


class Packet(models.Model):
    """The frozen copy that is sent: a whitelist of fields with a hash (sha256 over its canonical JSON)."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sender = models.ForeignKey(Unit, models.PROTECT, related_name="packets")
    item_uuid = models.UUIDField()
    matter = models.ForeignKey(Matter, models.PROTECT, related_name="packets")
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField()


class Grant(models.Model):
    """A file that travels with a packet: the receiver reads it through its dispatch, never through the sender."""

    packet = models.ForeignKey(Packet, models.PROTECT, related_name="grants")
    attachment_uuid = models.UUIDField()
    name = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    media_type = models.CharField(max_length=100)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["packet", "attachment_uuid"], name="grant_once")]


class Dispatch(models.Model):
    """One item sent from one unit to one receiver.

    `attempt` rises when a sender sends the same item to the same receiver again by intent, so that a double click
    sends once; it follows the attempt before it. `state` is derived from the events and compared with them by
    `zhitong exchange verify`. `proposal` is where the item belongs in the eyes of a receiver it did not belong to.
    `recall_asked_at` is set while the receiver owes an answer to a request for recall. `settled_at` is when the sender
    said that a returned item needs nothing more. `follows` is the dispatch of the same packet to a unit that is no
    more: that one is moved (已转交), this one waits at its successor, sent when that one was.
    """

    class State(models.TextChoices):
        """How a dispatch stands at its receiver."""

        SENT = "sent", glossary.AWAITING_RECEIPT
        RECEIVED = "received", glossary.RECEIVED
        ACCEPTED = "accepted", glossary.IN_REVIEW
        ADOPTED = "adopted", glossary.ADOPTED
        RETURNED = "returned", glossary.SENT_BACK
        KEPT = "kept", glossary.KEPT
        DECLINED = "declined", glossary.DECLINED
        RECALLED = "recalled", glossary.WITHDRAWN
        MOVED = "moved", glossary.MOVED_ON

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    packet = models.ForeignKey(Packet, models.PROTECT, related_name="dispatches")
    sender = models.ForeignKey(Unit, models.PROTECT, related_name="dispatches_out", db_index=False)
    item_uuid = models.UUIDField()
    receiver = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="dispatches_in", db_index=False)
    body = models.ForeignKey(ExternalBody, models.PROTECT, null=True, related_name="dispatches_in")
    route = models.CharField(max_length=20, choices=RouteKind)
    attempt = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=10, choices=State, default=State.SENT)
    sent_at = models.DateTimeField()
    sent_by = models.CharField(max_length=120)
    received_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    accepted_item_uuid = models.UUIDField(null=True)
    title = models.CharField(max_length=100)
    urgency = models.CharField(max_length=10, blank=True)
    category = models.CharField(max_length=20, blank=True)
    reason = models.TextField(blank=True)
    proposal = models.CharField(max_length=60, blank=True)
    recall_asked_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    follows = models.OneToOneField("self", models.PROTECT, null=True, related_name="followed_by")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(receiver__isnull=False, body__isnull=True) | Q(receiver__isnull=True, body__isnull=False),
                name="dispatch_one_receiver",
            ),
            models.UniqueConstraint(
                fields=["sender", "item_uuid", "receiver", "body", "attempt"],
                name="dispatch_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(accepted_item_uuid__isnull=True) | Q(receiver__isnull=False),
                name="dispatch_accepted_by_unit",
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True) | Q(state="returned"), name="dispatch_settled_when_returned"
            ),
        ]
        indexes = [
            models.Index(fields=["receiver", "state", "-sent_at", "-id"], name="dispatch_inbox"),
            models.Index(fields=["sender", "-sent_at", "-id"], name="dispatch_outbox"),
        ]

    @property
    def receiver_name(self) -> str:
        """Return the short name of the receiver."""
        return (self.receiver or self.body).short_name  # type: ignore[union-attr]

    @property
    def receipt_due_at(self) -> datetime | None:
        """By when it has to be receipted; None once it was."""
        return self.due_at if self.state == self.State.SENT else None

    @property
    def recall_is_asked(self) -> bool:
        """Whether a request for recall waits for the receiver's answer; a decision on the item answers it too."""
        return self.recall_asked_at is not None and self.state in {self.State.RECEIVED, self.State.ACCEPTED}


class ItemSource(models.Model):
    """An item of a unit was made from a dispatch: one row when accepted, several when merged."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    item_uuid = models.UUIDField()
    dispatch = models.ForeignKey(Dispatch, models.PROTECT, related_name="made")
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dispatch"], name="source_once")]
        indexes = [models.Index(fields=["unit", "item_uuid"], name="source_by_item")]
