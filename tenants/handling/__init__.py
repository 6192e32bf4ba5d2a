"""Handling: what the unit passes to others to act on, what others pass to it, and what became of it (办理)."""
