"""Public tables of the network. They name a unit's rows by unit and stable uuid, never by foreign key."""

from zhitong.exchange.models.events import AdoptedText, AdoptionMode, Event, EventKind, LeaderRank, Visibility
from zhitong.exchange.models.handling import (
    Assignment,
    Handling,
    HandlingFile,
    HandlingStep,
    ResultClass,
    Satisfaction,
    StepKind,
)
from zhitong.exchange.models.matters import ItemFact, Matter
from zhitong.exchange.models.merging import MergePart
from zhitong.exchange.models.papers import Audience, CallAnswer, Delivery, Enclosure, Paper, PaperKind
from zhitong.exchange.models.sending import Dispatch, Grant, ItemSource, Packet

__all__ = [
    "AdoptedText",
    "AdoptionMode",
    "Assignment",
    "Audience",
    "CallAnswer",
    "Delivery",
    "Dispatch",
    "Enclosure",
    "Event",
    "EventKind",
    "Grant",
    "Handling",
    "HandlingFile",
    "HandlingStep",
    "ItemFact",
    "ItemSource",
    "LeaderRank",
    "Matter",
    "MergePart",
    "Packet",
    "Paper",
    "PaperKind",
    "ResultClass",
    "Satisfaction",
    "StepKind",
    "Visibility",
]
