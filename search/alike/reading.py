"""A text prepared for comparison: its letters without signs, its runs of four letters, the words of title and body."""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from search.alike.places import places, spots
from search.analyser import normalise, tokens

# Four letters: shorter runs are in every letter to an office, longer ones break at each changed word.
SHINGLE = 4
_SIGNS = re.compile(r"[\W_]+")
_ADDRESS = re.compile(r"https?://[\w./?=&%-]+")


@dataclass(frozen=True)
class Reading:
    """One text as the comparison sees it. `title` and `body` are normalised (`search.analyser`)."""

    title: str
    body: str

    @cached_property
    def letters(self) -> str:
        """The letters and figures of the body, signs and spaces left out."""
        return letters_of(self.body)

    @cached_property
    def shingles(self) -> frozenset[str]:
        """The runs of `SHINGLE` letters of the body; a shorter body is one run."""
        return shingles_of(self.letters)

    @cached_property
    def title_words(self) -> Counter[str]:
        """The words of the title, each as often as it stands there."""
        return Counter(tokens(self.title))

    @cached_property
    def body_words(self) -> Counter[str]:
        """The words of the body, each as often as it stands there."""
        return Counter(tokens(self.body))

    @cached_property
    def all_letters(self) -> str:
        """The letters of title and body, with a sign between, to look words up in."""
        return f"{letters_of(self.title)}|{self.letters}"

    @cached_property
    def places(self) -> dict[str, frozenset[str]]:
        """The places of the title by level; of the whole text when the title names none."""
        return places(self.title) or places(self.body)

    @cached_property
    def spots(self) -> frozenset[tuple[str, str]]:
        """The named spots of title and body (`search.alike.places.spots`)."""
        return spots(f"{self.title}。{self.body}")


def read(title: str, body: str) -> Reading:
    """Prepare a text. Addresses of pages are left out: forms paste them into letters that have nothing in common."""
    return Reading(normalise(title), _ADDRESS.sub(" ", normalise(body)))


def letters_of(text: str) -> str:
    """Return the letters and figures of a normalised text."""
    return _SIGNS.sub("", text)


def shingles_of(letters: str) -> frozenset[str]:
    """Return the runs of `SHINGLE` letters; the whole text when it is shorter, nothing of an empty one."""
    if len(letters) < SHINGLE:
        return frozenset({letters} - {""})
    return frozenset(letters[at : at + SHINGLE] for at in range(len(letters) - SHINGLE + 1))
