"""Rule sets, ledger and standings: public tables, rebuilt from events, never incremented."""

import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from zhitong.exchange.models import Event, ItemFact, Matter
from zhitong.people.models import Person
from zhitong.ranking.periods import Period
from zhitong.units.models import Unit


class Purpose(models.TextChoices):
    """Whom a rule set is for; several are in force at once, one beside the other."""

    UNITS = "units", "单位"
    MEMBERS = "members", "委员"
    GROUPS = "groups", "界别、专委会等"
    INFORMANTS = "informants", "信息员"


class Sight(models.TextChoices):
    """How much of a ranking those whom it scores see; its owner and the provincial office see all."""

    NAMED = "named", "全部名次，都写名称"
    OWN = "own", "只看自己的名次"
    NONE = "none", "不公开"


class RuleSet(models.Model):
    """A named set of scoring rules with an owner: the province's set ranks the whole network.

    It scores whom its owner answers for: the owner itself and all units below it; a provincial committee everybody.
    `sight` is how much these see of the ranking; the rules themselves are open to all of them.
    """

    code = models.SlugField(max_length=40)
    name = models.CharField(max_length=100)
    purpose = models.CharField(max_length=12, choices=Purpose, default=Purpose.UNITS)
    owner = models.ForeignKey(Unit, models.PROTECT, related_name="rule_sets")
    sight = models.CharField(max_length=5, choices=Sight, default=Sight.NAMED)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "code"], name="rule_set_code_once")]


class _DateRange(Func):
    function = "daterange"


class RuleSetVersion(models.Model):
    """One edition of a rule set, in force from a day until another (excluded); periods never overlap."""

    rule_set = models.ForeignKey(RuleSet, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    source = models.TextField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    published_at = models.DateTimeField(null=True)
    published_by = models.CharField(max_length=120, blank=True)

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
    GROUP = "group", "界别、专委会等"


class ManualEntry(models.Model):
    """Points or a deduction that no event of a report brings: an event of its own, with a reason and an approver.

    One proposes it, another approves; from then on it is an event like any other, and is taken back only by another
    entry that `reverses` it and needs the same two. `points` belong to the kind `manual`; a `deduction` says what was
    wrong by its `flag`, and the rule set knows the price. `quantity` says how many.
    """

    class Kind(models.TextChoices):
        """What an entry says."""

        MANUAL = "manual", "加减分"
        DEDUCTION = "deduction", "扣分事项"

    class State(models.TextChoices):
        """Where an entry stands."""

        PROPOSED = "proposed", "待批准"
        APPROVED = "approved", "已批准"
        REFUSED = "refused", "不批准"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    rule_set = models.ForeignKey(RuleSet, models.PROTECT, related_name="manual_entries")
    kind = models.CharField(max_length=10, choices=Kind)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    person_uuid = models.UUIDField(null=True)
    subject_name = models.CharField(max_length=100)
    occurred_on = models.DateField()
    points = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    flag = models.CharField(max_length=40, blank=True)
    quantity = models.PositiveIntegerField(default=1)
    reason = models.TextField()
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversed_by")
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    proposed_at = models.DateTimeField()
    proposed_by = models.CharField(max_length=120)
    proposer_uuid = models.UUIDField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=120, blank=True)
    decider_uuid = models.UUIDField(null=True)
    decision = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="manual_entry_reason"),
            models.CheckConstraint(
                condition=Q(state="proposed", decider_uuid__isnull=True)
                | (~Q(state="proposed") & Q(decider_uuid__isnull=False) & ~Q(decider_uuid=F("proposer_uuid"))),
                name="manual_entry_two_persons",
            ),
            models.CheckConstraint(
                condition=Q(kind="manual", points__isnull=False, flag="")
                | (Q(kind="deduction", points__isnull=True) & ~Q(flag="")),
                name="manual_entry_figure",
            ),
        ]
        indexes = [models.Index(fields=["rule_set", "state", "-occurred_on"], name="manual_entry_list")]


