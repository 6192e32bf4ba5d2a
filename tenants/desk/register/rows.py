"""The rows of the register in words: for the table, the workbook and the print alike."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from tenants.desk.models import RegisterLine
from tenants.desk.register.operations import NAMES
from tenants.desk.register.selecting import late_since, levels_above
from tenants.items.models import Item, State
from tenants.items.queries import author_names, number_label
from zhitong.core import glossary
from zhitong.exchange.models import Dispatch, Event, EventKind, MergePart, Visibility
from zhitong.exchange.words import leader_words
from zhitong.units.models import Unit
from zhitong.web import parts
from zhitong.web.templatetags.zt import authors as authors_words
from zhitong.web.templatetags.zt import zt_due, zt_short

STEPS = ("报送", "签收", "采用", "批示", "答复")
HEADS = (
    "编号", "信息标题", "报送单位", "反映人", "牵头副秘书长", "联系委室", "专人", "报往", "阶段", "下一时限", "批示",
    "答复", "下次查询",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stage:
    """How many of the five steps are done, in a word; `is_over` when it ended before an adoption."""

    done: int
    word: str
    is_over: bool = False

    @property
    def boxes(self) -> list[tuple[int, str]]:
        """Left edge and look of the five boxes."""
        return [
            (n * 11, "no" if self.is_over and n == self.done else "on" if n < self.done else "")
            for n in range(len(STEPS))
        ]


@dataclass(frozen=True, slots=True)
class NameCell:
    """A cell that can be written in: the field, its head, what stands there, and the list of names to choose from."""

    name: str
    label: str
    value: str
    list: str


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One item of the register. `line` holds who answers for it, None where nobody was named."""

    item: Item
    number: str
    from_unit: str
    authors: str
    line: RegisterLine | None
    to: Sequence[str]
    stage: Stage
    due: parts.State | None
    instruction: str
    reply: str

    @property
    def version(self) -> int:
        """What the line was read at; 0 where nobody was named."""
        return self.line.version if self.line else 0

    @property
    def cells(self) -> list[NameCell]:
        """The cells that say who answers."""
        return [
            NameCell(
                name,
                label,
                getattr(self.line, name) if self.line else "",
                "register-committees" if name == "linking" else "register-people",
            )
            for name, label in NAMES.items()
        ]

    @property
    def check_on(self) -> date | None:
        """The day on which the office means to ask again."""
        return self.line.check_on if self.line else None

    def texts(self) -> list[str]:
        """Return the row as texts under `HEADS`."""
        line = self.line
        return [
            self.number, str(self.item), self.from_unit, self.authors, line.leader if line else "",
            line.linking if line else "", line.person if line else "", "、".join(self.to), self.stage.word,
            self.due.word if self.due else "", self.instruction, self.reply,
            f"{self.check_on:%Y-%m-%d}" if self.check_on else "",
        ]  # fmt: skip


def rows_of(unit: Unit, items: Sequence[Item]) -> list[RegisterRow]:
    """Return items of the register as rows, by three queries however many they are."""
    sent = _sendings(unit, items)
    told = _events(unit, items)
    return [_row(unit, item, sent[item.uuid], told[item.pk]) for item in items]


def _sendings(unit: Unit, items: Sequence[Item]) -> dict[UUID, list[Dispatch]]:
    found: dict[UUID, list[Dispatch]] = defaultdict(list)
    out = Dispatch.objects.filter(sender_id=unit.pk, item_uuid__in=[item.uuid for item in items])
    for dispatch in out.exclude(state=Dispatch.State.RECALLED).select_related("receiver", "body").order_by("id"):
        found[dispatch.item_uuid].append(dispatch)
    return found


def _events(unit: Unit, items: Sequence[Item]) -> dict[int, list[Event]]:
    """Return the standing instructions and answers of each item's line, and of what it was merged into."""
    lines: dict[int, list[int]] = defaultdict(list)
    for item in items:
        lines[item.matter_id].append(item.pk)  # type: ignore[attr-defined]
    merged = MergePart.objects.filter(
        source_matter_id__in=list(lines), ended_at__isnull=True, withdrawal__isnull=True
    ).values_list("source_matter_id", "matter_id")
    for source, into in list(merged):
        lines[into] = lines[into] + [pk for pk in lines[source] if pk not in lines[into]]
    events = (
        Event.objects.filter(matter_id__in=list(lines), kind__in=[EventKind.INSTRUCTION, EventKind.REPLIED])
        .filter(level__in=levels_above(unit), reverses__isnull=True, reversed_by__isnull=True)
        .select_related("unit", "body")
        .order_by("id")
    )
    found: dict[int, list[Event]] = defaultdict(list)
    for event in events:
        for pk in lines[event.matter_id]:
            found[pk].append(event)
    return found


def _row(unit: Unit, item: Item, sent: Sequence[Dispatch], told: Sequence[Event]) -> RegisterRow:
    instructions = [event for event in told if event.kind == EventKind.INSTRUCTION]
    replies = [event for event in told if event.kind == EventKind.REPLIED]
    limits = [due for one in sent if (due := late_since(one))]
    return RegisterRow(
        item=item,
        number=number_label(item, unit.mark),
        from_unit=item.from_unit or unit.short_name,
        authors=authors_words(author_names(item)),
        line=getattr(item, "register_line", None),
        to=list(dict.fromkeys(one.receiver_name for one in sent)),
        stage=_stage(item, sent, instructions, replies),
        due=zt_due(min(limits)) if limits else None,
        instruction="、".join(dict.fromkeys(_leader(event, unit) for event in instructions)),
        reply=f"{(replies[-1].body or replies[-1].unit).short_name} {zt_short(replies[-1].occurred_on)}"
        if replies
        else "",
    )


def _leader(event: Event, unit: Unit) -> str:
    is_open = event.visibility == Visibility.FULL or event.unit_id == unit.pk
    return event.leader if is_open and event.leader else leader_words(event.leader_rank)


def _stage(item: Item, sent: Sequence[Dispatch], instructions: Sequence[Event], replies: Sequence[Event]) -> Stage:
    if replies:
        return Stage(5, "已答复")
    if instructions:
        return Stage(4, "有批示")
    if item.adopted_there or (not sent and item.state == State.APPROVED):  # type: ignore[attr-defined]
        return Stage(3, glossary.ADOPTED)
    if not sent:  # received, and not sent on yet
        is_over = item.state in {State.KEPT, State.DECLINED}
        return Stage(2, item.get_state_display(), is_over=is_over)
    last = max(sent, key=lambda one: (one.state in _STILL, one.pk))
    word = (
        glossary.AWAITING_FEEDBACK if last.body_id and last.state == Dispatch.State.SENT else last.get_state_display()
    )
    taken = item.taken_there  # type: ignore[attr-defined]
    return Stage(2 if taken else 1, word, is_over=last.state not in _STILL)


_STILL = {Dispatch.State.SENT, Dispatch.State.RECEIVED, Dispatch.State.ACCEPTED}
