"""Ledger lines, changes and outcomes in the words of a screen."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.urls import reverse

from zhitong.exchange.models import AdoptionMode, Event, EventKind
from zhitong.exchange.words import leader_words
from zhitong.ranking.counting import rate
from zhitong.ranking.models import LedgerEntry, Standing
from zhitong.units.models import Level, UnitKind
from zhitong.web.parts import Change, LedgerLine
from zhitong.web.templatetags.zt import points as point_words
from zhitong.web.templatetags.zt import zt_short

COUNTS = {
    "received": "收稿",
    "adopted": "本级采用",
    "sent": "报送",
    "higher_city": "市级采用",
    "higher_province": "省级采用",
    "higher_national": "全国采用",
    "higher": "上级采用",
    "instructions": "批示",
}


_GROUPS = {**dict(Level.choices), **dict(UnitKind.choices), UnitKind.COMMITTEE: "政协"}
_LEVELS_FIRST = set(Level.values)


def group_words(key: str, units: Mapping[str, str]) -> str:
    """Return in words in which group somebody is ranked: 市级政协 for `committee/city`.

    Args:
        key: what the rules group by, each by its word, divided by `/`; a group that they name stands for itself.
        units: the names of units by their uuid, for rules that group by unit.
    """
    parts = sorted(key.split("/"), key=lambda one: one not in _LEVELS_FIRST)
    return "".join(units.get(part) or _GROUPS.get(part, part) for part in parts)


def rate_words(part: int, whole: int) -> str:
    """Return a part of a whole as committees publish it (76.69%); a dash of nothing."""
    found = rate(part, whole)
    return "—" if found is None else f"{found}%"


def rank_change(row: Standing) -> Change | None:
    """Return the change of rank against the period before; None when there was none."""
    if not row.rank_before or not row.rank:
        return None
    return moved_up(row.rank_before - row.rank)


def moved_up(places: int) -> Change:
    """Return in words how far something rose in a ranking; fell, where `places` is below 0."""
    if not places:
        return Change("持平")
    return Change(f"升 {places}", "up") if places > 0 else Change(f"降 {-places}", "down")


def place(row: Standing, group: str) -> str:
    """Return a rank in words; for whoever misses what the rules ask for, that there is none."""
    return f"{group}第 {row.rank} 名" if row.rank else "未达到规则的门槛，不参加排名"


def outcome(event: Event) -> str:
    """Return who decided what, without a leader's name or words."""
    where = (event.body or event.unit).short_name
    if event.kind == EventKind.INSTRUCTION:
        return f"{where}领导批示" if event.body_id else f"{leader_words(event.leader_rank)}批示，{where}登记"
    if event.mode:
        return f"{where}{AdoptionMode(event.mode).label}"
    return f"{where}{EventKind(event.kind).label}"


def outcomes(events: Iterable[Event]) -> str:
    """Return what became of an item, a decision after the other; nothing without any."""
    return "；".join(outcome(event) for event in events)


def line(
    entry: LedgerEntry,
    labels: Mapping[UUID, str],
    titles: Mapping[UUID, str],
    own_unit: int | None = None,
    names: Mapping[UUID, str] | None = None,
    *,
    tells_who: bool = False,
) -> LedgerLine:
    """Return a ledger line; the item is named by its number, by its title only when `titles` has it.

    `own_unit` is the unit whose items the reader may open: its lines lead to the journey. `names` are those of the
    persons and groups who have the points, where it is not the unit itself. `tells_who`: who proposed and approved what
    was entered by hand, for the unit that did it alone.
    """
    event = entry.event
    item = _item(entry, labels, titles)
    undone = getattr(event, "reversed_by", None) if event else None
    return LedgerLine(
        day=zt_short(entry.counted_on),
        event=outcome(event) if event else _without_item(entry),
        clause=f"{entry.rule.partition('（')[0]}，第 {entry.version.number} 版",
        arithmetic=entry.arithmetic.replace(":", "：").replace(",", "，"),
        points=entry.points,
        note="；".join(
            filter(
                None,
                [
                    (names or {}).get(entry.subject_uuid),
                    item,
                    _issue(event),
                    _by_hand(entry, tells_who=tells_who),
                    "" if entry.counted else _why_not(entry, undone),
                ],
            )
        ),
        url=reverse("desk:journey", args=[entry.item_uuid]) if entry.item_uuid and entry.unit_id == own_unit else "",
        rule_url=f"{reverse('ranking:rules_set', args=[entry.version.rule_set_id])}?version={entry.version.number}",
        off=not entry.counted,
        reversal=undone is not None and entry.points < 0,
        pishi=event is not None and event.kind == EventKind.INSTRUCTION,
    )


def _without_item(entry: LedgerEntry) -> str:
    return entry.manual.get_kind_display() if entry.manual else "累计"


def _by_hand(entry: LedgerEntry, *, tells_who: bool) -> str:
    manual = entry.manual
    if manual is None:
        return ""
    return f"{manual.proposed_by}提出，{manual.decided_by}批准" if tells_who else "人工记分，经另一人批准"


def sum_words(entries: list[LedgerEntry]) -> str:
    """Return the sum of what counts as it is added up (5 + 2 + 15); nothing for a single line or a long row."""
    parts = [entry.points for entry in entries if entry.counted]
    if not 1 < len(parts) <= 8:
        return ""
    signs = [f" {'−' if part < 0 else '+'} {point_words(abs(part))}" for part in parts]
    return "".join(signs).removeprefix(" + ").strip()


def _item(entry: LedgerEntry, labels: Mapping[UUID, str], titles: Mapping[UUID, str]) -> str:
    if entry.item_uuid is None:
        return ""
    label = labels.get(entry.item_uuid, "")
    title = titles.get(entry.item_uuid, "")
    return f"{label}《{title}》" if title else label


def _issue(event: Event | None) -> str:
    if event is None or not event.bulletin:
        return ""
    return f"《{event.bulletin}》第 {event.issue_number} 期" if event.issue_number else f"《{event.bulletin}》"


def _why_not(entry: LedgerEntry, undone: Event | None) -> str:
    if undone is not None:
        return f"不计分：{zt_short(undone.occurred_on)} 已冲正"
    return f"不计分：{entry.clause}"
