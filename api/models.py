"""Answers kept for requests that may come twice; a unit's own table, so no text leaves the unit."""

from django.db import models


class KeptAnswer(models.Model):
    """What was answered to a request with an `Idempotency-Key`: written in the transaction of the work itself.

    `digest` is the sha256 over method, path and body: the same key with another digest is a mistake of the client.
    """

    user_uuid = models.UUIDField()
    key = models.CharField(max_length=128)
    digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user_uuid", "key"], name="kept_answer_once")]
        indexes = [models.Index(fields=["created_at"], name="kept_answer_by_age")]