class LedgerEntry(models.Model):
    """One line of points with its arithmetic. Replaced as a whole when recomputed."""

    version = models.ForeignKey(RuleSetVersion, models.PROTECT, related_name="entries")
    subject_kind = models.CharField(max_length=10, choices=SubjectKind)
    subject_uuid = models.UUIDField()
    subject_name = models.CharField(max_length=100, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    item_uuid = models.UUIDField(null=True)
    event = models.ForeignKey(Event, models.PROTECT, null=True, related_name="+")
    manual = models.ForeignKey(ManualEntry, models.PROTECT, null=True, related_name="+")
    rule = models.CharField(max_length=220)
    key = models.CharField(max_length=120, default="")
    points = models.DecimalField(max_digits=12, decimal_places=4)
    counted = models.BooleanField(default=True)
    clause = models.TextField(blank=True)
    arithmetic = models.TextField()
    counted_on = models.DateField()
    year = models.PositiveSmallIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["subject_kind", "subject_uuid", "counted_on"], name="ledger_by_subject"),
            models.Index(fields=["version", "year"], name="ledger_by_year"),
            models.Index(fields=["unit", "version", "counted_on"], name="ledger_by_unit"),
        ]


class CountedItem(models.Model):
    """An item counts as `what` on a day: a field of `counting.Counts`. Replaced from the events, like the ledger.

    Every count is a number of different items among these rows, so a figure, the list behind it, a part of it and what
    is taken away as a table are the same rows.
    """

    fact = models.ForeignKey(ItemFact, models.CASCADE, related_name="counted", db_index=False)
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="+", db_index=False)
    what = models.CharField(max_length=16)
    on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["fact", "what", "on"], name="counted_once")]
        indexes = [
            models.Index(fields=["unit", "what", "on"], include=["fact"], name="counted_by_unit"),
            models.Index(fields=["on"], name="counted_by_day"),
        ]


class Standing(models.Model):
    """One row of a ranking: counts and points of one unit in one period. Refreshed from events and ledger.

    `month` is 1-12, or 0 for the whole year. `received` counts items entered in the unit, `adopted` those it adopted
    itself, `sent` those it sent upward, `higher` those adopted by any level above it, `instructions` those that leaders
    wrote on. `untied` is what the rules tell equal points apart by; `rank` 0 says that the unit misses what they ask of
    whoever is ranked.
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
    untied = ArrayField(models.DecimalField(max_digits=12, decimal_places=4), default=list)
    is_ranked = models.BooleanField(default=True)
    rank = models.PositiveIntegerField(default=0)
    rank_before = models.PositiveIntegerField(null=True)
    as_of = models.DateTimeField()
    # What the unit was called at the end of the period; `queries.with_names` says it.
    called = ""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule_set", "unit", "year", "month"], name="standing_once"),
        ]
        # Without the rank, which one event changes for hundreds: a row is then written without a word to the index.
        indexes = [models.Index(fields=["rule_set", "year", "month"], name="standing_page")]

    @property
    def group(self) -> tuple[str, str]:
        """Who is ranked together: units of one kind and level."""
        return self.unit.kind, self.unit.level


class StaleMatter(models.Model):
    """A matter to which something happened that is not counted yet; removed by what catches up with it.

    `event` is what happened; none where all that ever happened to the matter may score otherwise than before.
    """

    matter = models.ForeignKey(Matter, models.CASCADE, related_name="+")
    event = models.ForeignKey(Event, models.CASCADE, null=True, related_name="+", db_index=False)
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["matter", "event"], name="stale_matter_once", nulls_distinct=False)
        ]


class Term(models.Model):
    """A term (届) of a unit: a period with a name of its own, which rankings and statistics can be asked for.

    Both days are within it; terms of a unit never overlap.
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="terms", db_index=False)
    name = models.CharField("届", max_length=40)
    first = models.DateField("第一天")
    last = models.DateField("最后一天")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "name"], name="term_name_once"),
            models.CheckConstraint(condition=Q(last__gt=F("first")), name="term_period"),
            ExclusionConstraint(
                name="term_no_overlap",
                expressions=[
                    ("unit", RangeOperators.EQUAL),
                    (_DateRange("first", "last", RangeBoundary(inclusive_upper=True)), RangeOperators.OVERLAPS),
                ],
            ),
        ]


