"""A list of people: a file into rows, rows into what would be done with each. No writes; those are in operations."""

from tenants.accounts.imports.columns import read_people, template
from tenants.accounts.imports.planning import Fate, Line, NewPerson, plan_people

__all__ = ["Fate", "Line", "NewPerson", "plan_people", "read_people", "template"]
