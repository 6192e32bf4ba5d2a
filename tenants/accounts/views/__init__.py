"""Pages about people: ways in, the unit's administration, the bare host."""

from tenants.accounts.views.entry import locked_out

__all__ = ["locked_out"]
