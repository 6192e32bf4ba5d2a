"""The places that take words, and the check that a refusal wrote nothing."""

from collections.abc import Callable

import pytest

from tests.leaks.places import Place, places_of
from tests.leaks.rows import rows_of
from zhitong.units.models import Unit


@pytest.fixture
def places(unit: Unit, city: Unit) -> dict[str, Place]:
    """The places, each with an item or account in the right state behind it."""
    return places_of(unit, city)


@pytest.fixture
def unchanged(unit: Unit, city: Unit, places: dict[str, Place]) -> Callable[[], None]:
    """A function that fails when any row was written, changed or removed since the places were made."""
    before = rows_of(unit, city)

    def check() -> None:
        after = rows_of(unit, city)
        assert not {table for table in before if before[table] != after[table]}

    return check
