"""Permissions of the desk are those of the exchange; nothing of its own yet."""
