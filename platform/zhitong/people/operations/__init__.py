"""Writes over persons: an account has one, and a human joins those of several accounts."""

from zhitong.people.operations.accounts import link_account
from zhitong.people.operations.joining import MINUTES, WrongCode, join_account, open_code, part_account

__all__ = ["MINUTES", "WrongCode", "join_account", "link_account", "open_code", "part_account"]
