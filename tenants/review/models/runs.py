"""Runs, their tasks and their history: what happened to one item on its way through one flow version."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from tenants.accounts.models import Position, User
from tenants.items.models import Edition, Item
from tenants.review.definition import PLAIN
from tenants.review.models.flows import FlowVersion
from tenants.review.models.questions import Question
from zhitong.core import glossary


class Run(models.Model):
    """One item's way through one flow version.

    `step` is the place of the present step in the version's list of steps; `round` rises when steps are walked again:
    they get new tasks, the old ones stay as they ended. `destinations` are codes of `definition.DESTINATIONS` that the
    item was passed for; `difficulty` is the code of `definition.DIFFICULTIES` it was found to be of;
    `choices` are the users chosen for steps that leave the choice (`{step key: [uuid]}`);
    `back_to` is where a return leads straight back to (`{"step": place, "round", "tasks": [uuid], "at"}`), null when
    the steps are walked again. A `CLEARANCE` run takes an approved item through what a destination demands.
    """

    class State(models.TextChoices):
        """How a run stands."""

        RUNNING = "running", glossary.IN_REVIEW
        RETURNED = "returned", glossary.TO_REVISE
        PASSED = "passed", "已通过"
        DECLINED = "declined", glossary.DECLINED
        KEPT = "kept", glossary.KEPT
        RECALLED = "recalled", glossary.WITHDRAWN
        MERGED = "merged", glossary.MERGED

    class Purpose(models.TextChoices):
        """What a run decides."""

        REVIEW = "review", "审核"
        CLEARANCE = "clearance", "报送审签"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    item = models.ForeignKey(Item, models.PROTECT, related_name="runs")
    flow_version = models.ForeignKey(FlowVersion, models.PROTECT, related_name="runs")
    purpose = models.CharField(max_length=10, choices=Purpose, default=Purpose.REVIEW)
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    step = models.PositiveSmallIntegerField(default=0)
    round = models.PositiveSmallIntegerField(default=1)
    destinations = ArrayField(models.CharField(max_length=12), default=list)
    difficulty = models.CharField(max_length=10, default=PLAIN)
    choices = models.JSONField(default=dict)
    back_to = models.JSONField(null=True)
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
        indexes = [
            models.Index(
                fields=["-started_at", "-id"], name="run_open", condition=Q(state__in=["running", "returned"])
            ),
        ]

    @property
    def is_open(self) -> bool:
        """Whether the run has not ended."""
        return self.state in {self.State.RUNNING, self.State.RETURNED}


class Task(models.Model):
    """What one holder has to do at one step.

    `holder` is the user asked, `position` the post in whose name (null: by name, or the administrator standing in),
    `in_stead_of` whom they stand in for (代理). `seat` is the entry of the step's `who` it belongs to (null: an
    administrator stands in for an empty step). `parent` is the task that asked for this one, by `asked_by`; `question`
    what it asks, where it only answers that. A sibling closed by another's decision is `SUPERSEDED`, never shown as
    done by its holder. `opened_seq` and `closed_seq` number the acts that opened and closed it. `clock` lists every
    setting of the limit, oldest first: `[{"at", "due", "why"}]`; `paused_at` is set while the clock stands.
    `checklist` is `{"code", "edition", "name", "lines": [{"key", "text", "ok", "note"}], "at"}` once answered.
    """

    class Kind(models.TextChoices):
        """What is asked."""

        DECIDE = "decide", "审核"
        BEFORE = "before", "前加签"
        AFTER = "after", "后加签"
        DELEGATE = "delegate", "委派"
        VERIFY = "verify", "核实"
        OPINION = "opinion", "联审"
        WRITE = "write", "接力撰写"

    class State(models.TextChoices):
        """How a task stands."""

        OPEN = "open", "待办"
        WAITING = "waiting", "未轮到"
        HELD = "held", "等他人意见"
        DONE = "done", "已办"
        SUPERSEDED = "superseded", "他人已办"
        HANDED_ON = "handed_on", "已转出"
        CANCELLED = "cancelled", "已取消"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    run = models.ForeignKey(Run, models.CASCADE, related_name="tasks")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.DECIDE)
    round = models.PositiveSmallIntegerField(default=1)
    step = models.PositiveSmallIntegerField()
    step_name = models.CharField(max_length=40)
    seat = models.PositiveSmallIntegerField(null=True, default=0)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    position = models.ForeignKey(Position, models.PROTECT, null=True, related_name="+")
    holder = models.ForeignKey(User, models.PROTECT, related_name="tasks")
    in_stead_of = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    question = models.ForeignKey(Question, models.PROTECT, null=True, related_name="tasks")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    opened_at = models.DateTimeField()
    opened_seq = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    due_why = models.CharField(max_length=200, blank=True)
    clock = models.JSONField(default=list)
    paused_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    urged_at = models.DateTimeField(null=True)
    urge_count = models.PositiveSmallIntegerField(default=0)
    closed_at = models.DateTimeField(null=True)
    closed_seq = models.PositiveSmallIntegerField(null=True)
    # What the holder decided; only a task that is DONE has one.
    verb = models.CharField(max_length=12, blank=True)
    checklist = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "holder"],
                condition=Q(state__in=["open", "waiting", "held"]),
                name="task_one_pending_a_holder",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "waiting", "held"], closed_at__isnull=True)
                | (~Q(state__in=["open", "waiting", "held"]) & Q(closed_at__isnull=False)),
                name="task_closed_has_time",
            ),
            models.CheckConstraint(
                condition=(Q(state="done") & ~Q(verb="")) | (~Q(state="done") & Q(verb="")), name="task_done_has_verb"
            ),
            models.CheckConstraint(
                condition=Q(paused_at__isnull=True) | Q(state__in=["open", "held"]), name="task_pauses_while_pending"
            ),
        ]
        indexes = [
            models.Index(fields=["holder", "due_at", "id"], name="task_open", condition=Q(state="open")),
            models.Index(fields=["holder", "-closed_at", "-id"], name="task_done", condition=Q(state="done")),
            models.Index(fields=["due_at", "id"], name="task_due", condition=Q(state="open")),
        ]

    @property
    def is_pending(self) -> bool:
        """Whether something is still expected of the holder, now or later."""
        return self.state in PENDING


PENDING = frozenset({Task.State.OPEN, Task.State.WAITING, Task.State.HELD})


class Verb(models.TextChoices):
    """What was done with an item in review."""

    START = "start", "提交"
    PASS = "pass", "通过"
    OBJECT = "object", "不同意"
    ANSWER = "answer", "回复意见"
    RETURN = "return", "退回"
    DECLINE = "decline", glossary.DECLINED
    KEEP = "keep", glossary.KEPT
    RESUBMIT = "resubmit", "重新提交"
    RECALL = "recall", "撤回"
    MERGE = "merge", "并入综合稿"
    TAKE_APART = "take_apart", "拆开综合稿"
    TAKE_BACK = "take_back", "收回"
    ADD_BEFORE = "add_before", "前加签"
    ADD_AFTER = "add_after", "后加签"
    REMOVE = "remove", "撤加签"
    REASSIGN = "reassign", "转办"
    DELEGATE = "delegate", "委派"
    VERIFY = "verify", "请核实"
    CONSULT = "consult", "请联审"
    RELAY = "relay", "交接撰写"
    URGE = "urge", "催办"
    COPY = "copy", "抄送"
    COMMENT = "comment", "意见"
    SKIP = "skip", "跳过"
    EXPEDITE = "expedite", "转绿色通道"
    JUMP = "jump", "跳转"
    END = "end", "终止"
    RESTART = "restart", "重新开始"
    HAND_OVER = "hand_over", "移交"
    LATE = "late", "超期"


class Act(models.Model):
    """One line of a run's history; append-only (a trigger refuses changes). Names and posts are kept in words.

    `effects` is what it did to the run, so that history replays: `{"opened": {task uuid: [kind, state, user uuid]},
    "tasks": {task uuid: state}, "moved": {task uuid: user uuid}, "run": {"state", "step", "round", "back_to"}, "item":
    version of an item given back to its author}`, each part only where something changed. `aim` says in words whom or
    what the verb was aimed at (转办给何静; 退回研究室编审).
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="acts")
    seq = models.PositiveSmallIntegerField()
    task = models.ForeignKey(Task, models.PROTECT, null=True, related_name="acts")
    verb = models.CharField(max_length=12, choices=Verb)
    step_name = models.CharField(max_length=40, blank=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    by_label = models.CharField(max_length=120)
    position_name = models.CharField(max_length=40, blank=True)
    in_stead_of_name = models.CharField(max_length=60, blank=True)
    aim = models.CharField(max_length=200, blank=True)
    reason = models.TextField(blank=True)
    edition = models.ForeignKey(Edition, models.PROTECT, null=True, related_name="+")
    effects = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        ordering = ["seq"]
        constraints = [models.UniqueConstraint(fields=["run", "seq"], name="act_once")]


class Copy(models.Model):
    """A run shown to somebody who has nothing to decide (抄送), with the mark of reading."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="copies")
    reader = models.ForeignKey(User, models.CASCADE, related_name="copies")
    by_label = models.CharField(max_length=120)
    note = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "reader"], name="copy_once")]
        indexes = [models.Index(fields=["reader", "-at", "-id"], name="copy_of_reader")]
