"""The units of a province, with the part of the archive that each holds."""

from collections.abc import Mapping, Sequence

from zhitong.units.models import Level, Unit, UnitKind

# Units of each level beside those that exist, and the part of all items that the level holds together.
_LEVELS = ((Level.CITY, 20, 0.33), (Level.COUNTY, 121, 0.37), (Level.BRANCH, 250, 0.2))
_PROVINCE = 0.1


def network(units: Mapping[str, Unit]) -> tuple[list[Unit], list[float]]:
    """Return the province, cities, counties and branches, 400 in all, each with its share of the items.

    Those beside the units given are rows alone, without a schema: nobody logs in there.
    """
    held: list[tuple[Unit, float]] = [(units["guangdong"], _PROVINCE)]
    own: dict[str, Sequence[Unit]] = {
        Level.CITY: [units["foshan"]],
        Level.COUNTY: [units["nanhai"], units["chancheng"]],
        Level.BRANCH: [units["mm-nanhai"]],
    }
    for level, count, share in _LEVELS:
        made = Unit.objects.bulk_create(
            Unit(
                schema_name=f"t_{_key(level)}{n:04}", name=f"试验单位{level}{n}", short_name=f"试验{level}{n}",
                mark="试", kind=UnitKind.COMMITTEE, level=level,
            )
            for n in range(count)
        )  # fmt: skip
        all_of_level = [*own[level], *made]
        held += [(unit, share / len(all_of_level)) for unit in all_of_level]
    return [unit for unit, _share in held], [share for _unit, share in held]


def _key(level: str) -> int:
    return 90 + list(Level).index(Level(level))
