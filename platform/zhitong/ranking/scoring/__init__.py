"""Pure scoring: events and a rule set in, explained ledger lines out (docs/scoring.md)."""

from zhitong.ranking.scoring.asks import EVER, asks_what_is_due, years_asked
from zhitong.ranking.scoring.engine import score
from zhitong.ranking.scoring.errors import EventError, RulesError, ScoringError
from zhitong.ranking.scoring.event_reader import event_from, read_events
from zhitong.ranking.scoring.events import Author, Contributor, Dates, ScoringEvent
from zhitong.ranking.scoring.explain import explain
from zhitong.ranking.scoring.presets import preset, preset_codes
from zhitong.ranking.scoring.reach import looks_at_several_matters, looks_at_several_subjects
from zhitong.ranking.scoring.rules import Clause, Entry, RuleRef, RuleSet, Subject, TieRule
from zhitong.ranking.scoring.rules_reader import SCHEMA_FILE, read_rules
from zhitong.ranking.scoring.standings import Standing, standings

__all__ = [
    "EVER",
    "SCHEMA_FILE",
    "Author",
    "Clause",
    "Contributor",
    "Dates",
    "Entry",
    "EventError",
    "RuleRef",
    "RuleSet",
    "RulesError",
    "ScoringError",
    "ScoringEvent",
    "Standing",
    "Subject",
    "TieRule",
    "asks_what_is_due",
    "event_from",
    "explain",
    "looks_at_several_matters",
    "looks_at_several_subjects",
    "preset",
    "preset_codes",
    "read_events",
    "read_rules",
    "score",
    "standings",
    "years_asked",
]
