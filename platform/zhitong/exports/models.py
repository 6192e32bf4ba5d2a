"""Exports that run in the background: a public row each, seen by nobody but who asked."""

import uuid

from django.db import models
from django.db.models import Q

from zhitong.core.clock import local_date
from zhitong.units.models import Unit


class Format(models.TextChoices):
    """What file it becomes."""

    XLSX = "xlsx", "Excel 工作簿（.xlsx）"
    CSV = "csv", "CSV（.csv）"


class Export(models.Model):
    """A list that somebody of a unit asked for as a file.

    It runs with the rights that the asker has at that moment. `query` is the query string of the page it was asked on.
    `file` is the key under which the content lies (`documents.storage.keep_made`); each attempt has another, so that a
    worker believed dead writes over nobody's file. `rows_total` is counted at the start; `rows_done` follows while it
    runs. After `expires_at` row and file are deleted, in whatever state.
    """

    class State(models.TextChoices):
        """Where an export stands."""

        WAITING = "waiting", "等待导出"
        RUNNING = "running", "正在导出"
        DONE = "done", "可以下载"
        CANCELLED = "cancelled", "已取消"
        REFUSED = "refused", "不能导出"
        FAILED = "failed", "没有导出成"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    user_uuid = models.UUIDField()
    asked_by = models.CharField(max_length=120)
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=120)
    query = models.TextField(blank=True)
    format = models.CharField(max_length=4, choices=Format)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    rows_total = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    file = models.UUIDField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    reason = models.CharField(max_length=300, blank=True)
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="done") | (Q(file__isnull=False) & ~Q(sha256="")), name="export_has_its_file"
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "user_uuid", "-asked_at"], name="export_own"),
            models.Index(fields=["asked_at"], condition=Q(state__in=["waiting", "running"]), name="export_unfinished"),
            models.Index(fields=["expires_at"], name="export_expiry"),
        ]

    @property
    def is_unfinished(self) -> bool:
        """Whether a worker has still to do with it."""
        return self.state in UNFINISHED

    @property
    def percent(self) -> int:
        """How far it is, 0 to 100."""
        return min(100, 100 * self.rows_done // self.rows_total) if self.rows_total else 0

    @property
    def file_name(self) -> str:
        """The name under which it is downloaded."""
        return f"{self.title} {local_date(self.asked_at)}.{self.format}"


UNFINISHED = (Export.State.WAITING, Export.State.RUNNING)
