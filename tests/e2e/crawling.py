"""Walks all that one reader can reach from a page by links, and notes what is wrong on the way."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

from django.http import HttpResponse
from django.test import Client
from django.urls import Resolver404, resolve

Kind = tuple[str, frozenset[str]]  # name of the page, keys of its query
_FIELDS = {"input", "select", "textarea"}
_NO_LABEL = {"hidden", "submit", "button", "reset", "image"}
_NAMED = {"a", "button", "summary"}


class PageReader(HTMLParser):
    """What a page holds that a reader, or a machine that reads for one, depends on."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.parts: list[str] = []
        self.ids: list[str] = []
        self.faults: list[str] = []
        self.headings = 0
        self._labels: set[str] = set()
        self._fields: list[tuple[str, str]] = []
        self._in_label = self._in_template = 0
        self._naming: list[list[str]] = []
        self.feed(text)
        self.faults += [f"no label: {shown}" for shown, name in self._fields if name not in self._labels]
        self.faults += [f"id {name} stands twice" for name, count in Counter(self.ids).items() if count > 1]
        dead = [href for href in self.links if href == "#" or (href[:1] == "#" and href[1:] not in self.ids)]
        self.faults += [f"dead link {href}" for href in dead]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note one element."""
        given = {name: value or "" for name, value in attrs}
        if tag == "template":
            self._in_template += 1
        if self._in_template:  # nobody meets it before a script has filled it in
            return
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "h1":
            self.headings += 1
        if tag == "label":
            self._in_label += 1
            self._labels.add(given.get("for", ""))
        if tag in _FIELDS and given.get("type") not in _NO_LABEL and not self._in_label and not _is_named(given):
            self._fields.append((f"{tag} {given.get('name')}", given.get("id", "?")))
        if tag == "img" and "alt" not in given:
            self.faults.append(f"no alt: {given.get('src')}")
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag == "a" and "hx-get" in given:  # other controls send words along that only a person types
            self.parts.append(given["hx-get"])
        if tag in _NAMED:
            self._naming.append([self.get_starttag_text() or "", given.get("aria-label", "")])

    def handle_data(self, data: str) -> None:
        """Give the words to every element around them that needs a name."""
        for one in self._naming:
            one[1] += data.strip()

    def handle_endtag(self, tag: str) -> None:
        """Close what `handle_starttag` opened."""
        if tag == "template":
            self._in_template -= 1
        if self._in_template:
            return
        if tag == "label":
            self._in_label -= 1
        if tag in _NAMED and self._naming:
            shown, name = self._naming.pop()
            if not name and " hidden" not in shown:
                self.faults.append(f"no name: {shown}")


def _is_named(given: dict[str, str]) -> bool:
    return bool(given.get("aria-label") or given.get("aria-labelledby"))


@dataclass
class Walk:
    """What one reader reached.

    Attributes:
        reached: one address for each kind of page.
        faults: what was wrong, each with where it was met.
    """

    reached: dict[Kind, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def walk(client: Client, start: str, urlconf: str) -> Walk:
    """Follow every link from `start` on the host of `client`; of pages that differ in values alone, one is opened.

    Two pages differ when their name, the rows they are about, or the keys of their queries differ.
    """
    found, todo, known = Walk(), [(start, "")], set()
    while todo:
        address, whence = todo.pop()
        kind, rows = _identity(address, urlconf)
        if (kind, rows) in known:
            continue
        known.add((kind, rows))
        page = _open(client, address, whence, found)
        if page is None:
            continue
        found.reached.setdefault(kind, address)
        found.faults += [f"{address}: {fault}" for fault in page.faults]
        if page.headings != 1:
            found.faults.append(f"{address}: {page.headings} headings of the first level")
        for part in page.parts:
            if client.get(part, headers={"HX-Request": "true"}).status_code != 200:
                found.faults.append(f"{address}: part {part} does not come")
        todo += [(link, address) for link in _inside(page.links, address, client)]
    return found


def _open(client: Client, address: str, whence: str, found: Walk) -> PageReader | None:
    """Return the page, or None for a file or after noting that the link leads nowhere."""
    answer: Any = client.get(address, follow=True)
    if answer.status_code != 200:
        found.faults.append(f"{whence}: link {address} answers {answer.status_code}")
        return None
    if not answer.headers["Content-Type"].startswith("text/html"):
        _drain(answer)
        return None
    return PageReader(answer.content.decode())


def _drain(answer: HttpResponse) -> None:
    if answer.streaming:
        list(answer)


def _inside(links: list[str], address: str, client: Client) -> Iterator[str]:
    """Return the addresses on the host itself; what leads to another one is another reader's business."""
    host = f"http://{client.defaults['SERVER_NAME']}"
    for link in links:
        if link.startswith(("#", "/api/")):  # the API has a description and tests of its own
            continue
        parts = urlsplit(urljoin(f"{host}{address}", link))
        if f"{parts.scheme}://{parts.hostname}" == host:
            yield parts.path + (f"?{parts.query}" if parts.query else "")


def _identity(address: str, urlconf: str) -> tuple[Kind, tuple[Any, ...]]:
    parts = urlsplit(address)
    keys = frozenset(parse_qs(parts.query, keep_blank_values=True))
    try:
        match = resolve(parts.path, urlconf)
    except Resolver404:
        return (parts.path, keys), ()
    return (match.view_name, keys), tuple(match.kwargs.items())
