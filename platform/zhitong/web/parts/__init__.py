"""What the components show, as plain values: a view fills them, a template renders them, neither knows models.

Words are Chinese and come from the glossary; `kind` and `look` name a look, which always stands beside an icon and a
word.
"""

from zhitong.web.parts.basics import Action, Mark, State, StateKind, Tag
from zhitong.web.parts.figures import (
    BarRow,
    Change,
    FunnelRow,
    HeatGroup,
    HeatTile,
    KeyFigure,
    LedgerLine,
    MiniRow,
    Standing,
)
from zhitong.web.parts.finding import CopyLink, Facet, FacetValue, Hit
from zhitong.web.parts.journey import (
    ItemCard,
    JourneyEvent,
    JourneyStep,
    NewInstruction,
    NowLine,
    Station,
    StationKind,
    Track,
)
from zhitong.web.parts.lists import Cell, Chip, Page, QueueEntry, SavedFilter, TableColumn, TableRow, TodoEntry
from zhitong.web.parts.review import DiffPiece, Fact, Passage, ReviewStep, StepPerson, TextMark, TextTab
from zhitong.web.parts.saying import SayBox, empty, error, offline, refusal
from zhitong.web.parts.sending import PacketView, Receiver, ReceiverGroup
from zhitong.web.parts.states import standing
from zhitong.web.parts.writing import AlikeHint, CoAuthor, LiveCheck, Upload

__all__ = [
    "Action",
    "AlikeHint",
    "BarRow",
    "Cell",
    "Change",
    "Chip",
    "CoAuthor",
    "CopyLink",
    "DiffPiece",
    "Facet",
    "FacetValue",
    "Fact",
    "FunnelRow",
    "HeatGroup",
    "HeatTile",
    "Hit",
    "ItemCard",
    "JourneyEvent",
    "JourneyStep",
    "KeyFigure",
    "LedgerLine",
    "LiveCheck",
    "Mark",
    "MiniRow",
    "NewInstruction",
    "NowLine",
    "PacketView",
    "Page",
    "Passage",
    "QueueEntry",
    "Receiver",
    "ReceiverGroup",
    "ReviewStep",
    "SavedFilter",
    "SayBox",
    "Standing",
    "State",
    "StateKind",
    "Station",
    "StationKind",
    "StepPerson",
    "TableColumn",
    "TableRow",
    "Tag",
    "TextMark",
    "TextTab",
    "TodoEntry",
    "Track",
    "Upload",
    "empty",
    "error",
    "offline",
    "refusal",
    "standing",
]
