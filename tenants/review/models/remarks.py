"""Remarks on passages of a text in review (批注), with what was answered to them."""

import uuid

from django.db import models
from django.db.models import Q

from tenants.accounts.models import User
from tenants.items.texts import LABELS
from tenants.review.models.runs import Run


class Remark(models.Model):
    """A remark on a passage, or (with `parent`) an answer to one.

    `quote` is the passage in the words it had then, `section` where it stood. Reviewers see all remarks of a run; the
    item's authors only those `for_authors`. A remark is settled once, with who and when; it never stops a decision.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    run = models.ForeignKey(Run, models.CASCADE, related_name="remarks")
    parent = models.ForeignKey("self", models.CASCADE, null=True, related_name="replies")
    section = models.CharField(max_length=12, choices=list(LABELS.items()), blank=True)
    quote = models.TextField(blank=True)
    words = models.TextField()
    for_authors = models.BooleanField(default=False)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    by_label = models.CharField(max_length=120)
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    settled_label = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(parent__isnull=True) & ~Q(quote="") & ~Q(section="")
                | Q(parent__isnull=False, quote="", section="", settled_at__isnull=True),
                name="remark_quotes_answer_does_not",
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, settled_by__isnull=True, settled_label="")
                | (Q(settled_at__isnull=False, settled_by__isnull=False) & ~Q(settled_label="")),
                name="remark_settled_by_somebody",
            ),
        ]
