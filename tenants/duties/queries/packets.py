"""What a dossier carries to another unit: figures, duties in words, names of honours. No title, no text, no item."""

from typing import Any
from uuid import UUID

from tenants.accounts.models import User
from tenants.duties.queries.dossiers import Dossier, dossier, years_with_something
from zhitong.core import clock
from zhitong.ranking.counting import Counts
from zhitong.units.current import unit_in_force

_FIGURES = ("received", "adopted", "higher_city", "higher_province", "higher_national", "higher", "instructions")


def packet_of(person_uuid: UUID, name: str) -> dict[str, Any]:
    """Return the dossier of a human in the present unit, over all years, as it goes to another unit."""
    years: list[dict[str, Any]] = []
    for user in User.objects.filter(person_uuid=person_uuid).order_by("pk"):
        asked = years_with_something(user) or [clock.today().year]
        years += [_year(dossier(user, year)) for year in asked]
    return {"name": name, "unit": unit_in_force().short_name, "years": years}


def _year(found: Dossier) -> dict[str, Any]:
    own = found.year
    return {
        "year": found.period.year,
        "group": "、".join(own.user.circles.values_list("name", flat=True)),
        "figures": {**_figures(own.counts), "calls": own.calls},
        "points": None if own.points is None else f"{own.points.normalize():f}",
        "duties": [
            {
                "heading": one.duty.heading,
                "name": one.duty.name,
                "number": one.duty.number,
                "done": f"{one.done.normalize():f}",
            }
            for one in own.duties
        ],
        "awards": [f"{entry.award_list.title}（{entry.award_list.get_kind_display()}）" for entry in found.awards],
    }


def _figures(counts: Counts) -> dict[str, int]:
    return {name: getattr(counts, name) for name in _FIGURES}
