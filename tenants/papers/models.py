"""Who of the unit's people a paper was given to, and who has read it: the unit's own business."""

from django.db import models
from django.db.models import Q

from tenants.accounts.models import User


class Reader(models.Model):
    """One person and one paper of the network (by its uuid).

    `is_addressed` when the unit named this person; others read what is for all. `urged_at` is when the unit last
    pressed this person.
    """

    paper_uuid = models.UUIDField()
    user = models.ForeignKey(User, models.CASCADE, related_name="papers")
    is_addressed = models.BooleanField(default=False)
    read_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    urged_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["paper_uuid", "user"], name="reader_once"),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True) | Q(read_at__isnull=False), name="reader_confirmed_has_read"
            ),
        ]
