"""Bringing filed proposals in, and taking them out again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from tenants.proposals.columns import Line, to_line
from tenants.proposals.models import Proposal
from zhitong.core import audit, clock, outbox
from zhitong.core.errors import NotFound
from zhitong.core.operations import Actor, operation, require_unit
from zhitong.core.tables import RawRow, WrongRow

CHANGED = "proposals.changed"
_COMPARED = ("session", "title", "proposers", "text", "handlers")
_A_MESSAGE = 100  # proposals


@dataclass(slots=True)
class ImportReport:
    """What an import did.

    Attributes:
        added: proposals that are new.
        replaced: those that stood there otherwise.
        known: those that stood there word for word.
        without_text: those of all of these that have a title alone.
        wrong: rows that cannot enter, and why.
        is_entered: whether anything was written; not where a row is wrong and the others were not to enter alone.
    """

    added: int = 0
    replaced: int = 0
    known: int = 0
    without_text: int = 0
    wrong: list[WrongRow] = field(default_factory=list)
    is_entered: bool = True


@operation("items.import")
def import_proposals(
    *, actor: Actor, rows: Sequence[RawRow | WrongRow], year: int | None = None, skip_wrong: bool = False
) -> ImportReport:
    """Enter a list of filed proposals; what has the number of one of the same year replaces it.

    Args:
        rows: as they were read.
        year: of the rows that name none.
        skip_wrong: enter the others where some are wrong; else one wrong row keeps all out, so that a list is never
            there by half without anybody having said so.
    """
    report = ImportReport()
    lines = _readable(rows, year, report)
    if report.wrong and not skip_wrong:
        report.is_entered = False
        return report
    report.without_text = sum(not line.text for line in lines.values())
    _enter(actor, lines, report)
    if report.added or report.replaced:
        audit.record(
            actor=actor,
            action="proposals.imported",
            object_kind="import",
            object_id="",
            added=report.added,
            replaced=report.replaced,
        )
    return report


@operation("items.import")
def remove_proposal(*, actor: Actor, proposal_uuid: UUID) -> Proposal:
    """Take one proposal out; return it as it was.

    Raises:
        NotFound: there is none.
    """
    found = Proposal.objects.select_for_update().filter(uuid=proposal_uuid).first()
    if found is None:
        raise NotFound
    Proposal.objects.filter(pk=found.pk).delete()
    _announce([found.uuid])
    audit.record(
        actor=actor,
        action="proposals.removed",
        object_kind="proposal",
        object_id=proposal_uuid,
        year=found.year,
        number=found.number,
    )
    return found


@operation("items.import")
def remove_year(*, actor: Actor, year: int) -> int:
    """Take all proposals of a year out; return how many there were.

    Raises:
        NotFound: there is none of that year.
    """
    rows = Proposal.objects.select_for_update().filter(year=year)
    keys = list(rows.order_by("pk").values_list("uuid", flat=True))
    if not keys:
        raise NotFound
    Proposal.objects.filter(uuid__in=keys).delete()
    _announce(keys)
    audit.record(actor=actor, action="proposals.year.removed", object_kind="year", object_id=year, count=len(keys))
    return len(keys)


def _readable(rows: Iterable[RawRow | WrongRow], year: int | None, report: ImportReport) -> dict[tuple[int, str], Line]:
    """Return the rows that can enter by their keys; the others stand in the report."""
    lines: dict[tuple[int, str], Line] = {}
    for row in rows:
        if isinstance(row, WrongRow):
            report.wrong.append(row)
            continue
        try:
            line = to_line(row, year)
        except ValueError as error:
            report.wrong.append(WrongRow(row.line, str(error)))
            continue
        if before := lines.get(line.key):
            report.wrong.append(WrongRow(row.line, f"{line.year} 年案号 {line.number} 与第 {before.line} 行重复。"))
            continue
        lines[line.key] = line
    return lines


def _enter(actor: Actor, lines: dict[tuple[int, str], Line], report: ImportReport) -> None:
    years = {line.year for line in lines.values()}
    numbers = [line.number for line in lines.values()]
    standing = Proposal.objects.select_for_update().filter(year__in=years, number__in=numbers).order_by("pk")
    known = {(one.year, one.number): one for one in standing}
    written = []
    for key, line in lines.items():
        before = known.get(key)
        if before and all(getattr(before, name) == getattr(line, name) for name in _COMPARED):
            report.known += 1
            continue
        report.added += before is None
        report.replaced += before is not None
        written.append(_made(line, before, actor))
    # Two who bring the same list at once meet here: the later one replaces.
    entered = Proposal.objects.bulk_create(
        written,
        update_conflicts=True,
        unique_fields=["year", "number"],
        update_fields=[*_COMPARED, "version", "imported_at", "imported_by"],
        batch_size=_A_MESSAGE,
    )
    keys = {(one.year, one.number) for one in entered}
    rows = Proposal.objects.filter(year__in=years, number__in=[number for _year, number in keys])
    _announce([key for key, *found in rows.values_list("uuid", "year", "number") if tuple(found) in keys])


def _made(line: Line, before: Proposal | None, actor: Actor) -> Proposal:
    return Proposal(
        year=line.year,
        number=line.number,
        serial=line.serial,
        version=before.version + 1 if before else 1,
        imported_at=clock.now(),
        imported_by=actor.label,
        **{name: getattr(line, name) for name in _COMPARED},
    )


def _announce(keys: Sequence[UUID]) -> None:
    for start in range(0, len(keys), _A_MESSAGE):
        some = keys[start : start + _A_MESSAGE]
        outbox.publish(CHANGED, {"keys": [str(key) for key in some]}, unit_id=require_unit())
