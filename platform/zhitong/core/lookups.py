"""Conditions that Django does not have."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Field, Lookup


@Field.register_lookup
class Among(Lookup):
    """`pk__among=keys`: like `in`, for hundreds of keys: they are one array and not a parameter each.

    PostgreSQL reads and plans such a statement in a fraction of the time. Of a relation it is `unit__pk__among`.
    """

    lookup_name = "among"

    def get_prep_lookup(self) -> list[Any]:
        """Return the keys as the column holds them."""
        keys: Iterable[Any] = self.rhs
        return [self.lhs.output_field.get_prep_value(key) for key in keys]

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """Return the condition with the keys as one parameter."""
        column, params = compiler.compile(self.lhs)
        return f"{column} = ANY(%s)", [*params, self.rhs]
