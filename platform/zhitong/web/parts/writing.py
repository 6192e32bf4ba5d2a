"""Writing: signers, files, checks, look-alikes."""

from collections.abc import Sequence
from dataclasses import dataclass

from zhitong.web.parts.basics import Action, State


@dataclass(frozen=True, slots=True)
class CoAuthor:
    """A signer in the order of signing, or (without `place`) one who declined; `acts` are the buttons of the grip."""

    name: str
    note: str = ""
    state: State | None = None
    key: str = ""
    place: int | None = None
    acts: Sequence[Action] = ()
    moved: bool = False


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of the draft; `url` hands it out, `remove_url` takes it off without leaving the page."""

    name: str
    note: str = ""
    icon: str = "file-text"
    state: State | None = None
    key: str = ""
    url: str = ""
    remove_url: str = ""


@dataclass(frozen=True, slots=True)
class LiveCheck:
    """What the machine found while the author writes; it advises and never stops."""

    state: State
    finding: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class AlikeHint:
    """A look-alike found while writing: whose, when, how much; `title` is empty when its source is closed."""

    lead: str
    share: str = ""
    title: str = ""
    url: str = ""
