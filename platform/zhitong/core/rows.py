"""Several questions, or many new rows, by one prepared statement: for the operations that are called most.

Django builds the text of a statement anew at each call, and the server plans it anew. Here a text is built once for
each shape, and psycopg prepares it on the connection. Public tables only: their names carry the schema, so a text holds
in every unit.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any, TypeVar, cast

import psycopg
from django.db import DEFAULT_DB_ALIAS, IntegrityError, connections
from django.db.models import Field, JSONField, Model
from psycopg import sql
from psycopg.types.json import Jsonb

M = TypeVar("M", bound=Model)


@dataclass(slots=True)
class Row:
    """A new row that nobody looks at as an object: its model, and its values by column (`unit_id`).

    Columns that are not given take the model's fixed default; a default that is made for each row (a uuid) is given.
    """

    model: type[Model]
    values: Mapping[str, Any]


@dataclass(slots=True)
class _Batch:
    """What a `together` block gathers: rows, and what is to happen once they are written."""

    rows: list[Row] = field(default_factory=list)
    then: list[Callable[[], None]] = field(default_factory=list)


_batch: ContextVar[_Batch | None] = ContextVar("zhitong_batch", default=None)


def ask(parameters: Mapping[str, Any], *questions: str) -> tuple[Any, ...]:
    """Answer several questions by one statement, and so of one moment.

    Args:
        parameters: what the questions name as `%(unit)s`.
        questions: expressions whose text is always the same, with tables as `public.x`; see `many` and `new_keys`.
    """
    return cast("tuple[Any, ...]", _execute(_asking(questions), parameters).fetchone())


def many(query: str) -> str:
    """Return the question for all rows of a query, as JSON objects: dates and times are texts."""
    return f"(SELECT coalesce(json_agg(found), '[]') FROM ({query}) found)"


def new_keys(*models: type[Model]) -> list[str]:
    """Return the questions for a new key of each model: for rows that point at one another."""
    return [f"nextval('public.{_table(model)}_id_seq')" for model in models]


def loaded(model: type[M], values: Mapping[str, Any]) -> M:
    """Return a written row of these values, its key among them, as the object that Django would load."""
    columns = _columns(model)
    all_values = [values.get(name, None if column.null else column.get_default()) for name, column in columns.items()]
    return model.from_db(DEFAULT_DB_ALIAS, list(columns), all_values)


def insert(*new: Model | Row, then: Callable[[], None] | None = None) -> None:
    """Write new rows by one statement, or with the others of a `together` block. Keys are not read back.

    Args:
        new: values are of the fields' own types; JSON holds primitives.
        then: called once they are written.
    """
    batch = _batch.get()
    if batch is None:
        with together():
            insert(*new, then=then)
        return
    batch.rows += [row if isinstance(row, Row) else _row_of(row) for row in new]
    if then and then not in batch.then:
        batch.then.append(then)


@contextmanager
def together() -> Iterator[None]:
    """Let all that is inserted in the block be written by one statement at its end.

    Raises:
        IntegrityError: at the end, for any of the rows.
    """
    if _batch.get() is not None:
        yield
        return
    batch = _Batch()
    token = _batch.set(batch)
    try:
        yield
    finally:
        _batch.reset(token)
    if batch.rows:
        _write(batch.rows)
    for follow in batch.then:
        follow()


def broke(error: IntegrityError, constraint: str) -> bool:
    """Return whether `error` says that this constraint was broken."""
    cause = error.__cause__
    return isinstance(cause, psycopg.Error) and cause.diag.constraint_name == constraint


def detail_of(error: IntegrityError) -> str:
    """Return what the database says beside its refusal, empty when nothing."""
    cause = error.__cause__
    return (cause.diag.message_detail or "") if isinstance(cause, psycopg.Error) else ""


def _write(new: list[Row]) -> None:
    text, json_places = _insertion(tuple([(row.model, tuple(row.values)) for row in new]))
    parameters = [value for row in new for value in row.values.values()]
    for place in json_places:
        parameters[place] = Jsonb(parameters[place])
    _execute(text, parameters)


@lru_cache(maxsize=512)
def _insertion(shape: tuple[tuple[type[Model], tuple[str, ...]], ...]) -> tuple[str, list[int]]:
    """Return the text of an insertion, and which of its parameters are JSON."""
    *before, last = [_insertion_of(model, names) for model, names in shape]
    parts = ", ".join(f"part{n} AS ({text})" for n, text in enumerate(before))
    is_json = [isinstance(_columns(model)[name], JSONField) for model, names in shape for name in names]
    return f"WITH {parts} {last}" if before else last, [n for n, yes in enumerate(is_json) if yes]


def _insertion_of(model: type[Model], names: tuple[str, ...]) -> str:
    """Defaults are written out: psycopg keeps a text in mind that has at most 50 parameters."""
    values = dict.fromkeys(names, "%s")
    for name, column in _columns(model).items():
        if name in values or column.primary_key or column.null:
            continue
        if column.has_default() and callable(column.default):
            raise TypeError(f"a row of {_table(model)} needs its {name}")
        values[name] = sql.Literal(column.get_default()).as_string()
    quoted = ", ".join(f'"{name}"' for name in values)
    return f"INSERT INTO public.{_table(model)} ({quoted}) VALUES ({', '.join(values.values())})"


@lru_cache(maxsize=512)
def _asking(questions: tuple[str, ...]) -> str:
    return f"SELECT {', '.join(questions)}"


def _row_of(instance: Model) -> Row:
    columns = _columns(type(instance))
    names = [name for name, column in columns.items() if instance.pk is not None or not column.primary_key]
    return Row(type(instance), {name: getattr(instance, name) for name in names})


@cache
def _columns(model: type[Model]) -> "dict[str, Field[Any, Any]]":
    return {column.attname: column for column in model._meta.concrete_fields}  # noqa: SLF001 - Django's documented way


def _table(model: type[Model]) -> str:
    return model._meta.db_table  # noqa: SLF001 - Django's documented way


def _execute(text: str, parameters: Any) -> psycopg.Cursor[Any]:
    """Run a prepared statement; Django's own cursors bind on the client and never prepare."""
    database = connections[DEFAULT_DB_ALIAS]
    database.ensure_connection()
    cursor: psycopg.Cursor[Any] = psycopg.Cursor(database.connection)
    if database.queries_logged or database.execute_wrappers:
        watched: Any = database.make_debug_cursor if database.queries_logged else database.make_cursor
        watched(cursor).execute(text, parameters)
    else:
        database.validate_no_broken_transaction()
        with database.wrap_database_errors:
            cursor.execute(text, parameters)
    return cursor