class StaleYear(models.Model):
    """A year to be computed anew as a whole: its rules changed, or a period of it ended; removed by what catches up."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    since = models.DateTimeField(auto_now_add=True)


class Trial(models.Model):
    """A period computed with rules that are not in force, beside those that are (what-if); nobody is ranked by it.

    `result` has a row for each subject: points and ranks before and after. Kept for a month.
    """

    class State(models.TextChoices):
        """Where a trial stands."""

        WAITING = "waiting", "等待计算"
        RUNNING = "running", "正在计算"
        DONE = "done", "已算完"
        FAILED = "failed", "没有算成"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    rule_set = models.ForeignKey(RuleSet, models.CASCADE, null=True, related_name="trials")
    source = models.TextField()
    year = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    progress = models.PositiveSmallIntegerField(default=0)
    result = models.JSONField(null=True)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=120)


class Measure(models.TextChoices):
    """What a target counts: a field of `Counts`, or points."""

    RECEIVED = "received", "收稿"
    SENT = "sent", "报送"
    ADOPTED = "adopted", "本级采用"
    HIGHER = "higher", "上级采用"
    POINTS = "points", "得分"


class Owed(models.Model):
    """What somebody owes in a period (目标任务): so many of what `measure` counts, from `first_day` to `last_day`.

    Never overwritten: a new number ends the row that stood (`ended_at`) and makes another one, so that the rows are the
    history. `basis` is the decision it rests on. Limits of sending, which are terms of a route, are something else.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    measure = models.CharField(max_length=10, choices=Measure)
    number = models.PositiveIntegerField()
    first_day = models.DateField()
    last_day = models.DateField()
    basis = models.CharField(max_length=200, blank=True)
    set_at = models.DateTimeField()
    set_by = models.CharField(max_length=120)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=120, blank=True)

    class Meta:
        abstract = True

    @property
    def period(self) -> Period:
        """The days that it is owed in."""
        return Period(self.first_day, self.last_day)


class Target(Owed):
    """What a unit owes the unit above that set it: seen by these two and by nobody else."""

    setter = models.ForeignKey(Unit, models.PROTECT, related_name="targets_set")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="targets")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["setter", "unit", "measure", "first_day", "last_day"],
                condition=Q(ended_at__isnull=True),
                name="target_once",
            ),
            models.CheckConstraint(condition=~Q(setter=F("unit")), name="target_of_another"),
            models.CheckConstraint(
                condition=Q(number__gt=0) & Q(last_day__gte=F("first_day")), name="target_asks_something"
            ),
        ]


class DossierTransfer(models.Model):
    """A person's consent that a unit hands the figures of their years (履职档案) to another, and what was handed over.

    `content` is a whitelist of figures and names of awards, frozen by the source with its hash; no title and no text of
    an item. The person may withdraw the consent: the receiver sees nothing of it any more.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="dossier_transfers")
    source = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    receiver = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    consented_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    content = models.JSONField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    frozen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "source", "receiver"],
                condition=Q(withdrawn_at__isnull=True),
                name="dossier_transfer_once",
            ),
            models.CheckConstraint(condition=~Q(source=F("receiver")), name="dossier_transfer_elsewhere"),
            models.CheckConstraint(
                condition=Q(content__isnull=True, sha256="", frozen_at__isnull=True)
                | (Q(content__isnull=False, frozen_at__isnull=False) & ~Q(sha256="")),
                name="dossier_transfer_frozen",
            ),
        ]
