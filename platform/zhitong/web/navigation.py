"""The registry of the navigation: apps name their pages at start, the shell shows each reader what they may open.

Called from `AppConfig.ready()`:

    navigation.register(NavEntry("inbox", "收件", "desk:inbox", "inbox", "desk.read", waiting, order=20))
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

Count = Callable[[HttpRequest], int]
# Groups of entries, by the word that stands for them in a bar that would be too long.
ITEMS, FIGURES, SETTINGS = "信息", "统计", "设置"
_TABS, _WORDS = 4, 10


@dataclass(frozen=True, slots=True)
class NavEntry:
    """One word of the main navigation.

    `url_name` needs no arguments. `permission` is a registered name; without one every user of the unit sees the entry.
    `or_permission` is another right that opens it; `while_waiting` shows it without either as long as something waits.
    `unless_permission` hides it from those whose right opens a wider page of the same sort.
    `count` says how many things wait there (0 is not shown). `phone` offers the entry for the four tabs of a phone.
    `group` is the word it may be folded under (ITEMS, FIGURES, SETTINGS); what is opened daily has none.
    The keys `search` and `notices` have places of their own in the bar: the field and the bell.
    """

    key: str
    label: str
    url_name: str
    icon: str
    permission: str | None = None
    count: Count | None = None
    order: int = 100
    phone: bool = False
    or_permission: str | None = None
    while_waiting: bool = False
    unless_permission: str | None = None
    group: str = ""


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One line of the reader's own menu (修改密码, 退出). `post` sends a form instead of following a link."""

    key: str
    label: str
    url_name: str
    icon: str
    permission: str | None = None
    order: int = 100
    post: bool = False


@dataclass(frozen=True, slots=True)
class NavItem:
    """An entry as this reader sees it."""

    key: str
    label: str
    url: str
    icon: str
    count: int
    active: bool
    phone: bool
    group: str = ""


@dataclass(frozen=True, slots=True)
class NavWord:
    """One word of the bar: a page, or the pages of a group folded under the group's word."""

    label: str
    pages: tuple[NavItem, ...]

    @property
    def page(self) -> NavItem | None:
        """The page that the word itself leads to, None for a group."""
        return self.pages[0] if len(self.pages) == 1 else None

    @property
    def count(self) -> int:
        """How many things wait on all its pages."""
        return sum(page.count for page in self.pages)

    @property
    def active(self) -> bool:
        """Whether the reader is on one of its pages."""
        return any(page.active for page in self.pages)


@dataclass(frozen=True, slots=True)
class MenuItem:
    """A line of the own menu as this reader sees it."""

    key: str
    label: str
    url: str
    icon: str
    post: bool


@dataclass(frozen=True, slots=True)
class UnitLink:
    """Another unit the same human has an account in: `url` is absolute."""

    name: str
    url: str
    active: bool = False


_entries: dict[str, NavEntry] = {}
_menu: dict[str, MenuEntry] = {}
_unread: Count | None = None
_units: Callable[[HttpRequest], Sequence[UnitLink]] | None = None
_post: Callable[[HttpRequest], str] | None = None


def register(*new: NavEntry) -> None:
    """Add entries to the main navigation.

    Raises:
        ValueError: a key is taken by another entry.
    """
    for entry in new:
        if _entries.setdefault(entry.key, entry) != entry:
            raise ValueError(f"navigation entry {entry.key!r} is registered twice")


def register_menu(*new: MenuEntry) -> None:
    """Add lines to the reader's own menu.

    Raises:
        ValueError: a key is taken by another line.
    """
    for entry in new:
        if _menu.setdefault(entry.key, entry) != entry:
            raise ValueError(f"menu entry {entry.key!r} is registered twice")


def register_unread(count: Count) -> None:
    """Say who counts the reader's unread notices."""
    global _unread
    _unread = count


def register_units(units: Callable[[HttpRequest], Sequence[UnitLink]]) -> None:
    """Say who lists the units of the same human; the switcher shows only with two or more."""
    global _units
    _units = units


def register_post(post: Callable[[HttpRequest], str]) -> None:
    """Say who names the reader's post or group, shown beside the name (周敏 · 研究室)."""
    global _post
    _post = post


