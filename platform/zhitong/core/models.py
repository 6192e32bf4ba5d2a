"""Public tables of the foundations: outbox, audit chain, one-time links, exceptions of the working-day calendar."""

import uuid

from django.db import models
from django.db.models import Q


class OutboxMessage(models.Model):
    """A message to be handled after the transaction that wrote it; delivered at least once.

    `leased_until` marks a worker's claim; a message neither done nor dead whose lease ran out is taken again.
    """

    unit_id = models.BigIntegerField(null=True)
    topic = models.CharField(max_length=80)
    payload = models.JSONField()
    created_at = models.DateTimeField()
    available_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    dead_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["available_at", "id"],
                name="outbox_open",
                condition=Q(done_at__isnull=True, dead_at__isnull=True),
            ),
            models.Index(fields=["dead_at"], name="outbox_dead", condition=Q(dead_at__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(dead_at__isnull=True), name="outbox_done_or_dead"
            )
        ]


class AuditEntry(models.Model):
    """One act, for ever. Rows cannot be changed or removed.

    `content` is the canonical JSON of the act; the hash chains run over it (`zhitong.core.audit`). `unit_key` is the
    unit's id, 0 for the platform. A trigger writes `strand`, which of the unit's chains the entry hangs on, its place
    `seq` there, `prev_hash` and `hash`.
    """

    unit_key = models.BigIntegerField()
    strand = models.PositiveSmallIntegerField(default=0)
    seq = models.BigIntegerField(default=0)
    at = models.DateTimeField()
    action = models.CharField(max_length=80)
    actor_label = models.CharField(max_length=120)
    actor_uuid = models.UUIDField(null=True)
    object_kind = models.CharField(max_length=40)
    object_id = models.CharField(max_length=64)
    content = models.TextField()
    prev_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit_key", "strand", "seq"], name="audit_chain")]
        indexes = [models.Index(fields=["unit_key", "object_kind", "object_id"], name="audit_object")]


class AuditHead(models.Model):
    """The end of one of a unit's chains: what the next entry hangs on. Written by the trigger only."""

    unit_key = models.BigIntegerField()
    strand = models.PositiveSmallIntegerField(default=0)
    seq = models.BigIntegerField(default=0)
    prev_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit_key", "strand"], name="audit_head_once")]


class OneTimeLink(models.Model):
    """A link by which somebody without an account answers one thing, once (`zhitong.core.links`).

    `purpose` names what it opens (`review.question`), `object_uuid` which one; what it is about and whom it was given
    to stands with that object, in the unit's own tables. Only digests of the token and of the code are kept.
    `failures` counts wrong codes.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    unit_id = models.BigIntegerField()
    purpose = models.CharField(max_length=40)
    object_uuid = models.UUIDField()
    digest = models.CharField(max_length=64, unique=True)
    code_digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    failures = models.PositiveSmallIntegerField(default=0)
    opened_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit_id", "purpose", "object_uuid"],
                condition=Q(used_at__isnull=True, revoked_at__isnull=True),
                name="link_one_standing",
            ),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(revoked_at__isnull=True), name="link_used_or_revoked"
            ),
        ]
        indexes = [models.Index(fields=["unit_id", "purpose", "object_uuid"], name="link_of_object")]


class WorkdayOverride(models.Model):
    """A day that the published calendar does not know yet, or that the province decides otherwise."""

    day = models.DateField(primary_key=True)
    is_working = models.BooleanField()
    reason = models.CharField(max_length=80)
