"""What a unit sends down (约稿, 参考选题, 通知, 通报 …): one paper, and one delivery for each receiver."""

import uuid

from django.db import models
from django.db.models import F, Q

from zhitong.units.models import Unit


class PaperKind(models.TextChoices):
    """What a paper is."""

    CALL = "call", "约稿"
    TOPICS = "topics", "参考选题"
    NOTICE = "notice", "通知"
    CIRCULAR = "circular", "通报"
    EXEMPLAR = "exemplar", "优秀信息"
    READING = "reading", "知情明政"


class Audience(models.TextChoices):
    """Who of its own people a unit gives a paper to; whom it names stands in the unit's own tables."""

    NOBODY = "nobody", "不发本单位人员"
    NAMED = "named", "点名发给"
    ALL = "all", "本单位全体人员"


class Paper(models.Model):
    """One text that a unit gives to units below it and to its own people; what it says never changes.

    `parent` is the delivery it was passed on from: then it is the passing unit's own paper, with receivers of its own.
    `due_on` is the last day of a call. With `needs_confirm` its readers say that they have read it. With
    `open_to_members` the people of the receivers read it without a passing on; a call never is: who is asked for texts
    is a unit's own choice. An exemplar holds in `content` the frozen copy of the sender's item `item_uuid`
    (`packets.FIELDS`, without contacts). A corrected circular `replaces` the edition before it, which points to it.
    `sha256` covers all that it says, the files too (`exchange.papers`).
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=10, choices=PaperKind)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="papers", db_index=False)
    parent = models.ForeignKey("exchange.Delivery", models.PROTECT, null=True, related_name="papers")
    title = models.CharField(max_length=100)
    body = models.TextField(blank=True)
    replaces = models.OneToOneField("self", models.PROTECT, null=True, related_name="replaced_by")
    item_uuid = models.UUIDField(null=True)
    content = models.JSONField(default=dict)
    sha256 = models.CharField(max_length=64)
    due_on = models.DateField(null=True)
    needs_confirm = models.BooleanField(default=False)
    open_to_members = models.BooleanField(default=False)
    audience = models.CharField(max_length=10, choices=Audience, default=Audience.NOBODY)
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=120)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=120, blank=True)
    withdrawn_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="call", due_on__isnull=False, open_to_members=False)
                | (~Q(kind="call") & Q(due_on__isnull=True)),
                name="paper_call_is_due_and_asked",
            ),
            models.CheckConstraint(
                condition=(Q(item_uuid__isnull=True) | Q(kind="exemplar")) & (~Q(content={}) | ~Q(kind="exemplar")),
                name="paper_exemplar_has_content",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_reason="")
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_reason="")),
                name="paper_withdrawn_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(replaces__isnull=True) | Q(kind="circular"), name="paper_only_circulars_are_corrected"
            ),
            models.UniqueConstraint(
                fields=["parent"], condition=Q(withdrawn_at__isnull=True), name="paper_passed_on_once"
            ),
        ]
        indexes = [models.Index(fields=["unit", "-published_at", "-id"], name="paper_by_unit")]

    @property
    def is_withdrawn(self) -> bool:
        """Whether its sender took it back."""
        return self.withdrawn_at is not None


class Enclosure(models.Model):
    """A file that goes with a paper: readers get it through the paper, never through the unit that keeps it.

    `owner` keeps the content: the sender, or where the paper was passed on, whoever enclosed it first.
    """

    paper = models.ForeignKey(Paper, models.PROTECT, related_name="enclosures")
    uuid = models.UUIDField()
    owner = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    media_type = models.CharField(max_length=100)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["paper", "uuid"], name="enclosure_once")]


class Delivery(models.Model):
    """A paper at one receiver. How far it is there follows from this row and from what was made of it.

    Of the receiver's people the sender knows numbers alone: how many have read it, how many have confirmed.
    `urged_at` is when the sender last pressed for it.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    paper = models.ForeignKey(Paper, models.PROTECT, related_name="deliveries", db_index=False)
    receiver = models.ForeignKey(Unit, models.PROTECT, related_name="papers_in", db_index=False)
    received_at = models.DateTimeField(null=True)
    urged_at = models.DateTimeField(null=True)
    readers = models.PositiveIntegerField(default=0)
    confirmed = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["paper", "receiver"], name="delivery_once"),
            models.CheckConstraint(condition=Q(confirmed__lte=F("readers")), name="delivery_confirmed_were_read"),
        ]
        indexes = [models.Index(fields=["receiver", "-id"], name="delivery_by_receiver")]


class CallAnswer(models.Model):
    """An item that answers a call: written from it by somebody of `unit`, the caller or one that the call reached."""

    paper = models.ForeignKey(Paper, models.PROTECT, related_name="answers")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    item_uuid = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "item_uuid"], name="call_answer_once")]
