"""The unit in force, as its row."""

from typing import Any, cast

from django.db import connection

from zhitong.core.operations import require_unit
from zhitong.units.models import Unit


def unit_in_force() -> Unit:
    """Return the unit whose schema the connection is in.

    Raises:
        NoUnitError: none is set.
    """
    require_unit()
    return cast("Unit", cast("Any", connection).tenant)
