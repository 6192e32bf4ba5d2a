"""Writes over scores: rule sets, ledger, standings. Everything is replaced from events, nothing is incremented."""

from zhitong.ranking.operations.counts import recount
from zhitong.ranking.operations.following import follow, years_of
from zhitong.ranking.operations.ledger import Difference, recompute, recompute_matters, recompute_units
from zhitong.ranking.operations.manual import NewEntry, decide_entry, propose_entry, propose_reversal
from zhitong.ranking.operations.rules import checked, publish_rules, set_sight
from zhitong.ranking.operations.targets import set_targets
from zhitong.ranking.operations.terms import add_term, remove_term
from zhitong.ranking.operations.transfers import (
    consent_to_transfer,
    freeze_transfer,
    withdraw_all,
    withdraw_consent,
)
from zhitong.ranking.operations.trials import ask_trial, compute_waiting

__all__ = [
    "Difference",
    "NewEntry",
    "add_term",
    "ask_trial",
    "checked",
    "compute_waiting",
    "consent_to_transfer",
    "decide_entry",
    "follow",
    "freeze_transfer",
    "propose_entry",
    "propose_reversal",
    "publish_rules",
    "recompute",
    "recompute_matters",
    "recompute_units",
    "recount",
    "remove_term",
    "set_sight",
    "set_targets",
    "withdraw_all",
    "withdraw_consent",
    "years_of",
]
