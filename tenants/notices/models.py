"""Notices: a unit's own table."""

from django.db import models
from django.db.models import Q

from tenants.accounts.models import User


class Notice(models.Model):
    """A line for one reader. `key` makes delivery idempotent; `url` is a path on the unit's host."""

    reader = models.ForeignKey(User, models.CASCADE, related_name="notices")
    key = models.CharField(max_length=120)
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=120)
    body = models.CharField(max_length=300, blank=True)
    url = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reader", "key"], name="notice_once")]
        indexes = [
            models.Index(fields=["reader", "-created_at"], name="notice_by_reader"),
            models.Index(fields=["reader"], name="notice_unread", condition=Q(read_at__isnull=True)),
        ]
