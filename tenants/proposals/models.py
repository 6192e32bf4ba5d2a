"""A filed proposal, as the list of the committee for proposals has it."""

from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models

NUMBER_LIMIT, TITLE_LIMIT, NAME_LIMIT, NAMES_LIMIT = 30, 300, 60, 30
TEXT_LIMIT = 50_000  # characters; the longest proposals have a fifth of it


class Proposal(models.Model):
    """One filed proposal of the unit.

    `number` (案号) is unique within its `year`: an import replaces what has the same. `serial` is the last run of
    digits in it, by which lists are ordered. `session` is the 届次 in the list's own words. `text` is what the list
    has of it, whole or in summary; `handlers` who handles it. `version` rises with each change, for the search
    document; `imported_by` is the name of who brought in what stands here now.
    """

    uuid = models.UUIDField(unique=True, default=uuid4, editable=False)
    year = models.PositiveSmallIntegerField()
    number = models.CharField(max_length=NUMBER_LIMIT)
    serial = models.PositiveBigIntegerField(default=0)
    session = models.CharField(max_length=40, blank=True)
    title = models.CharField(max_length=TITLE_LIMIT)
    proposers = ArrayField(models.CharField(max_length=NAME_LIMIT), default=list)
    text = models.TextField(blank=True)
    handlers = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)
    imported_at = models.DateTimeField()
    imported_by = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["year", "number"], name="proposal_once"),
            models.CheckConstraint(condition=~models.Q(number="") & ~models.Q(title=""), name="proposal_named"),
        ]
        indexes = [models.Index(fields=["-year", "serial", "id"], name="proposal_list")]

    def __str__(self) -> str:
        return self.title
