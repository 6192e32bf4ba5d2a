"""A circular beside its text: the figures of a period as they stood, its place among editions, its publication."""

from uuid import UUID

from django.db import models
from django.db.models import Q

from tenants.items.models import Item


class Circular(models.Model):
    """One edition of a circular (通报) of the unit.

    Its text is the `item` that review takes through a chain; both have one uuid, and the paper that goes down bears it
    too. `period` is a code of `zhitong.ranking.periods` (2026-03, 2026-Q1, 2026-H1, 2026), `figures` the tables as
    `circulars.figures` froze them, with the versions of the rules, `as_of` when these were computed.

    `number` counts the unit's circulars within a `year` and is given on publication; a corrected edition bears the
    number of the one it `replaces`, a higher `edition`, and says in `correction` what changed. An edition whose review
    ended without a signature is `given_up`: another may take its place. `sha256` covers text and figures from the
    publication on; from then a trigger refuses every change of the row.
    """

    item = models.OneToOneField(Item, models.CASCADE, related_name="circular")
    period = models.CharField(max_length=24)
    figures = models.JSONField()
    as_of = models.DateTimeField()
    edition = models.PositiveSmallIntegerField(default=1)
    replaces = models.ForeignKey("self", models.PROTECT, null=True, related_name="corrections")
    correction = models.TextField(blank=True)
    given_up = models.BooleanField(default=False)
    year = models.PositiveSmallIntegerField(null=True)
    number = models.PositiveSmallIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    published_at = models.DateTimeField(null=True)
    published_by = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["period", "edition"], condition=Q(given_up=False), name="circular_once_a_period"
            ),
            models.UniqueConstraint(fields=["year", "number", "edition"], name="circular_number_once"),
            models.CheckConstraint(
                condition=Q(edition=1, replaces__isnull=True) | Q(edition__gt=1, replaces__isnull=False),
                name="circular_correction_replaces",
            ),
            models.CheckConstraint(
                condition=Q(sha256="", published_at__isnull=True, number__isnull=True, year__isnull=True)
                | Q(published_at__isnull=False, number__isnull=False, year__isnull=False, given_up=False)
                & ~Q(sha256=""),
                name="circular_published_is_whole",
            ),
        ]
        indexes = [models.Index(fields=["-created_at", "-id"], name="circular_list")]

    @property
    def uuid(self) -> UUID:
        """The uuid of the circular: that of its text, and of the paper it goes down as."""
        return self.item.uuid

    @property
    def is_published(self) -> bool:
        """Whether it went down; then nothing of it changes any more."""
        return self.published_at is not None

    @property
    def is_correction(self) -> bool:
        """Whether it corrects an edition before it (更正版)."""
        return self.edition > 1
