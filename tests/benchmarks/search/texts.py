"""Realistic texts of about 1,000 characters, without end: sentences of real ones put together anew.

A report keeps to the sentences of one source, takes some from others of the same field, and has a place and figures of
its own, so that common words are as common as in real texts and rare ones stay rare. The sources are the real texts
beside the checkout; where these are absent, the demo's own.
"""

import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from search.alike import Weights, read
from zhitong.core import text
from zhitong.demo.content.divisions import divisions
from zhitong.demo.content.matters import matters

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
LENGTH = 1000  # characters of a text
_OWN = 0.65  # of the sentences are the source's
_AGAIN = 0.3  # of the reports are an earlier one's text, a little changed, at another place
_RECENT = 4000
_SIGNS = "景城苑岭兴隆和泰丰瑞锦绣福安康宁盛华庭湾花园湖山溪桥塘坑寮埔墩岗洲沙涌围坊巷里街西东南北上下大小新旧金银玉石"


@dataclass(frozen=True, slots=True)
class Source:
    """A text that reports are made from: title, field, sentences."""

    title: str
    category: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A report: title, field, the sentences of its three sections, and the number of the one it was made after."""

    title: str
    category: str
    sections: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]
    after: int | None = None


def sources() -> list[Source]:
    """Return the sources, always in the same order."""
    found = list(_real()) if DATA.is_dir() else list(_of_the_demo())
    return [source for source in found if source.title and len(source.sentences) > 3]


def weights_of(given: Sequence[Source]) -> Weights:
    """Return how telling words are over the sources."""
    return Weights.of(read(source.title, "".join(source.sentences)) for source in given)


def drafts(given: Sequence[Source], first: int, count: int) -> Iterator[Draft]:
    """Yield the reports `first` … `first + count - 1`; the same numbers give the same texts for the same sources."""
    chance = random.Random(first)
    fields: dict[str, list[str]] = {}
    for source in given:
        fields.setdefault(source.category, []).extend(source.sentences)
    places = [division.name for division in divisions()]
    recent: list[tuple[int, Draft]] = []
    for number in range(first, first + count):
        if len(recent) == _RECENT and chance.random() < _AGAIN:
            after, earlier = recent[chance.randrange(_RECENT)]
            yield _again(chance, earlier, after, fields[earlier.category])
            continue
        made = _new(chance, chance.choice(given), fields, places)
        if len(recent) < _RECENT:
            recent.append((number, made))
        else:
            recent[chance.randrange(_RECENT)] = (number, made)
        yield made


def _new(chance: random.Random, source: Source, fields: dict[str, list[str]], places: Sequence[str]) -> Draft:
    place = f"{chance.choice(places)}{''.join(chance.choices(_SIGNS, k=3))}社区"
    own = list(source.sentences)
    chance.shuffle(own)
    body = [f"近期我们在{place}走访{chance.randint(11, 997)}户，收回问卷{chance.randint(101, 9999)}份。"]
    length = len(body[0])
    field = fields[source.category]
    while length < LENGTH:
        sentence = own.pop() if own and chance.random() < _OWN else chance.choice(field)
        body.append(sentence)
        length += len(sentence)
    third = len(body) // 3
    title = source.title if chance.random() < 0.5 else f"关于{place}{source.title.removeprefix('关于')}"
    return Draft(
        title[:60], source.category, (tuple(body[:third]), tuple(body[third : 2 * third]), tuple(body[2 * third :]))
    )


def _again(chance: random.Random, earlier: Draft, after: int, field: Sequence[str]) -> Draft:
    sections = [list(section) for section in earlier.sections]
    for _ in range(chance.randrange(4)):
        section = chance.choice(sections)
        section[chance.randrange(len(section))] = chance.choice(field)
    one, two, three = map(tuple, sections)
    return Draft(earlier.title, earlier.category, (one, two, three), after)


# --- where the texts come from ----------------------------------------------------------------------------------------

_ADDRESS = re.compile(r"https?://[\w./?=&%-]*")
_SENTENCE = re.compile(r"[^。！？；\n]{6,160}[。！？；]")


def _real() -> Iterator[Source]:
    for name in ("proposals_2022", "messages_labelled", "messages_with_replies"):
        for line in (DATA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
            row: dict[str, Any] = json.loads(line)
            plain = _ADDRESS.sub("", text.readable(row["text"]))
            sentences = tuple(dict.fromkeys("".join(one.split()) for one in _SENTENCE.findall(plain)))
            yield Source("".join((row["title"] or "").split()), row.get("label") or "其他", sentences)


def _of_the_demo() -> Iterator[Source]:
    for matter in matters():
        for aspect in matter.aspects:
            whole = "".join([*matter.openings, aspect.problem, aspect.cause, aspect.suggestion])
            plain = re.sub(r"<(\d+)-\d+>", r"\1", re.sub(r"\[([^|\]]*)[^\]]*\]", r"\1", whole)).replace("{t}", "我市")
            yield Source(aspect.titles[0].replace("{t}", "我市"), matter.category, tuple(_SENTENCE.findall(plain)))
