"""Notices and what its readers want mailed of them: a unit's own tables."""

from django.db import models
from django.db.models import Q

from tenants.accounts.models import User


class Occasion(models.TextChoices):
    """What a notice is about, as far as its reader says how it is mailed; a mail of several counts by these."""

    TASK = "task", "等我办理"
    RESULT = "result", "我的信息有结果"
    STEP = "step", "我的信息有进展"
    OFFICE = "office", "单位收件和报送"
    OTHER = "other", "其他"


class Rhythm(models.TextChoices):
    """How soon notices of one occasion are mailed."""

    NOW = "now", "立即"
    DAILY = "daily", "每天汇总一次"
    WEEKLY = "weekly", "每周汇总一次"
    NEVER = "never", "不发邮件"


class Notice(models.Model):
    """A line for one reader. `key` makes delivery idempotent; `url` is a path on the unit's host.

    `mail_at` is when it is due in the reader's mail, null when it is not mailed; `mailed_at` when a server took it.
    """

    reader = models.ForeignKey(User, models.CASCADE, related_name="notices")
    key = models.CharField(max_length=120)
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=120)
    body = models.CharField(max_length=300, blank=True)
    url = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    mail_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reader", "key"], name="notice_once")]
        indexes = [
            models.Index(fields=["reader", "-created_at"], name="notice_by_reader"),
            models.Index(fields=["reader"], name="notice_unread", condition=Q(read_at__isnull=True)),
            models.Index(
                fields=["reader", "mail_at"],
                name="notice_to_mail",
                condition=Q(mail_at__isnull=False, mailed_at__isnull=True),
            ),
        ]


class MailRule(models.Model):
    """How notices are mailed: to one reader, or (without `reader`) to everybody in the unit who says nothing else.

    `rhythms` maps occasions to rhythms; one that is missing, `digest_hour` null and `own_quiet` false mean: as the unit
    says. `quiet_from` and `quiet_to` are times in China between which no mail goes out; both null: at any time.
    `urgent_passes`, which the unit alone says, lets what is about an urgent item wait for nothing. `confirmed` is the
    address that its owner confirmed by a link: nothing is mailed to another one. `asked_for` is the address that was
    asked to be confirmed, at `asked_at`; `refused_at` is when a mail server said that there is no such address.
    """

    reader = models.ForeignKey(User, models.CASCADE, null=True, related_name="+", db_index=False)
    rhythms = models.JSONField(default=dict)
    digest_hour = models.PositiveSmallIntegerField(null=True)
    own_quiet = models.BooleanField(default=False)
    quiet_from = models.TimeField(null=True)
    quiet_to = models.TimeField(null=True)
    urgent_passes = models.BooleanField(default=False)
    confirmed = models.EmailField(blank=True)
    asked_for = models.EmailField(blank=True)
    asked_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reader"], name="mail_rule_once", nulls_distinct=False),
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_to__isnull=True)
                | Q(quiet_from__isnull=False, quiet_to__isnull=False),
                name="mail_rule_quiet_has_both_ends",
            ),
            models.CheckConstraint(
                condition=Q(digest_hour__isnull=True) | Q(digest_hour__lte=23), name="mail_rule_hour_of_a_day"
            ),
        ]
