"""Old registers into the archive: numbered by their year, with original, fact, and adoption where a row says so."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError, transaction

from tenants.items.imports import ArchiveRow, RawRow, WrongRow, to_archive
from tenants.items.models import Edition, EditionKind, Item, ItemAuthor, Source
from tenants.items.operations.common import announce, take_number, unit_in_force
from tenants.items.queries import number_label
from zhitong.core import audit, clock
from zhitong.core.operations import Actor, operation
from zhitong.exchange.models import EventKind
from zhitong.exchange.operations import record, register_item


@dataclass(slots=True)
class ImportReport:
    """What an import did: how many rows entered, were there before, failed (why), and what is remarkable."""

    added: int = 0
    known: int = 0
    failed: list[WrongRow] = field(default_factory=list)
    notes: list[WrongRow] = field(default_factory=list)

    def take(self, other: "ImportReport") -> None:
        """Add what another part of the same import did."""
        self.added += other.added
        self.known += other.known
        self.failed += other.failed
        self.notes += other.notes


@operation("items.import")
def import_items(*, actor: Actor, rows: Sequence[RawRow | WrongRow]) -> ImportReport:
    """Enter rows of an old register as archived items; each row enters whole or not at all.

    A row that is there already (same id, or same content) is counted and left alone. Call it with some hundred rows
    at a time: it is one transaction.
    """
    return _import(actor, rows)


@operation("items.import")
def try_import(*, actor: Actor, rows: Sequence[RawRow | WrongRow]) -> ImportReport:
    """Return what `import_items` would do with these rows, and change nothing."""
    with transaction.atomic():
        report = _import(actor, rows)
        transaction.set_rollback(True)
    return report


def _import(actor: Actor, rows: Sequence[RawRow | WrongRow]) -> ImportReport:
    report = ImportReport()
    archive = list(_readable(rows, report))
    known = set(Item.objects.filter(import_key__in=[row.key for row in archive]).values_list("import_key", flat=True))
    mark = unit_in_force().mark
    for row in archive:
        if row.key in known:
            report.known += 1
            continue
        try:
            with transaction.atomic():
                _enter(actor, row, mark)
        except DatabaseError as error:
            report.failed.append(WrongRow(row.line, f"存不进去：{type(error).__name__}"))
            continue
        known.add(row.key)
        report.added += 1
        report.notes += [WrongRow(row.line, note) for note in row.notes]
    if report.added:
        audit.record(
            actor=actor, action="items.archive.imported", object_kind="import", object_id="", rows=report.added
        )
    return report


def _readable(rows: Iterable[RawRow | WrongRow], report: ImportReport) -> Iterable[ArchiveRow]:
    for row in rows:
        if isinstance(row, WrongRow):
            report.failed.append(row)
            continue
        try:
            yield to_archive(row)
        except ValueError as error:
            report.failed.append(WrongRow(row.line, str(error)))


def _enter(actor: Actor, row: ArchiveRow, mark: str) -> None:
    item = Item(
        state=row.outcome.state,
        source=Source.ORIGINAL,
        created_at=clock.now(),
        changed_at=clock.now(),
        submitted_at=row.moment,
        decided_at=row.moment,
        import_key=row.key,
        text_length=row.texts.length,
        **row.texts.as_dict(),
        **row.columns,
    )
    take_number(item)
    item.save(force_insert=True)
    ItemAuthor.objects.bulk_create(
        ItemAuthor(item=item, order=order, **author) for order, author in enumerate(row.authors, start=1)
    )
    Edition.objects.create(
        item=item,
        number=1,
        kind=EditionKind.ORIGINAL,
        writer_label=actor.label,
        written_at=row.moment,
        **row.texts.as_dict(),
    )
    _tell_network(actor, item, row, mark)
    announce(item)


def _tell_network(actor: Actor, item: Item, row: ArchiveRow, mark: str) -> None:
    with clock.at(row.moment):  # the submission happened then
        register_item(
            actor=actor,
            item_uuid=item.uuid,
            number_label=number_label(item, mark),
            submitted_at=row.moment,
            category=item.category,
            submitter_kind=item.submitter_kind,
            source=item.source,
            urgency=item.urgency,
            group_name=item.from_unit or (row.authors[0].get("sector", "") if row.authors else ""),
            authors=[_fact_author(author, item) for author in row.authors],
        )
    if row.outcome.mode:
        record(
            actor=actor,
            item_uuid=item.uuid,
            kind=EventKind.ADOPTED,
            mode=row.outcome.mode,
            occurred_on=clock.local_date(row.moment),
        )


def _fact_author(author: dict[str, str], item: Item) -> dict[str, Any]:
    return {"person": None, "name": author["name"], "rank": "", "kind": item.submitter_kind}
