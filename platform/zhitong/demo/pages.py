"""A person at a browser, as far as the walk needs one: opens pages, fills the forms it finds there, sends them."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx
from django.conf import settings

Fields = dict[str, list[str]]


class PageError(Exception):
    """A page did not show or do what the walk expected; the text says what, where, and what it saw."""


@dataclass
class Form:
    """A form of a page: where it goes, what stands in it, which buttons it has."""

    action: str
    method: str
    fields: Fields = field(default_factory=dict)
    choices: Fields = field(default_factory=dict)


class _Reader(HTMLParser):
    """Reads forms, links and text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.link_words: list[str] = []
        self.words: list[str] = []
        self._in_link = False
        self._form: Form | None = None
        self._area: tuple[Form | None, str] | None = None
        self._by_id: dict[str, Form] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect what belongs to forms and links."""
        has = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(has.get("action", ""), has.get("method", "get").lower())
            self.forms.append(self._form)
            self._by_id[has.get("id", "")] = self._form
        form = self._by_id.get(has["form"]) if "form" in has else self._form
        if tag == "a" and "href" in has:
            self.links.append(has["href"])
            self.link_words.append("")
            self._in_link = True
        elif tag == "input" and form and has.get("name"):
            self._input(form, has)
        elif tag == "textarea" and has.get("name"):
            self._area = (form, has["name"])
            if form:
                form.fields[has["name"]] = [""]

    def _input(self, form: Form, has: dict[str, str]) -> None:
        value, name = has.get("value", ""), has["name"]
        if has.get("type") in {"checkbox", "radio"}:
            form.choices.setdefault(name, []).append(value)
            if "checked" not in has:
                return
        if has.get("type") not in {"file", "submit"}:
            form.fields.setdefault(name, []).append(value)

    def handle_endtag(self, tag: str) -> None:
        """Close what is open."""
        if tag == "form":
            self._form = None
        elif tag == "textarea":
            self._area = None
        elif tag == "a":
            self._in_link = False

    def handle_data(self, data: str) -> None:
        """Collect the words, and what stands in a text area."""
        if self._area:
            form, name = self._area
            if form:
                form.fields[name] = [form.fields[name][0] + data]
        elif data.strip():
            self.words.append(data.strip())
            if self._in_link:
                self.link_words[-1] += data.strip()


class Browser:
    """One person's session on one unit's host, over real HTTP to this machine."""

    def __init__(self, host: str, port: int) -> None:
        self.name = f"{host}.{settings.BASE_DOMAIN}:{port}"
        self._client = httpx.Client(
            base_url=f"http://127.0.0.1:{port}", headers={"Host": self.name}, timeout=60, follow_redirects=False
        )
        self.url = "/"
        self._page = _Reader()

    def __enter__(self) -> "Browser":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    @property
    def text(self) -> str:
        """The words of the page that is open."""
        return " ".join(self._page.words)

    def open(self, url: str) -> "Browser":
        """Open a page, following redirects on the same host.

        Raises:
            PageError: it answers with an error.
        """
        return self._take(self._client.get(url), url)

    @property
    def links(self) -> list[str]:
        """Where the links of the page lead."""
        return self._page.links

    def titled_links(self) -> list[tuple[str, str]]:
        """Return the links of the page with their words."""
        return [(urljoin(self.url, href), words) for href, words in zip(self.links, self._page.link_words, strict=True)]

    def link(self, pattern: str) -> str:
        """Return the first link of the page that fits the regular expression.

        Raises:
            PageError: there is none.
        """
        for href in self._page.links:
            if re.search(pattern, href):
                return urljoin(self.url, href)
        raise PageError(f"{self.name}{self.url}: no link like {pattern}; the page says: {self.text[:300]}")

    def choices(self, name: str) -> list[str]:
        """Return the values of the boxes or buttons of that name on the page."""
        return [value for form in self._page.forms for value in form.choices.get(name, [])]

    def send(self, has: str, changes: dict[str, str | list[str]], url: str = "") -> "Browser":
        """Fill the form that holds the field `has` (and goes to `url`, when given) and send it.

        Raises:
            PageError: there is no such form, or the answer is an error.
        """
        for form in self._page.forms:
            if (has in form.fields or has in form.choices) and url in (form.action or self.url):
                fields = {name: list(values) for name, values in form.fields.items()}
                fields |= {name: value if isinstance(value, list) else [value] for name, value in changes.items()}
                target = urljoin(self.url, form.action or self.url)
                return self._take(self._client.post(target, data=fields), target)
        raise PageError(f"{self.name}{self.url}: no form with {has!r}; the page says: {self.text[:300]}")

    def expect(self, *words: str) -> None:
        """Check that the page says all of `words`.

        Raises:
            PageError: one is missing.
        """
        missing = [word for word in words if word not in self.text.replace(" ", "") and word not in self.text]
        if missing:
            raise PageError(f"{self.name}{self.url} does not say {missing}; it says: {self.text[:600]}")

    def _take(self, answer: httpx.Response, url: str) -> "Browser":
        for _ in range(5):
            if answer.status_code not in {301, 302, 303}:
                break
            url = urljoin(url, answer.headers["Location"])
            answer = self._client.get(url)
        self._page = _Reader()
        self._page.feed(answer.text)
        self.url = url
        if answer.status_code >= 400:
            raise PageError(f"{self.name}{url} answers {answer.status_code}: {self.text[:400]}")
        return self
