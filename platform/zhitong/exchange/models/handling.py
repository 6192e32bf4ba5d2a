"""Handling (办理): an instruction, or an adopted item, is passed to those who act on it; their answers come back."""

import uuid

from django.db import models
from django.db.models import Q

from zhitong.exchange.models.events import Event
from zhitong.exchange.models.matters import Matter
from zhitong.exchange.models.sending import Packet
from zhitong.units.models import Level, Unit


class Handling(models.Model):
    """What one unit passed to handlers, as it was passed: the text, what is asked, an instruction's words.

    `packet` is the frozen text without authors. `instruction` is the event it follows from, none for an adopted item
    alone; `leader` and `words` are the copy of it that handlers may read: the bare level of the leader when the asking
    unit kept the words. `releases_answer` says that the answer goes down to the authors as it comes in, `released_at`
    that it was opened to them later. A second round (`round`, `follows`) begins when an author is unsatisfied.
    `ended_at` is when the unit took all of it back.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    asker = models.ForeignKey(Unit, models.PROTECT, related_name="handlings", db_index=False)
    item_uuid = models.UUIDField()
    matter = models.ForeignKey(Matter, models.PROTECT, related_name="handlings", db_index=False)
    packet = models.ForeignKey(Packet, models.PROTECT, related_name="handlings", db_index=False)
    event = models.OneToOneField(Event, models.PROTECT, related_name="handling")
    instruction = models.ForeignKey(Event, models.PROTECT, null=True, related_name="+")
    leader = models.CharField(max_length=60, blank=True)
    words = models.TextField(blank=True)
    request = models.TextField()
    releases_answer = models.BooleanField(default=False)
    released_at = models.DateTimeField(null=True)
    round = models.PositiveSmallIntegerField(default=1)
    follows = models.OneToOneField("self", models.PROTECT, null=True, related_name="second")
    sent_at = models.DateTimeField()
    sent_by = models.CharField(max_length=120)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # The same instruction is passed on once; what was taken back may be passed on again.
            models.UniqueConstraint(
                fields=["asker", "item_uuid", "instruction", "round"],
                condition=Q(ended_at__isnull=True),
                name="handling_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(round=1, follows__isnull=True) | Q(round__gt=1, follows__isnull=False),
                name="handling_round_follows",
            ),
        ]
        indexes = [models.Index(fields=["asker", "-sent_at", "-id"], name="handling_by_asker")]

    @property
    def title(self) -> str:
        """The title as it was passed."""
        return str(self.packet.content["title"])

    @property
    def is_released(self) -> bool:
        """Whether the authors, and the units below, may read the answer."""
        return self.releases_answer or self.released_at is not None


class Assignment(models.Model):
    """One handler's part in a handling, with clocks of its own: a unit, or a department without an account.

    `state`, `due_at`, `extension_asked_at` and `steps_count` follow from the steps, and `zhitong exchange verify`
    compares them. `after` is the assignment that was given back (申退) and that this one takes the place of. What is
    known of a person outside is kept by the asking unit alone.
    """

    class Role(models.TextChoices):
        """Who answers for the whole, and who adds to it."""

        LEAD = "lead", "承办"
        CO = "co", "会办"

    class State(models.TextChoices):
        """How a handler stands to what was passed to it."""

        SENT = "sent", "未签收"
        WORKING = "working", "办理中"
        REFUSING = "refusing", "申退待答复"
        GIVEN_BACK = "given_back", "已申退"
        ANSWERED = "answered", "已答复"
        TAKEN_BACK = "taken_back", "已取消"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    handling = models.ForeignKey(Handling, models.PROTECT, related_name="assignments")
    role = models.CharField(max_length=4, choices=Role)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="assignments", db_index=False)
    department = models.CharField(max_length=80, blank=True)
    level = models.CharField(max_length=10, choices=Level)
    state = models.CharField(max_length=10, choices=State, default=State.SENT)
    sent_at = models.DateTimeField()
    receipt_due_at = models.DateTimeField()
    due_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True)
    extension_asked_at = models.DateTimeField(null=True)
    urged_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    steps_count = models.PositiveSmallIntegerField(default=0)
    after = models.OneToOneField("self", models.PROTECT, null=True, related_name="replacement")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(unit__isnull=False, department="") | (Q(unit__isnull=True) & ~Q(department="")),
                name="assignment_one_handler",
            ),
            models.UniqueConstraint(
                fields=["handling"],
                condition=Q(role="lead") & ~Q(state__in=["given_back", "taken_back"]),
                name="assignment_one_lead",
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "-sent_at", "-id"], name="assignment_inbox", condition=Q(unit__isnull=False))
        ]

    @property
    def name(self) -> str:
        """The handler's short name."""
        return self.unit.short_name if self.unit else self.department

    @property
    def is_open(self) -> bool:
        """Whether an answer is still to come from this handler."""
        return self.state in OPEN