def entries() -> list[NavEntry]:
    """Return all entries in their order."""
    return sorted(_entries.values(), key=lambda entry: (entry.order, entry.key))


def menu_entries() -> list[MenuEntry]:
    """Return all lines of the own menu in their order."""
    return sorted(_menu.values(), key=lambda entry: (entry.order, entry.key))


def mark(request: HttpRequest, key: str) -> None:
    """Let a view say which entry it belongs to, where its URL does not tell."""
    request.zt_nav_key = key  # type: ignore[attr-defined]


def visible(request: HttpRequest) -> list[NavItem]:
    """Return the entries this reader may open, with their counts; nothing for a stranger."""
    shown = [(entry, *found) for entry in entries() if (found := _open_entry(request, entry))]
    active = _active_key(request, [entry for entry, _, _ in shown])
    return [
        NavItem(entry.key, entry.label, url, entry.icon, count, entry.key == active, entry.phone, entry.group)
        for entry, url, count in shown
    ]


def bar(shown: Iterable[NavItem]) -> list[NavWord]:
    """Return the words of the bar, without search and notices: each entry a word of its own as long as ten suffice.

    Who may open more finds the pages of a group under one word, which stands where the group's first page would;
    a group of one page stays that page.
    """
    pages = [page for page in shown if page.key not in ("search", "notices")]
    folded = len(pages) > _WORDS
    words: dict[str, list[NavItem]] = {}
    for page in pages:
        words.setdefault(page.group if folded and page.group else page.key, []).append(page)
    return [NavWord(word if len(of) > 1 else of[0].label, tuple(of)) for word, of in words.items()]


def phone_tabs(shown: Iterable[NavItem]) -> list[NavItem]:
    """Return the entries under the thumb: the first four of those marked for a phone."""
    return [entry for entry in shown if entry.phone][:_TABS]


def own_menu(request: HttpRequest) -> list[MenuItem]:
    """Return the lines of the own menu this reader may use."""
    return [
        MenuItem(entry.key, entry.label, url, entry.icon, entry.post)
        for entry in menu_entries()
        if (url := _open_url(request, entry.permission, entry.url_name))
    ]


def unread(request: HttpRequest) -> int:
    """Return the number of unread notices, 0 for a stranger or before anybody counts them."""
    return _unread(request) if _unread and _known(request) else 0


def units(request: HttpRequest) -> Sequence[UnitLink]:
    """Return the units to switch between, empty with fewer than two."""
    found = _units(request) if _units and _known(request) else ()
    return found if len(found) > 1 else ()


def post(request: HttpRequest) -> str:
    """Return the reader's post in words, empty when nobody names it."""
    return _post(request) if _post and _known(request) else ""


def _known(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    return bool(user and user.is_authenticated)


def _open_entry(request: HttpRequest, entry: NavEntry) -> tuple[str, int] | None:
    """Return address and count of an entry, None when this reader may not open it, or has a wider one."""
    if entry.unless_permission and _known(request) and request.user.has_zt_perm(entry.unless_permission):  # type: ignore[union-attr]
        return None
    url = _open_url(request, entry.permission, entry.url_name)
    if not url and entry.or_permission:
        url = _open_url(request, entry.or_permission, entry.url_name)
    if url:
        return url, entry.count(request) if entry.count else 0
    if not entry.while_waiting or entry.count is None:
        return None
    url = _open_url(request, None, entry.url_name)
    waiting = entry.count(request) if url else 0
    return (url, waiting) if waiting else None


def _open_url(request: HttpRequest, permission: str | None, url_name: str) -> str:
    if not _known(request):
        return ""
    if permission and not request.user.has_zt_perm(permission):  # type: ignore[union-attr]
        return ""
    try:
        return reverse(url_name, urlconf=getattr(request, "urlconf", None))
    except NoReverseMatch:
        # The page exists on the other kind of host (unit or bare); a misspelt name is found by the system check.
        return ""


def _active_key(request: HttpRequest, shown: list[NavEntry]) -> str:
    marked: str = getattr(request, "zt_nav_key", "")
    match = request.resolver_match
    if marked or match is None:
        return marked
    exact = [entry.key for entry in shown if entry.url_name == match.view_name]
    near = [entry.key for entry in shown if match.namespace and entry.url_name.startswith(f"{match.namespace}:")]
    return next(iter(exact + near), "")
