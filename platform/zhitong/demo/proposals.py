"""The proposals that 南海 has filed, brought in by its clerk: reports that say the same are seen."""

from collections.abc import Sequence
from datetime import date

from tenants.proposals import operations
from zhitong.core.tables import RawRow
from zhitong.demo.content.proposals import filed
from zhitong.demo.content.seeds import ItemSeed
from zhitong.demo.world import World


def file_proposals(world: World, today: date, reports: Sequence[ItemSeed], seed: int) -> int:
    """Bring in the list of the last two years; return how many proposals it has."""
    rows = [RawRow(line, row) for line, row in enumerate(filed(today, reports, seed), start=2)]
    clerk = world.user("nanhai", "clerk")
    with world.units["nanhai"]:
        report = operations.import_proposals(actor=clerk.actor, rows=rows)
    assert report.is_entered, report.wrong
    return report.added
