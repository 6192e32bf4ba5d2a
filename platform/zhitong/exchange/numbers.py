"""Numbers as people tell and type them: 南海〔2026〕218号, whatever brackets, blanks and widths they come in. Pure."""

import re
import unicodedata
from dataclasses import dataclass

_OPEN, _CLOSE = "〔[(【{<〈《「", "〕])】}>〉》」"
_SHAPE = re.compile(
    r"(?P<mark>\D{0,8}?)(?:〔(?P<year>\d{4})〕|(?P<bare>\d{4})(?:年|-|/|、|,))?(?:第)?(?P<number>\d{1,7})号?"
)


@dataclass(frozen=True, slots=True)
class Number:
    """A number that was told: the letters before it (empty: the teller's own unit), year and running number."""

    mark: str
    year: int
    number: int

    @property
    def label(self) -> str:
        """The number as it is printed."""
        return f"{self.mark}〔{self.year}〕{self.number}号"


def read_number(typed: str, *, mark: str, year: int) -> Number | None:
    """Return the number that somebody typed; None when it is none.

    Args:
        mark: letters of the reader's own unit, taken where none are typed.
        year: the year taken where none is typed.
    """
    plain = unicodedata.normalize("NFKC", typed)
    plain = re.sub(r"\s+", "", plain)
    plain = "".join("〔" if sign in _OPEN else "〕" if sign in _CLOSE else sign for sign in plain)
    found = _SHAPE.fullmatch(plain.removeprefix("编号").lstrip(":："))
    if found is None:
        return None
    said = found["year"] or found["bare"]
    return Number(found["mark"].removesuffix("第") or mark, int(said) if said else year, int(found["number"]))
