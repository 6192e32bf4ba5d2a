"""Rule sets, ledger and standings: public tables, rebuilt from events, never incremented."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from zhitong.exchange.models import Event
from zhitong.units.models import Unit


class RuleSet(models.Model):
    """A named set of scoring rules with an owner: the province's set ranks the whole network."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    owner = models.ForeignKey(Unit, models.PROTECT, related_name="rule_sets")


class _DateRange(Func):
    function = "daterange"


class RuleSetVersion(models.Model):
    """One edition of a rule set, in force from a day until another (excluded); periods never overlap."""

    rule_set = models.ForeignKey(RuleSet, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    source = models.TextField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule_set", "number"], name="rule_version_once"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name="rule_version_period"
            ),
            ExclusionConstraint(
                name="rule_version_no_overlap",
                expressions=[
                    ("rule_set", RangeOperators.EQUAL),
                    (_DateRange("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
            ),
        ]


class SubjectKind(models.TextChoices):
    """Who is ranked."""

    UNIT = "unit", "单位"
    PERSON = "person", "个人"


class LedgerEntry(models.Model):
    """One line of points with its arithmetic. Replaced as a whole when recomputed."""

    version = models.ForeignKey(RuleSetVersion, models.PROTECT, related_name="entries")
    subject_kind = models.CharField(max_length=10, choices=SubjectKind)
    subject_uuid = models.UUIDField()
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    item_uuid = models.UUIDField(null=True)
    event = models.ForeignKey(Event, models.PROTECT, null=True, related_name="+")
    rule = models.CharField(max_length=60)
    points = models.DecimalField(max_digits=12, decimal_places=4)
    counted = models.BooleanField(default=True)
    clause = models.CharField(max_length=200, blank=True)
    arithmetic = models.CharField(max_length=200)
    counted_on = models.DateField()
    year = models.PositiveSmallIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["subject_kind", "subject_uuid", "counted_on"], name="ledger_by_subject"),
            models.Index(fields=["version", "year"], name="ledger_by_year"),
        ]


class Standing(models.Model):
    """One row of a ranking: counts and points of one unit in one period. Refreshed from events and ledger.

    `month` is 1-12, or 0 for the whole year. `received` counts items entered in the unit, `adopted` those it adopted
    itself, `sent` those it sent upward, `higher` those adopted by any level above it, `instructions` those that leaders
    wrote on.
    """

    rule_set = models.ForeignKey(RuleSet, models.CASCADE, related_name="standings")
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="standings")
    year = models.PositiveSmallIntegerField()
    month = models.PositiveSmallIntegerField(default=0)
    received = models.PositiveIntegerField(default=0)
    adopted = models.PositiveIntegerField(default=0)
    sent = models.PositiveIntegerField(default=0)
    higher_city = models.PositiveIntegerField(default=0)
    higher_province = models.PositiveIntegerField(default=0)
    higher_national = models.PositiveIntegerField(default=0)
    higher = models.PositiveIntegerField(default=0)
    instructions = models.PositiveIntegerField(default=0)
    points = models.DecimalField(max_digits=12, decimal_places=4, default=0)
    rank = models.PositiveIntegerField(default=0)
    rank_before = models.PositiveIntegerField(null=True)
    as_of = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule_set", "unit", "year", "month"], name="standing_once"),
        ]
        indexes = [models.Index(fields=["rule_set", "year", "month", "rank"], name="standing_page")]


class StaleYear(models.Model):
    """A year whose ledger and standings are behind the events; removed by the recomputation that catches up."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    since = models.DateTimeField(auto_now_add=True)