OPEN = (Assignment.State.SENT, Assignment.State.WORKING, Assignment.State.REFUSING)


class ResultClass(models.TextChoices):
    """What a handling came to (办理结果)."""

    SOLVED = "A", "A 已经解决或采纳"
    PLANNED = "B", "B 正在解决或列入计划"
    LIMITED = "C", "C 受条件限制，以后解决"
    REFERENCE = "D", "D 留作参考"


class StepKind(models.TextChoices):
    """What can happen between an asking unit and a handler."""

    ASSIGNED = "assigned", "转办"
    RECEIVED = "received", "签收"
    REFUSAL_ASKED = "refusal_asked", "申退"
    REFUSAL_GRANTED = "refusal_granted", "同意申退"
    REFUSAL_REFUSED = "refusal_refused", "不同意申退"
    EXTENSION_ASKED = "extension_asked", "申请延期"
    EXTENSION_GRANTED = "extension_granted", "同意延期"
    EXTENSION_REFUSED = "extension_refused", "不同意延期"
    INTERIM = "interim", "阶段答复"
    ANSWERED = "answered", "办结答复"
    URGED = "urged", "催办"
    TAKEN_BACK = "taken_back", "取消转办"


class HandlingStep(models.Model):
    """One thing that happened between asker and handler; append-only (a trigger refuses changes), numbered from 1.

    `until` is the limit that an assignment or a granted extension sets, or that an extension asks for. `proposal` names
    whom a handler that gives back proposes instead. `event` is the journey's event of the lead's final answer.
    """

    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="steps", db_index=False)
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20, choices=StepKind)
    at = models.DateTimeField()
    by = models.CharField(max_length=120)
    words = models.TextField(blank=True)
    proposal = models.CharField(max_length=60, blank=True)
    until = models.DateTimeField(null=True)
    result = models.CharField(max_length=1, choices=ResultClass, blank=True)
    event = models.OneToOneField(Event, models.PROTECT, null=True, related_name="handling_step")

    class Meta:
        ordering = ["assignment_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["assignment", "number"], name="handling_step_number"),
            models.UniqueConstraint(
                fields=["assignment", "kind"],
                condition=Q(kind__in=["assigned", "received", "refusal_granted", "answered", "taken_back"]),
                name="handling_step_once",
            ),
            models.CheckConstraint(condition=Q(kind="answered") | Q(result=""), name="handling_result_of_answer"),
            models.CheckConstraint(
                condition=Q(kind="answered") | Q(event__isnull=True), name="handling_event_of_answer"
            ),
        ]


class HandlingFile(models.Model):
    """A file that came with a step; its content lies under `owner`: the handling unit, or the asker for one outside."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    step = models.ForeignKey(HandlingStep, models.PROTECT, related_name="files")
    owner = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    media_type = models.CharField(max_length=100)

    class Meta:
        ordering = ["id"]


class Satisfaction(models.Model):
    """What the authors of one item say of an answer: once for each round. `event` stands on their own item."""

    class Rating(models.TextChoices):
        """How satisfied they are."""

        SATISFIED = "satisfied", "满意"
        FAIRLY = "fairly", "基本满意"
        UNSATISFIED = "unsatisfied", "不满意"

    handling = models.ForeignKey(Handling, models.PROTECT, related_name="ratings")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    item_uuid = models.UUIDField()
    rating = models.CharField(max_length=12, choices=Rating)
    words = models.TextField(blank=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=120)
    event = models.OneToOneField(Event, models.PROTECT, related_name="satisfaction")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["handling", "unit", "item_uuid"], name="satisfaction_once"),
            models.CheckConstraint(
                condition=~Q(rating="unsatisfied") | ~Q(words=""), name="satisfaction_unsatisfied_says_why"
            ),
        ]
