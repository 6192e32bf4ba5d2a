"""Units, hosts, external bodies and explicit routes: public tables."""

import uuid

from django.db import models
from django.db.models import F, Q
from django_tenants.models import DomainMixin, TenantMixin


class UnitKind(models.TextChoices):
    """What a unit is."""

    COMMITTEE = "committee", "政协委员会"
    PARTY = "party", "民主党派"
    FEDERATION = "federation", "工商联"
    ORGANISATION = "organisation", "人民团体"


class Level(models.TextChoices):
    """The level a unit or a body stands on."""

    BRANCH = "branch", "支部"
    COUNTY = "county", "区县级"
    CITY = "city", "市级"
    PROVINCE = "province", "省级"
    NATIONAL = "national", "全国"


LEVEL_ORDER = [Level.BRANCH, Level.COUNTY, Level.CITY, Level.PROVINCE, Level.NATIONAL]


class Lifecycle(models.TextChoices):
    """Where a unit stands in its life."""

    PREPARING = "preparing", "筹备"
    ACTIVE = "active", "启用"
    CLOSED = "closed", "已撤销"


class Unit(TenantMixin):  # type: ignore[misc] # django-tenants ships no types
    """One tenant: a committee, a party committee, a federation or a people's organisation.

    `parent` is the line it reports up (committee line or party line), `participates_in` the committee of its own level
    that it takes part in. `text_limit` is the number of characters that the three sections may hold together.
    `unconfirmed_sign` says whether a co-author who has not answered signs what is submitted.
    `hides_reviewers` says whether authors read posts instead of names of those who review their reports.
    `uuid` names the unit in files and packets and never changes; `schema_name` is generated. `closed_on` is the first
    day on which it was no more. What it was called before stands in `UnitName`.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField("全称", max_length=100, unique=True)
    short_name = models.CharField("简称", max_length=40, unique=True)
    mark = models.CharField("编号字头", max_length=8, blank=True)
    kind = models.CharField("类别", max_length=20, choices=UnitKind)
    level = models.CharField("层级", max_length=10, choices=[(v, v.label) for v in LEVEL_ORDER[:-1]])
    division_code = models.CharField("行政区划代码", max_length=12, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    participates_in = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="participants")
    lifecycle = models.CharField(max_length=10, choices=Lifecycle, default=Lifecycle.ACTIVE)
    closed_on = models.DateField(null=True, blank=True)
    text_limit = models.PositiveIntegerField("字数上限", default=1500)
    unconfirmed_sign = models.BooleanField("未确认的联名人先署名", default=True)
    hides_reviewers = models.BooleanField("对反映人隐藏审核人姓名", default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    auto_create_schema = False
    auto_drop_schema = False

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(schema_name__regex=r"^t_[0-9]+$"), name="unit_schema_generated"),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")), name="unit_not_its_own_parent"
            ),
        ]
        indexes = [models.Index(fields=["kind", "level"], name="unit_kind_level")]

    def __str__(self) -> str:
        return self.short_name

    @property
    def is_open(self) -> bool:
        """Whether new work may begin here; a closed unit's archive stays readable."""
        return self.lifecycle == Lifecycle.ACTIVE


class UnitName(models.Model):
    """What a unit was called, and its division code, until that changed; the present ones are the unit's own.

    `valid_to` is the last day of the name, `valid_from` the first one (null: from the beginning).
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="former_names", db_index=False)
    name = models.CharField(max_length=100)
    short_name = models.CharField(max_length=40)
    division_code = models.CharField(max_length=12, blank=True)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "valid_to"], name="unit_name_once"),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_from__lte=F("valid_to")), name="unit_name_period"
            ),
        ]


class ChangeKind(models.TextChoices):
    """How a unit changed (区划调整, 机构调整)."""

    RENAMED = "renamed", "更名"
    MERGED = "merged", "并入"
    SPLIT = "split", "分设"
    CLOSED = "closed", "撤销"


class UnitChange(models.Model):
    """One change of a unit: append-only by its operations, never undone.

    `successors` took over what the unit had open; `successor` is the one that is named to whoever asks for the unit
    (null: renamed, or closed with nothing open). `effective_on` is the first day that counts for the new state.
    `basis` is the decision it rests on.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="changes")
    kind = models.CharField(max_length=10, choices=ChangeKind)
    effective_on = models.DateField()
    basis = models.CharField(max_length=500)
    successor = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", db_index=False)
    successors = models.ManyToManyField(Unit, related_name="+")
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            # A unit ends once.
            models.UniqueConstraint(fields=["unit"], condition=~Q(kind="renamed"), name="unit_ends_once"),
            models.CheckConstraint(
                condition=~Q(kind__in=["merged", "split"]) | Q(successor__isnull=False),
                name="unit_change_has_successor",
            ),
        ]


