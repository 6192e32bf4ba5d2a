"""What the editor of one flow shows, read once for a page: the version, the chosen step, problems, the tried item."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from django.urls import reverse

from tenants.items.fields import CIRCULARS
from tenants.items.views.common import reader
from tenants.review import queries
from tenants.review.definition import Definition, Difference, Names, Reach, parse, reach
from tenants.review.definition.editing import place_of, steps_of
from tenants.review.flow_forms import TrialForm
from tenants.review.models import FlowVersion
from tenants.review.queries import FlowRow, Level, Problem, Staff, Tried, VersionRow
from tenants.review.step_form import StepFields, fields_of
from zhitong.core.errors import NotFound, Refusal
from zhitong.core.text import whole_number

PANELS = ("flow", "add", "branch", "delete", "discard")
_TRIAL = "t-"


@dataclass(slots=True, weakref_slot=True)
class Typed:
    """What came with a refused post, to be shown again: the refusal, a step's fields, the fields of another panel.

    `theirs` is what differs between what stands now and what was typed, after somebody else changed the draft.
    """

    refusal: Refusal
    step: StepFields | None = None
    posted: QueryDict | None = None
    theirs: list[Difference] = field(default_factory=list)


class Editor:
    """One flow as the page shows it: the draft, or a version that is only read.

    Raises:
        NotFound: no such flow, version or step.
    """

    def __init__(self, request: HttpRequest, row: FlowRow, typed: Typed | None = None) -> None:
        self.request, self.row, self.typed = request, row, typed
        self.query = request.GET
        self.shown: VersionRow = self._shown()
        self.raw: Any = self.shown.version.definition
        self.definition: Definition = parse(self.raw)
        self.key = self.query.get("step", "")
        wanted = typed.posted.get("do", "") if typed and typed.posted else self.query.get("panel", "")
        self.panel = wanted if self.is_draft and wanted in PANELS else ""
        self.place = place_of(self.raw, self.key)
        if self.place is None:
            self.key = ""

    def _shown(self) -> VersionRow:
        wanted = self.query.get("version", "")
        if wanted:
            found = self.row.numbered(whole_number(wanted))
        else:
            found = self.row.draft or self.row.in_use or next(iter(self.row.versions), None)
        if found is None:
            raise NotFound
        return found

    # --- what is shown ----------------------------------------------------------------------------------------------

    @property
    def version(self) -> FlowVersion:
        """The version on the page."""
        return self.shown.version

    @property
    def is_draft(self) -> bool:
        """Whether the page edits, rather than shows what stands."""
        return self.version.state == FlowVersion.State.DRAFT

    @cached_property
    def staff(self) -> Staff:
        """Whom the flow can ask today."""
        return queries.load_staff(self.definition)

    @cached_property
    def names(self) -> Names:
        """What codes are called."""
        return self.staff.names

    @cached_property
    def ways(self) -> Reach:
        """Which ways items take."""
        return reach(self.definition)

    @cached_property
    def problems(self) -> list[Problem]:
        """What stands against publishing; a version that is only read is not checked."""
        return queries.problems_of(self.row, self.raw, self.staff) if self.is_draft else []

    @property
    def must(self) -> list[Problem]:
        """The problems that stop the publishing."""
        return queries.must_fix(self.problems)

    @cached_property
    def step_problems(self) -> dict[str, str]:
        """The gravest problem of each step, in words; what one only should know is no mark on the drawing."""
        found: dict[str, str] = {}
        for problem in self.problems:
            if problem.key and problem.level is not Level.KNOW:
                found.setdefault(problem.key, f"{problem.level}：{problem.text}")
        return found

    @cached_property
    def trial_form(self) -> TrialForm:
        """The item that is tried, as asked for in the query."""
        return TrialForm(self.query, categories=(*self.staff.categories, CIRCULARS))

    @cached_property
    def tried(self) -> Tried | None:
        """The way of the tried item; None while a field of it is wrong."""
        trial = self.trial_form.trial()
        if trial is None:
            return None
        return queries.try_out(reader(self.request).actor, self.version, self.definition, trial)

    @cached_property
    def fields(self) -> StepFields | None:
        """The chosen step's fields: as typed after a refusal, else as they stand; None when no step is chosen."""
        if self.typed and self.typed.step:
            return self.typed.step
        return fields_of(steps_of(self.raw)[self.place]) if self.place is not None else None

    # --- addresses --------------------------------------------------------------------------------------------------

    def url(self, **changes: str | int | None) -> str:
        """Return the address of this page with changes; what is tried stays, panels and steps are named anew."""
        kept = {name: value for name, value in self.query.items() if name.startswith(_TRIAL) or name == "view"}
        if not self.is_draft:
            kept["version"] = str(self.version.number)
        kept |= {name: str(value) for name, value in changes.items() if value is not None}
        for name, value in changes.items():
            if value is None:
                kept.pop(name, None)
        path = reverse("review:flow", args=[self.row.flow.code])
        return f"{path}?{urlencode(kept)}" if kept else path

    def problem_url(self, problem: Problem) -> str:
        """Return where a problem is mended."""
        if problem.field == "compare":
            return self.compare_url
        if problem.field == "versions":
            return f"{self.url()}#h-ver"
        if not problem.key:
            return self.url(panel="flow")
        return f"{self.url(step=problem.key)}#f-{problem.field}"

    @property
    def compare_url(self) -> str:
        """Return the page that compares this version with the one in use, or with the one before it."""
        used = self.row.in_use
        older = next((one for one in self.row.versions if one.version.number < self.version.number), None)
        before = used if used and used is not self.shown else older
        if before is None:
            return ""
        path = reverse("review:flow_compare", args=[self.row.flow.code])
        first, second = sorted((before.version.number, self.version.number))
        return f"{path}?{urlencode({'a': first, 'b': second})}"
