"""Which part of a count is meant: of a unit or of all below it too, of one person, of one category or source."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import QuerySet

from zhitong.core import glossary
from zhitong.core.errors import NotFound
from zhitong.exchange.models import ItemFact
from zhitong.ranking.figures import Dimension

_WORDS: Mapping[Dimension, Mapping[str, str]] = {
    Dimension.SOURCE: glossary.SOURCES,
    Dimension.SUBMITTER_KIND: glossary.SUBMITTER_KINDS,
    Dimension.URGENCY: glossary.URGENCIES,
}
_LONGEST = 100


@dataclass(frozen=True, slots=True)
class Narrowing:
    """A part of what a unit counts; by default all of it.

    Attributes:
        below: with all units below.
        person: of one author alone.
        by: the dimension that `value` is of, as stored; a month is a period and none of these.
        value: empty for what says nothing there.
    """

    below: bool = False
    person: UUID | None = None
    by: Dimension | None = None
    value: str = ""

    def of(self, facts: QuerySet[ItemFact]) -> QuerySet[ItemFact]:
        """Return those of the items that are meant."""
        if self.person is not None:
            facts = facts.filter(authors__contains=[{"person": str(self.person)}])
        return facts.filter(**{self.by.value: self.value}) if self.by is not None else facts

    @property
    def query(self) -> str:
        """The part as parameters of an address, each with its `&`; empty for all."""
        asked: dict[str, str] = {}
        if self.below:
            asked["below"] = "1"
        if self.person is not None:
            asked["person"] = str(self.person)
        if self.by is not None:
            asked |= {"by": self.by.value, "value": self.value}
        return f"&{urlencode(asked)}" if asked else ""


def value_words(by: Dimension, value: str) -> str:
    """Return a value of a dimension as a reader says it (2026-03: 2026 年 3 月)."""
    if by == Dimension.MONTH:
        year, _, month = value.partition("-")
        return f"{year} 年 {int(month)} 月"
    if not value:
        return "未分类" if by == Dimension.CATEGORY else "未填写"
    return _WORDS.get(by, {}).get(value, value)


def read_narrowing(asked: Mapping[str, str]) -> Narrowing:
    """Read which part an address means.

    Raises:
        NotFound: no such person's key, or nothing that counts are taken apart by.
    """
    person, by, value = asked.get("person", ""), asked.get("by", ""), asked.get("value", "")
    if "\x00" in value or len(value) > _LONGEST:
        raise NotFound
    try:
        dimension = Dimension(by) if by else None
        found = UUID(person) if person else None
    except ValueError as error:
        raise NotFound from error
    if dimension == Dimension.MONTH:
        raise NotFound
    return Narrowing(asked.get("below") == "1", found, dimension, value if dimension else "")
