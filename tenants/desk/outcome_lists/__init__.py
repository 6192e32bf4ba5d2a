"""A body's list of what it made of a month's reports: a file into rows, rows to own items. No writes."""

from tenants.desk.outcome_lists.columns import Listed, read_list, read_pasted
from tenants.desk.outcome_lists.matching import Fate, Match, Matched, match

__all__ = ["Fate", "Listed", "Match", "Matched", "match", "read_list", "read_pasted"]
