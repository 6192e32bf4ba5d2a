"""Flows: definitions, apart from the runs that follow them (DESIGN §5).

A `FlowVersion` never changes once published, so a run that names it has its definition frozen. `definition` is checked
by `tenants.review.definition.parse`, whose module shows its shape.
"""

from django.db import models
from django.db.models import Q

from tenants.accounts.models import Group, User
from zhitong.core import glossary


class Flow(models.Model):
    """A named chain of the unit. The first whose conditions hold takes an item; `is_default` takes the rest."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField("名称", max_length=40)
    is_default = models.BooleanField(default=False)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["is_default"], condition=Q(is_default=True), name="flow_one_default")
        ]

    def __str__(self) -> str:
        return self.name


class FlowVersion(models.Model):
    """One edition of a flow; a published one never changes. `revision` rises with every change of a draft."""

    class State(models.TextChoices):
        """Where a version stands."""

        DRAFT = "draft", glossary.DRAFT
        PUBLISHED = "published", "在用"
        RETIRED = "retired", "停用"

    flow = models.ForeignKey(Flow, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    definition = models.JSONField()
    revision = models.PositiveIntegerField(default=0)
    published_at = models.DateTimeField(null=True)
    # The last change of a draft.
    changed_at = models.DateTimeField(null=True)
    changed_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["flow", "number"], name="flow_version_once"),
            models.UniqueConstraint(fields=["flow"], condition=Q(state="published"), name="flow_one_published"),
            models.UniqueConstraint(fields=["flow"], condition=Q(state="draft"), name="flow_one_draft"),
        ]


class CategoryCommittee(models.Model):
    """Which 专委会 co-handles items of a category (`category_committee` in a step)."""

    category = models.CharField("类别", max_length=20, unique=True)
    group = models.ForeignKey(Group, models.CASCADE, related_name="+")

    class Meta:
        ordering = ["category"]


class Checklist(models.Model):
    """What a step can demand to be checked: `lines` is `[{"key", "text"}]`; a later edition is a new row.

    The four of DOMAIN §5 come with every unit. A task keeps the code, edition and lines it was answered by.
    """

    code = models.SlugField(max_length=40)
    edition = models.PositiveSmallIntegerField(default=1)
    name = models.CharField("名称", max_length=40)
    lines = models.JSONField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["code", "-edition"]
        constraints = [models.UniqueConstraint(fields=["code", "edition"], name="checklist_once")]
