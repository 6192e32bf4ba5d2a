"""Reads one step of a definition, and the entries of those asked."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Any, NoReturn, TypeVar

from tenants.accounts.models import GroupKind
from tenants.review.definition.model import (
    CHOSEN,
    STAGES,
    VERB_WORDS,
    Link,
    Mode,
    OnEmpty,
    OnLate,
    Step,
    Who,
    WhoKind,
)
from tenants.review.definition.pieces import END, Faults, Path, conditions, flag, mapping, refuse

E = TypeVar("E", bound=StrEnum)
STEP_KEYS = {
    "key", "name", "kind", "who", "posts", "mode", "n", "percent", "limit_days", "limit_hours", "remind_hours",
    "on_empty", "on_late", "late_to", "when", "next", "checklist", "collator", "cc", "may", "asks_destination",
    "asks_difficulty", "verifying_pauses",
}  # fmt: skip
# The keys an entry of `who` has beside `kind`.
_WHO_KEYS: dict[WhoKind, frozenset[str]] = {
    WhoKind.POST: frozenset({"post"}),
    WhoKind.GROUP: frozenset({"group_kind", "name"}),
    WhoKind.GROUP_HEAD: frozenset({"group_kind", "name"}),
    WhoKind.USER: frozenset({"username"}),
    WhoKind.AUTHOR_HEAD: frozenset({"group_kind"}),
    WhoKind.CATEGORY_COMMITTEE: frozenset(),
    WhoKind.CHOSEN_BY_PREVIOUS: frozenset({"among"}),
    WhoKind.CHOSEN_BY_STARTER: frozenset({"among"}),
}


class StepReader:
    """Reads one step: `where` names it in refusals, `path` is its place in the document.

    What is wrong with one of its values is noted in `faults`, and stands empty in the step that is read. `places` None
    leaves aside where it leads: then some step has no sound key of its own.
    """

    def __init__(
        self,
        raw: Mapping[str, Any],
        place: int,
        posts: Collection[str] | None,
        heads: list[tuple[str, str]],
        places: dict[str, int] | None,
        faults: Faults,
    ) -> None:
        self.raw, self.place, self.posts, self.heads, self.places = raw, place, posts, heads, places
        self.faults = faults
        self.path: Path = ("steps", place)
        name = heads[place][1]
        self.where = f"第 {place + 1} 步“{name}”" if name else f"第 {place + 1} 步"

    def read(self) -> Step:
        """Return the step; it is sound when nothing was noted."""
        attempt = self.faults.attempt
        mode = attempt(self._choice, "mode", Mode, Mode.ANY)
        n, percent = (attempt(self._votes, mode) if mode else None) or (0, 0)
        on_late = attempt(self._choice, "on_late", OnLate, OnLate.MARK)
        late_to = attempt(self._whos, "late_to") or ()
        collator = attempt(self._whos, "collator") or ()
        attempt(self._together, mode, on_late)
        key, name = self.heads[self.place]
        return Step(
            key=key,
            name=name,
            kind=attempt(self._stage) or "",
            who=attempt(self._who) or (),
            mode=mode or Mode.ANY,
            n=n,
            percent=percent,
            limit_days=attempt(self._limit, "limit_days", 365),
            limit_hours=attempt(self._limit, "limit_hours", 24 * 30),
            remind_hours=attempt(self._limit, "remind_hours", 24 * 30),
            on_empty=attempt(self._choice, "on_empty", OnEmpty, OnEmpty.ADMINISTRATOR) or OnEmpty.ADMINISTRATOR,
            on_late=on_late or OnLate.MARK,
            late_to=late_to,
            when=attempt(conditions, self.raw.get("when", []), self.where, (*self.path, "when"), self.faults) or (),
            links=(attempt(self._links, self.places) if self.places is not None else None) or (),
            checklist=attempt(self._optional_text, "checklist") or "",
            collator=collator,
            copies_to=attempt(self._whos, "cc") or (),
            may=attempt(self._may) or frozenset(),
            asks_destination=attempt(flag, self.raw, "asks_destination", self.where, self.path) or False,
            asks_difficulty=attempt(flag, self.raw, "asks_difficulty", self.where, self.path) or False,
            verifying_pauses=attempt(flag, self.raw, "verifying_pauses", self.where, self.path, default=True) or False,
        )

    def _together(self, mode: Mode | None, on_late: OnLate | None) -> None:
        """Refuse what is written without what it belongs to."""
        if on_late and (on_late is OnLate.MARK) == bool(self.raw.get("late_to")):
            self._refuse("on_late", "的“late_to”（超期后找谁）要和“on_late”（超期怎么办）一起写。")
        if mode and (mode is Mode.JOINT) != bool(self.raw.get("collator")):
            self._refuse("collator", "是联审（joint）就要写明由谁汇总（collator），不是联审就不能写。")

    def _refuse(self, name: str, message: str) -> NoReturn:
        refuse(f"{self.where}{message}", (*self.path, name))

    def _stage(self) -> str:
        kind = self._optional_text("kind")
        if kind and kind not in STAGES:
            self._refuse("kind", f"的“kind”不能是“{kind}”，可用：{'、'.join(STAGES)}。")
        return kind

    def _who(self) -> tuple[Who, ...]:
        posts = self.raw.get("posts")
        if posts is None:
            found = self._whos("who")
            if not self.raw.get("who"):
                self._refuse("who", "没有写明由哪个岗位办（posts）或由谁办（who）。")
            if sum(one.kind in CHOSEN for one in found) > 1:  # one choice is kept a step
                self._refuse("who", "的办理人里“由人选定”只能写一项。")
            return found
        if "who" in self.raw:
            self._refuse("who", "同时写了 posts 和 who，请只写一样。")
        if not isinstance(posts, list) or not posts or not all(isinstance(post, str) for post in posts):
            self._refuse("posts", "没有写明由哪个岗位办（posts）。")
        found = self._entries([{"kind": WhoKind.POST, "post": post} for post in posts], "posts")
        if len(set(found)) != len(found):
            self._refuse("posts", "的岗位写重了。")
        return found

    def _whos(self, name: str) -> tuple[Who, ...]:
        raw = self.raw.get(name, [])
        if not isinstance(raw, list):
            self._refuse(name, f"的“{name}”要是一个列表。")
        found = self._entries(raw, name)
        if len(set(found)) != len(found):
            self._refuse(name, f"的“{name}”里有一项写重了。")
        return found

    def _entries(self, raw: list[Any], name: str) -> tuple[Who, ...]:
        found = [self.faults.attempt(self.entry, one, (*self.path, name, n)) for n, one in enumerate(raw)]
        return tuple(one for one in found if one is not None)

    def entry(self, entry: Any, path: Path) -> Who:
        """Return one entry of those asked."""
        raw = mapping(entry, f"{self.where}的办理人", {"kind"} | frozenset().union(*_WHO_KEYS.values()), path)
        try:
            kind = WhoKind(raw.get("kind", ""))
        except ValueError:
            refuse(
                f"{self.where}的办理人种类“{raw.get('kind', '')}”不认识，可用：{'、'.join(WhoKind)}。", (*path, "kind")
            )
        extra = sorted(set(raw) - {"kind"} - _WHO_KEYS[kind])
        if extra:
            refuse(f"{self.where}的办理人“{kind}”不能写“{extra[0]}”。", (*path, extra[0]))
        if kind in CHOSEN:
            among = raw.get("among", [])
            if not isinstance(among, list):
                refuse(f"{self.where}的可选范围（among）要是一个列表。", (*path, "among"))
            found = tuple(self.entry(one, (*path, "among", n)) for n, one in enumerate(among))
            if any(one.kind in CHOSEN for one in found):
                refuse(f"{self.where}的可选范围里不能再写“由人选定”。", (*path, "among"))
            return Who(kind, among=found)
        return Who(kind, code=self._code(raw, kind, path), name=self._group_name(raw, kind, path))

    def _code(self, raw: Mapping[str, Any], kind: WhoKind, path: Path) -> str:
        if kind is WhoKind.CATEGORY_COMMITTEE:
            return ""
        name = {WhoKind.POST: "post", WhoKind.USER: "username"}.get(kind, "group_kind")
        value = raw.get(name, "" if kind is WhoKind.AUTHOR_HEAD else None)
        if not isinstance(value, str) or len(value) > 60 or (not value and kind is not WhoKind.AUTHOR_HEAD):
            refuse(f"{self.where}的办理人没有写明“{name}”。", (*path, name))
        if kind is WhoKind.POST and self.posts is not None and value not in self.posts:
            refuse(f"{self.where}的岗位“{value}”本单位没有，请先在“人员”里设这个岗位。", (*path, name))
        if name == "group_kind" and value and value not in GroupKind.values:
            refuse(f"{self.where}的组织类别“{value}”不认识，可用：{'、'.join(GroupKind.values)}。", (*path, name))
        return value

    def _group_name(self, raw: Mapping[str, Any], kind: WhoKind, path: Path) -> str:
        if kind not in {WhoKind.GROUP, WhoKind.GROUP_HEAD}:
            return ""
        value = raw.get("name")
        if not isinstance(value, str) or not 1 <= len(value.strip()) <= 60:
            refuse(f"{self.where}的办理人没有写明组织的名称（name）。", (*path, "name"))
        return value.strip()

    def _votes(self, mode: Mode) -> tuple[int, int]:
        n, percent = self.raw.get("n"), self.raw.get("percent")
        if mode is not Mode.N_OF_M:
            if n is not None or percent is not None:
                self._refuse("n", "写了票数（n、percent），但办法不是票签（n_of_m）。")
            return 0, 0
        if (n is None) == (percent is None):
            self._refuse("n", "是票签，要写明几票通过（n，1 到 99）或百分之几通过（percent，1 到 100），只写一样。")
        name, most = ("n", 99) if percent is None else ("percent", 100)
        value = self.raw[name]
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
            self._refuse(name, f"是票签，要写明几票通过（{name}，1 到 {most} 的整数）。")
        return (value, 0) if name == "n" else (0, value)

    def _limit(self, name: str, most: int) -> int | None:
        value = self.raw.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
            self._refuse(name, f"的时限（{name}）要是 1 到 {most} 的整数。")
        return value

    def _links(self, places: Mapping[str, int]) -> tuple[Link, ...]:
        behind = self.place + 1 if self.place + 1 < len(self.heads) else None
        raw = self.raw.get("next")
        if raw is None:
            return (Link(behind),)
        if not isinstance(raw, list) or not raw:
            self._refuse("next", "的去向（next）要是一个列表，至少一项。")
        read = [self.faults.attempt(self._link, entry, (*self.path, "next", n), places) for n, entry in enumerate(raw)]
        links = tuple(link for link in read if link is not None)
        if len(links) < len(raw):
            return links
        if any(not link.when for link in links[:-1]):
            self._refuse("next", "的去向里，不带条件的只能放在最后一项（其余）。")
        if links[-1].when:
            self._refuse("next", "的去向都带条件：最后一项要不带条件，让其余的信息有去处。")
        return links

    def _link(self, entry: Any, path: Path, places: Mapping[str, int]) -> Link:
        where = f"{self.where}的去向"
        raw = mapping(entry, where, {"to", "when"}, path)
        to, when = raw.get("to"), conditions(raw.get("when", []), where, (*path, "when"), self.faults)
        if to == END:
            return Link(None, when)
        if not isinstance(to, str) or to not in places:
            refuse(f"{self.where}的去向“{to}”不是这个流程里的步骤。", (*path, "to"))
        place = places[to]
        if place <= self.place:
            refuse(
                f"{self.where}又回到第 {place + 1} 步“{self.heads[place][1]}”，成了循环：去向只能往后；"
                "要往回走，请在办理时退回。",
                (*path, "to"),
            )
        return Link(place, when)

    def _may(self) -> frozenset[str]:
        raw = self.raw.get("may")
        if raw is None:
            return frozenset(VERB_WORDS)
        if not isinstance(raw, list) or not all(isinstance(verb, str) for verb in raw):
            self._refuse("may", "的“may”（可以做）要是一个列表。")
        unknown = [verb for verb in raw if verb not in VERB_WORDS]
        if unknown:
            self._refuse("may", f"的“may”不认识“{unknown[0]}”，可用：{'、'.join(VERB_WORDS)}。")
        return frozenset(raw)

    def _optional_text(self, name: str) -> str:
        value = self.raw.get(name, "")
        if not isinstance(value, str) or len(value) > 40:
            self._refuse(name, f"的“{name}”要是不超过 40 个字的文字。")
        return value

    def _choice(self, name: str, kind: type[E], default: E) -> E:
        value = self.raw.get(name, default)
        try:
            return kind(value)
        except ValueError:
            self._refuse(name, f"的“{name}”不能是“{value}”，可用：{'、'.join(kind)}。")
