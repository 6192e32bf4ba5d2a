"""What happened to an item, at which place, and who may read how much of it."""

import uuid

from django.db import models
from django.db.models import Q

from zhitong.core import glossary
from zhitong.exchange.models.matters import Matter
from zhitong.exchange.models.sending import Dispatch
from zhitong.units.models import BodyKind, ExternalBody, Level, Unit


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
    ASSIGNED = "assigned", "转办"
    RATED = "rated", "评价办理"
    READDRESSED = "readdressed", "转交接办单位"
    URGED = "urged", "催办"


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
    counts. A wrong event is corrected by another one that `reverses` it. `is_edited` says of an adoption that the text
    adopted is not the one that was sent: the chain below learns that, and what differs where its recorder opened it
    (`AdoptedText`).
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
    is_edited = models.BooleanField(default=False, db_default=False)

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
            models.Index(fields=["matter", "occurred_on"], name="event_by_matter_day"),
        ]


class AdoptedText(models.Model):
    """The adopted text of an edited report, opened to the chain below by who adopted it.

    `content` holds title and sections as in a packet. Closed again, the row goes; the trail keeps who did what.
    """

    event = models.OneToOneField(Event, models.PROTECT, related_name="adopted_text")
    content = models.JSONField()
    opened_by = models.CharField(max_length=120)
    opened_at = models.DateTimeField()
