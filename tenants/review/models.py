"""Flows (definitions) apart from runs (DESIGN §5): a unit's own tables.

A `FlowVersion` is immutable once published, so a run that names it has its definition frozen. `definition` is
`{"when": [{"field", "in": [...]}], "steps": [{"key", "name", "kind", "posts": [code], "mode":
"any"|"all"|"in_order"|"n_of_m", "n", "limit_days", "limit_hours", "on_empty": "skip"|"administrator",
"when": [{"field", "in": [...]}], "checklist"}]}`, checked by `tenants.review.definition`.
"""

import uuid

from django.db import models
from django.db.models import Q

from tenants.accounts.models import Position, User
from tenants.items.models import Edition, Item
from zhitong.core import glossary


class Flow(models.Model):
    """A named chain of the unit. The first whose conditions hold takes an item; `is_default` takes the rest."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField("名称", max_length=40)
    is_default = models.BooleanField(default=False)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["is_default"], condition=Q(is_default=True), name="flow_one_default")
        ]

    def __str__(self) -> str:
        return self.name


class FlowVersion(models.Model):
    """One edition of a flow; a published one never changes."""

    class State(models.TextChoices):
        """Where a version stands."""

        DRAFT = "draft", glossary.DRAFT
        PUBLISHED = "published", "在用"
        RETIRED = "retired", "停用"

    flow = models.ForeignKey(Flow, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    definition = models.JSONField()
    published_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["flow", "number"], name="flow_version_once"),
            models.UniqueConstraint(fields=["flow"], condition=Q(state="published"), name="flow_one_published"),
        ]


class Run(models.Model):
    """One item's way through one flow version.

    `step` is the place of the present step in the version's list of steps, `round` rises with every return: a step that
    is walked again gets new tasks, the old ones stay as they ended.
    """

    class State(models.TextChoices):
        """How a run stands."""

        RUNNING = "running", glossary.IN_REVIEW
        RETURNED = "returned", glossary.TO_REVISE
        PASSED = "passed", "已通过"
        DECLINED = "declined", glossary.DECLINED
        KEPT = "kept", glossary.KEPT
        RECALLED = "recalled", glossary.WITHDRAWN

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    item = models.ForeignKey(Item, models.PROTECT, related_name="runs")
    flow_version = models.ForeignKey(FlowVersion, models.PROTECT, related_name="runs")
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    step = models.PositiveSmallIntegerField(default=0)
    round = models.PositiveSmallIntegerField(default=1)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item"], condition=Q(state__in=["running", "returned"]), name="run_one_open"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["running", "returned"], ended_at__isnull=True)
                | (~Q(state__in=["running", "returned"]) & Q(ended_at__isnull=False)),
                name="run_ended_has_time",
            ),
        ]


class Task(models.Model):
    """What one holder has to decide at one step.

    `holder` is the user asked, `position` the post in whose name. A sibling closed by another's decision is
    `SUPERSEDED`, never shown as done by its holder.
    """

    class State(models.TextChoices):
        """How a task stands."""

        OPEN = "open", "待办"
        WAITING = "waiting", "未轮到"
        DONE = "done", "已办"
        SUPERSEDED = "superseded", "他人已办"
        CANCELLED = "cancelled", "已取消"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    run = models.ForeignKey(Run, models.CASCADE, related_name="tasks")
    round = models.PositiveSmallIntegerField(default=1)
    step = models.PositiveSmallIntegerField()
    step_name = models.CharField(max_length=40)
    position = models.ForeignKey(Position, models.PROTECT, null=True, related_name="+")
    holder = models.ForeignKey(User, models.PROTECT, related_name="tasks")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    due_why = models.CharField(max_length=120, blank=True)
    seen_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    # What the holder decided; only a task that is DONE has one.
    verb = models.CharField(max_length=12, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "round", "step", "holder"], name="task_once"),
            models.CheckConstraint(
                condition=Q(state__in=["open", "waiting"], closed_at__isnull=True)
                | (~Q(state__in=["open", "waiting"]) & Q(closed_at__isnull=False)),
                name="task_closed_has_time",
            ),
            models.CheckConstraint(
                condition=(Q(state="done") & ~Q(verb="")) | (~Q(state="done") & Q(verb="")), name="task_done_has_verb"
            ),
        ]
        indexes = [
            models.Index(fields=["holder", "due_at", "id"], name="task_open", condition=Q(state="open")),
            models.Index(fields=["holder", "-closed_at", "-id"], name="task_done", condition=Q(state="done")),
            models.Index(fields=["due_at"], name="task_due", condition=Q(state="open")),
        ]


class Verb(models.TextChoices):
    """What was done with an item in review."""

    START = "start", "提交"
    PASS = "pass", "通过"
    RETURN = "return", "退回"
    DECLINE = "decline", glossary.DECLINED
    KEEP = "keep", glossary.KEPT
    RESUBMIT = "resubmit", "重新提交"
    RECALL = "recall", "撤回"
    SKIP = "skip", "跳过"
    COMMENT = "comment", "意见"


class Act(models.Model):
    """One line of a run's history; append-only (a trigger refuses changes). Names and posts are kept in words."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="acts")
    seq = models.PositiveSmallIntegerField()
    task = models.ForeignKey(Task, models.PROTECT, null=True, related_name="acts")
    verb = models.CharField(max_length=12, choices=Verb)
    step_name = models.CharField(max_length=40, blank=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    by_label = models.CharField(max_length=120)
    position_name = models.CharField(max_length=40, blank=True)
    reason = models.TextField(blank=True)
    edition = models.ForeignKey(Edition, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["seq"]
        constraints = [models.UniqueConstraint(fields=["run", "seq"], name="act_once")]


class Phrase(models.Model):
    """A saved reason: of the unit (`owner` null) or of one user."""

    owner = models.ForeignKey(User, models.CASCADE, null=True, related_name="phrases")
    text = models.CharField(max_length=100)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "id"]
