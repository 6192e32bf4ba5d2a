"""Conditions that Django does not have."""

from typing import Any

from django.db.models import Field, Lookup


@Field.register_lookup
class Among(Lookup):
    """`pk__among=keys`: like `in`, for hundreds of keys (numbers or uuids): one array and not a parameter each.

    Such a statement is made, read and planned in a fraction of the time. Of a relation it is `unit__pk__among`.
    """

    lookup_name = "among"

    def get_prep_lookup(self) -> str:
        """Return the keys as an array in PostgreSQL's words."""
        return "{" + ",".join(map(str, self.rhs)) + "}"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """Return the condition with the keys as one parameter."""
        column, params = compiler.compile(self.lhs)
        return f"{column} = ANY(%s::{self.lhs.output_field.rel_db_type(connection)}[])", [*params, self.rhs]
