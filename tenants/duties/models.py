"""What a unit's circles and people owe, what they did in a year, and how they are honoured: a unit's own tables."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from tenants.accounts.models import User
from zhitong.ranking.models import Owed


class OwnTarget(Owed):
    """What a circle (by its name, as rankings know it) or a person of the unit owes: exactly one of them."""

    group_name = models.CharField(max_length=60, blank=True)
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="targets")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["group_name", "user", "measure", "first_day", "last_day"],
                condition=Q(ended_at__isnull=True),
                name="own_target_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(group_name="", user__isnull=False) | (~Q(group_name="") & Q(user__isnull=True)),
                name="own_target_of_one",
            ),
            models.CheckConstraint(
                condition=Q(number__gt=0) & Q(last_day__gte=F("first_day")), name="own_target_asks_something"
            ),
        ]


class Counted(models.TextChoices):
    """How a duty is fulfilled: by what is counted of the member's items, or by records that the office confirms."""

    RECEIVED = "received", "提交信息"
    ADOPTED = "adopted", "信息被本级采用"
    HIGHER = "higher", "信息被上级采用"
    CALLS = "calls", "应约稿写信息"
    POINTS = "points", "信息得分"
    RECORDS = "records", "登记履职记录"


class Duty(models.Model):
    """One thing that every member of the unit owes in a year (“五个一”), `number` times; the list is the unit's own.

    `heading` names the list it stands in. A duty that was dropped stays for the records under it.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    year = models.PositiveSmallIntegerField()
    heading = models.CharField("清单", max_length=20)
    name = models.CharField("内容", max_length=40)
    counted = models.CharField("怎样算完成", max_length=10, choices=Counted)
    number = models.PositiveSmallIntegerField("数量")
    needs_proof = models.BooleanField("须附证明", default=False)
    order = models.PositiveSmallIntegerField(default=0)
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["year", "heading", "name"], condition=Q(dropped_at__isnull=True), name="duty_once"
            ),
            models.CheckConstraint(condition=Q(number__gt=0), name="duty_asks_something"),
            models.CheckConstraint(condition=Q(needs_proof=False) | Q(counted="records"), name="duty_proof_of_records"),
        ]
        indexes = [models.Index(fields=["year", "order"], name="duty_list")]


class DutyRecord(models.Model):
    """Something that a member did for a duty, with proof; it counts once the office has confirmed it.

    Entered by the member or by the office. Decided once: a wrong one is refused, and entered anew.
    """

    class State(models.TextChoices):
        """Where a record stands."""

        ENTERED = "entered", "待确认"
        CONFIRMED = "confirmed", "已确认"
        REFUSED = "refused", "未确认"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    duty = models.ForeignKey(Duty, models.PROTECT, related_name="records")
    user = models.ForeignKey(User, models.PROTECT, related_name="duty_records")
    on = models.DateField("日期")
    words = models.CharField("做了什么", max_length=200)
    proof_name = models.CharField(max_length=120, blank=True)
    proof_sha256 = models.CharField(max_length=64, blank=True)
    proof_size = models.PositiveBigIntegerField(default=0)
    proof_type = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.ENTERED)
    entered_at = models.DateTimeField()
    entered_by = models.CharField(max_length=120)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=120, blank=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="entered", decided_at__isnull=True)
                | (~Q(state="entered") & Q(decided_at__isnull=False)),
                name="duty_record_decided",
            ),
            models.CheckConstraint(condition=~Q(state="refused") | ~Q(reason=""), name="duty_record_refused_why"),
        ]
        indexes = [
            models.Index(fields=["user", "on"], name="duty_record_of"),
            models.Index(fields=["entered_at"], name="duty_record_waiting", condition=Q(state="entered")),
        ]


class AwardKind(models.TextChoices):
    """What a list honours."""

    ITEM = "item", "优秀信息"
    UNIT = "unit", "先进单位"
    PERSON = "person", "先进个人"


class AwardList(models.Model):
    """A list of honours of a period: proposed by a rule, decided by people, then frozen with its hash.

    `rule` says by what it was proposed: `by`, `first`, `measure`, `at_least` (see `awards.Rule`). `paper_uuid` names
    the paper by which it was published.
    """

    class State(models.TextChoices):
        """Where a list stands."""

        DRAFT = "draft", "待审定"
        DECIDED = "decided", "已审定"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("评什么", max_length=10, choices=AwardKind)
    title = models.CharField("名称", max_length=60)
    first_day = models.DateField()
    last_day = models.DateField()
    rule = models.JSONField()
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    version = models.PositiveIntegerField(default=1)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=120, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    paper_uuid = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="draft", decided_at__isnull=True, sha256="")
                | (Q(state="decided", decided_at__isnull=False) & ~Q(sha256="")),
                name="award_list_decided",
            ),
        ]


class AwardEntry(models.Model):
    """A line of a list: an item, a unit or a person, with the figures of the day it was proposed.

    `persons` are the humans it honours (the authors of an item), for their dossiers. Proposed by the rule, or added by
    somebody with a reason; struck with a reason, and kept.
    """

    award_list = models.ForeignKey(AwardList, models.CASCADE, related_name="entries")
    subject_uuid = models.UUIDField()
    place = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=120)
    note = models.CharField(max_length=200, blank=True)
    figures = models.JSONField(default=dict)
    persons = ArrayField(models.UUIDField(), default=list)
    is_proposed = models.BooleanField(default=True)
    added_by = models.CharField(max_length=120, blank=True)
    added_why = models.CharField(max_length=500, blank=True)
    struck_at = models.DateTimeField(null=True)
    struck_by = models.CharField(max_length=120, blank=True)
    struck_why = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["award_list", "subject_uuid"], name="award_once"),
            models.CheckConstraint(condition=Q(is_proposed=True) | ~Q(added_why=""), name="award_added_why"),
            models.CheckConstraint(condition=Q(struck_at__isnull=True) | ~Q(struck_why=""), name="award_struck_why"),
        ]
