"""Every read of the network: chains, journeys, tracks, inbox."""

from zhitong.exchange.journeys import Journey, Node
from zhitong.exchange.queries import handling
from zhitong.exchange.queries.chains import chain_down, chain_up, chains_down
from zhitong.exchange.queries.faults import Fault, faults
from zhitong.exchange.queries.instructions import instructions_since
from zhitong.exchange.queries.journeys import journey, tracks
from zhitong.exchange.queries.lists import inbox, sent
from zhitong.exchange.queries.matters import OtherLines, other_lines
from zhitong.exchange.queries.merging import merged_into, part_of, parts_of
from zhitong.exchange.queries.numbers import items_numbered
from zhitong.exchange.queries.outcomes import Outcomes, outcomes
from zhitong.exchange.queries.papers import (
    Progress,
    Tally,
    adopted_of,
    call_of,
    papers_for_people,
    progress,
    published_papers,
    received_papers,
    tallies,
    unreceived_papers,
)
from zhitong.exchange.queries.quotas import Quota, quotas
from zhitong.exchange.queries.succession import Affected, affected_by, open_to

__all__ = [
    "Affected",
    "Fault",
    "Journey",
    "Node",
    "OtherLines",
    "Outcomes",
    "Progress",
    "Quota",
    "Tally",
    "adopted_of",
    "affected_by",
    "call_of",
    "chain_down",
    "chain_up",
    "chains_down",
    "faults",
    "handling",
    "inbox",
    "instructions_since",
    "items_numbered",
    "journey",
    "merged_into",
    "open_to",
    "other_lines",
    "outcomes",
    "papers_for_people",
    "part_of",
    "parts_of",
    "progress",
    "published_papers",
    "quotas",
    "received_papers",
    "sent",
    "tallies",
    "tracks",
    "unreceived_papers",
]
