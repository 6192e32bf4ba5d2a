"""Public tables of the network. They name a unit's rows by unit and stable uuid, never by foreign key."""

import uuid

from django.db import models
from django.db.models import F, Q

from zhitong.core import glossary
from zhitong.units.models import BodyKind, ExternalBody, Level, RouteKind, Unit


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


class Packet(models.Model):
    """The frozen copy that is sent: a whitelist of fields with a hash (sha256 over its canonical JSON)."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sender = models.ForeignKey(Unit, models.PROTECT, related_name="packets")
    item_uuid = models.UUIDField()
    matter = models.ForeignKey(Matter, models.PROTECT, related_name="packets")
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField()


class Dispatch(models.Model):
    """One item sent from one unit to one receiver.

    `attempt` rises when a sender sends the same item to the same receiver again by intent, so that a double click
    sends once; it follows the attempt before it. `state` is derived from the events and compared with them by
    `zhitong exchange verify`. `proposal` is where the item belongs in the eyes of a receiver it did not belong to.
    `recall_asked_at` is set while the receiver owes an answer to a request for recall. `settled_at` is when the sender
    said that a returned item needs nothing more.
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


class EventKind(models.TextChoices):
    """What can happen to an item; the list grows, the past does not change."""

    SUBMITTED = "submitted", "提交"
    WITHDRAWN = "withdrawn", "撤回"
    SENT = "sent", "报送"
    RECEIVED = "received", "签收"
    ACCEPTED = "accepted", "收为本单位稿件"
    RETURNED = "returned", "退回"
    NOT_OURS = "not_ours", "不属本单位"
    RECALL_ASKED = "recall_asked", "请求撤回"
    RECALL_REFUSED = "recall_refused", "不同意撤回"
    RECALLED = "recalled", "撤回报送"
    ADOPTED = "adopted", "采用"
    KEPT = "kept", glossary.KEPT
    DECLINED = "declined", glossary.DECLINED
    INSTRUCTION = "instruction", "批示"
    REPLIED = "replied", "答复"
    PUBLISHED = "published", "刊发"
    MERGED = "merged", "并入综合稿"


class AdoptionMode(models.TextChoices):
    """How an item was adopted."""

    SINGLE = "single", "单篇采用"
    MERGED = "merged", "综合采用"
    PASSED_ON = "passed_on", "转送采用"


class Visibility(models.TextChoices):
    """What the chain below may read of an event."""

    FACT = "fact", "只见事实"
    FULL = "full", "可见全文"


class LeaderRank(models.TextChoices):
    """The level of the leader who wrote an instruction; rule sets ask for these."""

    COUNTY = "county", "县级"
    BUREAU = "bureau", "厅局级"
    CITY = "city", "市级"
    PROVINCE = "province", "省级"
    MINISTRY = "ministry", "部委"
    NATIONAL = "national", "国家级"


class Event(models.Model):
    """One thing that happened to an item at one place; append-only (a trigger refuses changes).

    `unit`/`item_uuid` name the item it happened to: the recorder's own. `dispatch` is set when it is about a sending.
    `body` is set when an external body did it and the unit recorded it by hand. `level` and `body_kind` say where it
    counts. A wrong event is corrected by another one that `reverses` it.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=20, choices=EventKind)
    mode = models.CharField(max_length=10, choices=AdoptionMode, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="events", db_index=False)
    item_uuid = models.UUIDField()
    matter = models.ForeignKey(Matter, models.PROTECT, related_name="events", db_index=False)
    dispatch = models.ForeignKey(Dispatch, models.PROTECT, null=True, related_name="events", db_index=False)
    body = models.ForeignKey(ExternalBody, models.PROTECT, null=True, related_name="events", db_index=False)
    level = models.CharField(max_length=10, choices=Level)
    body_kind = models.CharField(max_length=20, choices=BodyKind)
    occurred_on = models.DateField()
    at = models.DateTimeField()
    by = models.CharField(max_length=120)
    bulletin = models.CharField(max_length=60, blank=True)
    issue_number = models.CharField(max_length=20, blank=True)
    leader = models.CharField(max_length=60, blank=True)
    leader_rank = models.CharField(max_length=20, blank=True)
    words = models.TextField(blank=True)
    visibility = models.CharField(max_length=5, choices=Visibility, default=Visibility.FACT)
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversed_by")
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(Q(kind="adopted") & ~Q(mode="")) | (~Q(kind="adopted") & Q(mode="")),
                name="event_mode_of_adoption",
            ),
            # A unit adopts its own item once; what bodies and leaders do may come several times.
            models.UniqueConstraint(
                fields=["dispatch", "kind"],
                condition=Q(kind__in=["sent", "received", "accepted", "recalled", "returned", "not_ours"]),
                name="event_dispatch_once",
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "item_uuid"], name="event_by_item"),
            models.Index(fields=["dispatch"], name="event_by_dispatch"),
            models.Index(fields=["body"], name="event_by_body", condition=Q(body__isnull=False)),
            models.Index(fields=["occurred_on", "kind"], name="event_by_day"),
            models.Index(fields=["matter"], name="event_by_matter"),
        ]


class MergePart(models.Model):
    """A source of a merged item (综合稿): an item of the same unit that was joined with others to one.

    `order` counts from 1 and decides the share of credit as the rule sets say (DOMAIN §6); `share` is the part agreed
    on in per cent, null where nothing was agreed. `matter` is the merged item's, `source_matter` the source's. `event`
    says that it was merged; `withdrawal` that its unit took it back later: what the merged item earned until then stays
    its own, what comes after does not count for it. A part that was taken out (拆开) is `ended_at` and counts for
    nothing.
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    item_uuid = models.UUIDField()
    source_uuid = models.UUIDField()
    order = models.PositiveSmallIntegerField()
    share = models.PositiveSmallIntegerField(null=True)
    matter = models.ForeignKey(Matter, models.PROTECT, related_name="+", db_index=False)
    source_matter = models.ForeignKey(Matter, models.PROTECT, related_name="+")
    event = models.OneToOneField(Event, models.PROTECT, related_name="merge_part")
    withdrawal = models.OneToOneField(Event, models.PROTECT, null=True, related_name="withdrawn_part")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "source_uuid"], condition=Q(ended_at__isnull=True), name="merge_source_once"
            ),
            models.CheckConstraint(
                condition=Q(share__isnull=True) | Q(share__gte=1, share__lte=100), name="merge_share_in_per_cent"
            ),
        ]
        indexes = [models.Index(fields=["unit", "item_uuid"], name="merge_by_item")]


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
