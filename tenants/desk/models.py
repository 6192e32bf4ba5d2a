"""Tables of the desk."""

import uuid

from django.db import models


class Proof(models.Model):
    """A file that shows an outcome which a unit recorded by hand: the scan of an instruction, a body's list.

    It stays in the unit that recorded it: the network knows the event, never the file.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    event_uuid = models.UUIDField(db_index=True)
    name = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    media_type = models.CharField(max_length=100)
    kept_by = models.CharField(max_length=120)
    kept_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