class Host(DomainMixin):  # type: ignore[misc]
    """A host name that leads to a unit."""


class BodyKind(models.TextChoices):
    """What an external body is; rule sets name these."""

    CPPCC = "cppcc", "政协"
    PARTY = "party", "民主党派"
    FEDERATION = "federation", "工商联"
    ORGANISATION = "organisation", "人民团体"
    PARTY_OFFICE = "party_office", "党委"
    GOVERNMENT = "government", "政府"
    UNITED_FRONT = "united_front", "统战部"
    PARTY_CENTRAL = "party_central", "党派中央"
    BUREAU = "bureau", "部门"


class ExternalBody(models.Model):
    """A receiver outside the platform; what it answers is recorded by hand."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField("名称", max_length=100, unique=True)
    short_name = models.CharField("简称", max_length=40)
    kind = models.CharField("类别", max_length=20, choices=BodyKind)
    level = models.CharField("层级", max_length=10, choices=Level)
    division_code = models.CharField("行政区划代码", max_length=12, blank=True)

    def __str__(self) -> str:
        return self.short_name


class RouteKind(models.TextChoices):
    """Why one may send to another."""

    HIERARCHY = "hierarchy", "上级政协"
    PARTICIPATION = "participation", "参加单位"
    PARTY_LINE = "party_line", "党派系统"
    DIRECT = "direct", "直报"
    EXTERNAL = "external", "系统外"
    AGREEMENT = "agreement", "约定"


class Route(models.Model):
    """An explicit route beside the derived ones: direct reporting, external bodies, agreements; valid for a period.

    `valid_to` is its last day. `basis` is why it was opened, or ended, for both sides to read.
    """

    sender = models.ForeignKey(Unit, models.PROTECT, related_name="routes_out")
    receiver = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="routes_in")
    body = models.ForeignKey(ExternalBody, models.PROTECT, null=True, blank=True, related_name="routes_in")
    kind = models.CharField(max_length=20, choices=RouteKind)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    shows_contacts = models.BooleanField(default=False)
    basis = models.CharField(max_length=500, blank=True)
    opened_by = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(receiver__isnull=False, body__isnull=True) | Q(receiver__isnull=True, body__isnull=False),
                name="route_one_receiver",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="route_period"
            ),
            models.UniqueConstraint(
                fields=["sender", "receiver", "body", "kind", "valid_from"], name="route_once", nulls_distinct=False
            ),
        ]


class QuotaPeriod(models.TextChoices):
    """What a quota counts over, by the Chinese calendar; the values are those of PostgreSQL's `date_trunc`."""

    MONTH = "month", "每月"
    QUARTER = "quarter", "每季度"
    YEAR = "year", "每年"


class RouteTerms(models.Model):
    """What binds sendings from one unit to one receiver, whatever opens the way; both sides see it.

    The receiver says `quota` (items a `quota_period`; what was returned or recalled does not count), `only_signed`
    (only what a leader signed off or issued) and `receipts_at_once` (receipt by rule, as it arrives). The sender says
    holders of which posts may send there (`sender_posts`, codes; empty: everybody with the right).
    """

    sender = models.ForeignKey(Unit, models.PROTECT, related_name="terms_out", db_index=False)
    receiver = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="terms_in")
    body = models.ForeignKey(ExternalBody, models.PROTECT, null=True, blank=True, related_name="terms_in")
    quota = models.PositiveSmallIntegerField("限额", null=True, blank=True)
    quota_period = models.CharField("按", max_length=10, choices=QuotaPeriod, blank=True)
    only_signed = models.BooleanField("只收经领导签发的", default=False)
    receipts_at_once = models.BooleanField("到达即签收", default=False)
    sender_posts = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(receiver__isnull=False, body__isnull=True) | Q(receiver__isnull=True, body__isnull=False),
                name="terms_one_receiver",
            ),
            models.CheckConstraint(
                condition=Q(quota__isnull=True, quota_period="") | (Q(quota__gte=1) & ~Q(quota_period="")),
                name="terms_quota_has_period",
            ),
            models.UniqueConstraint(fields=["sender", "receiver", "body"], name="terms_once", nulls_distinct=False),
        ]
