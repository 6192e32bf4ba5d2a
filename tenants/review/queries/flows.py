"""A unit's flows: the list with what is under way on each, one flow with its versions, what a draft is checked by."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from tenants.review.definition import Definition, parse
from tenants.review.models import Flow, FlowVersion, Run
from tenants.review.queries.problems import InUse, Problem, find_problems
from tenants.review.queries.staff import Staff, load_staff
from zhitong.core.errors import NotFound

_OPEN = (Run.State.RUNNING, Run.State.RETURNED)
_ENDED = tuple(state for state in Run.State if state not in _OPEN)


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version with how many runs are under way on it and how many it has seen through."""

    version: FlowVersion
    running: int
    ended: int


@dataclass(frozen=True, slots=True)
class FlowRow:
    """A flow with its versions, the newest first."""

    flow: Flow
    versions: Sequence[VersionRow]

    @property
    def in_use(self) -> VersionRow | None:
        """The published version, None when there is none (yet, or any more)."""
        return next((row for row in self.versions if row.version.state == FlowVersion.State.PUBLISHED), None)

    @property
    def draft(self) -> VersionRow | None:
        """The draft of the next version, None without one."""
        return next((row for row in self.versions if row.version.state == FlowVersion.State.DRAFT), None)

    @property
    def running(self) -> int:
        """How many runs are under way on any version."""
        return sum(row.running for row in self.versions)

    @property
    def definition(self) -> Definition:
        """What the flow says: the version in use, else the draft, else the newest one."""
        row = self.in_use or self.draft or self.versions[0]
        return parse(row.version.definition)

    def numbered(self, number: int | None) -> VersionRow | None:
        """Return the version of that number, None when there is none."""
        return next((row for row in self.versions if row.version.number == number), None)


def flows() -> list[FlowRow]:
    """Return the unit's flows in the order they are tried: the default, which takes the rest, comes last."""
    every = list(Flow.objects.order_by("is_default", "order", "pk"))
    versions: dict[int, list[VersionRow]] = {flow.pk: [] for flow in every}
    for row in _versions():
        versions[row.version.flow_id].append(row)
    return [FlowRow(flow, versions[flow.pk]) for flow in every]


def get_flow(code: str) -> FlowRow:
    """Return one flow.

    Raises:
        NotFound: there is none of that code.
    """
    flow = Flow.objects.filter(code=code).first()
    if flow is None:
        raise NotFound
    return FlowRow(flow, _versions(flow=flow))


def in_use_of(row: FlowRow) -> InUse:
    """Return the version in use as a check of a draft needs it."""
    used = row.in_use
    if used is None:
        return InUse(is_default=row.flow.is_default or not Flow.objects.filter(is_default=True).exists())
    return InUse(parse(used.version.definition), used.version.number, used.running, row.flow.is_default)


def problems_of(row: FlowRow, raw: Any, staff: Staff | None = None) -> list[Problem]:
    """Return what stands against publishing `raw` as the next version of a flow, as the unit is staffed today."""
    definition = parse(raw)
    staff = staff or load_staff(definition)
    return find_problems(raw, definition, staff, in_use_of(row), staff.names)


def _versions(**which: Any) -> list[VersionRow]:
    found = FlowVersion.objects.filter(**which).select_related("changed_by", "flow")
    counted = found.annotate(
        running=Count("runs", filter=Q(runs__state__in=_OPEN)), ended=Count("runs", filter=Q(runs__state__in=_ENDED))
    )
    return [VersionRow(version, version.running, version.ended) for version in counted.order_by("-number")]
