"""A print of all rows, to see what was written."""

from collections.abc import Iterator
from typing import Any

from django.db import connection

from zhitong.units.models import Unit

# What changes by merely looking in, or counts attempts.
_NO_WORDS = ("django_session", "axes_%", "django_migrations")


def rows_of(*units: Unit) -> dict[str, str]:
    """Return a print of every table of the public schema and of the units, sessions and attempts left out."""
    return dict(_each_table(units, "md5(string_agg(t::text, '|' ORDER BY t::text))"))


def tables_holding(words: str, *units: Unit) -> list[str]:
    """Return the tables in which `words` can be read in any column."""
    return [
        table for table, found in _each_table(units, "count(*) FILTER (WHERE t::text LIKE %s)", f"%{words}%") if found
    ]


def _each_table(units: tuple[Unit, ...], asked: str, *parameters: str) -> Iterator[tuple[str, Any]]:
    schemas = ["public", *(one.schema_name for one in units)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname = ANY(%s) AND NOT tablename LIKE ANY(%s)",
            [schemas, list(_NO_WORDS)],
        )
        names = [f'"{schema}"."{table}"' for schema, table in cursor.fetchall()]
        each = (f"SELECT '{name}', {asked} FROM {name} t" for name in names)
        cursor.execute(" UNION ALL ".join(each), parameters * len(names))
        yield from cursor.fetchall()
