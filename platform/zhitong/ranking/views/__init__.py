"""Pages of rankings: standings and what is behind a figure, rule sets, what-ifs, manual entries."""

from zhitong.ranking.views.manual import manual
from zhitong.ranking.views.rankings import standings
from zhitong.ranking.views.rules import edit, example, rule_set, rule_sets, schema, set_sight, source
from zhitong.ranking.views.standings import as_of, counted, item, ledger, no_rules, period_choice
from zhitong.ranking.views.statistics import sent
from zhitong.ranking.views.statistics import show as statistics
from zhitong.ranking.views.terms import terms
from zhitong.ranking.views.trials import trial

__all__ = [
    "as_of",
    "counted",
    "edit",
    "example",
    "item",
    "ledger",
    "manual",
    "no_rules",
    "period_choice",
    "rule_set",
    "rule_sets",
    "schema",
    "sent",
    "set_sight",
    "source",
    "standings",
    "statistics",
    "terms",
    "trial",
]
