"""The way of a report on paper: every place with what happened there, and what is awaited."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from zhitong.core import clock
from zhitong.core.workdays import Calendar
from zhitong.documents.pdf import render_pdf
from zhitong.documents.word import WordFile
from zhitong.exchange.journeys import Journey
from zhitong.exchange.journeys.telling import step_of
from zhitong.web.parts import JourneyStep

NOTHING = "没有在等的。"
_TITLE = "去向单"
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class JourneySheet:
    """What is printed: facts, the way line by line, what is awaited, and who printed it when."""

    title: str
    facts: Sequence[Pair]
    lines: Sequence[tuple[str, Sequence[JourneyStep]]]
    awaited: Sequence[tuple[str, str, str, str, str]]
    reader: str
    printed_at: str

    @property
    def mark(self) -> str:
        """What stands over every page."""
        return f"{self.reader} {self.printed_at}"


def sheet_of_journey(
    way: Journey, calendar: Calendar, *, title: str, signed_by: str, score: str, reader: str
) -> JourneySheet:
    """Return the print of a way as its reader may see it.

    Args:
        title: of the report; the network does not know it.
        score: what it earned, in words; empty without.
    """
    summary = way.summary
    branches = way.branches
    facts = [
        ("标题", title),
        ("编号", way.fact.number_label),
        ("反映人", signed_by),
        ("提交时间", f"{way.fact.submitted_at.astimezone(clock.SHANGHAI):%Y-%m-%d %H:%M}"),
        ("采用", f"{len(summary.adopted)} 处{f'，最高{summary.highest}' if summary.adopted else ''}"),
        ("批示", f"{len(summary.instructions)} 件"),
        ("得分", score),
    ]
    return JourneySheet(
        title=_TITLE,
        facts=[fact for fact in facts if fact[1]],
        lines=[
            (
                f"{branch.title}（{branch.root.name}）" if len(branches) > 1 else "各级经过",
                [step_of(stop, way.insider_of, indent=indent) for stop, indent in branch.stops],
            )
            for branch in branches
        ],
        awaited=[
            (
                one.stop.name,
                one.what,
                one.since,
                f"{one.days} 个工作日" if one.days else "",
                one.due.word if one.due else one.watched_by,
            )
            for one in way.awaited(calendar)
        ],
        reader=reader,
        printed_at=f"{clock.now().astimezone(clock.SHANGHAI):%Y-%m-%d %H:%M}",
    )


def pdf_of_journey(sheet: JourneySheet) -> bytes:
    """Return the print as PDF."""
    first, *rest = sheet.facts
    pairs = list(zip_longest(rest[::2], rest[1::2], fillvalue=("", "")))
    return render_pdf(
        "desk/prints/journey.html",
        {"sheet": sheet, "first": first, "pairs": pairs, "nothing": NOTHING},
        mark=sheet.mark,
    )


def docx_of_journey(sheet: JourneySheet) -> bytes:
    """Return the print as Word file."""
    file = WordFile(sheet.title, mark=sheet.mark)
    file.table(sheet.facts, [1, 5], head=False, labels=[0])
    for name, steps in sheet.lines:
        file.heading(name)
        rows = [
            (
                f"{step.unit}{''.join(f'（{tag.word}）' for tag in step.tags)}",
                step.state.word,
                "\n".join(_said(step)),
            )
            for step in steps
        ]
        file.table([("单位", "结果", "经过"), *rows], [4, 3, 8])
    file.heading("在等")
    if sheet.awaited:
        file.table([("等谁", "等什么", "从何时", "已等", "时限或谁来盯"), *sheet.awaited], [4, 3, 5, 3, 4])
    else:
        file.line(NOTHING)
    file.line(f"{sheet.reader} 于 {sheet.printed_at} 打印。内参资料，注意保管。", small=True)
    return file.content()


def _said(step: JourneyStep) -> list[str]:
    """Return the lines of one place; what was undone says so, for paper strikes nothing out in Word's tables."""
    said = []
    for event in step.events:
        words = f"{event.when} {event.what}{'（已冲正）' if event.undone else ''}"
        said.append("，".join(part for part in (words, event.detail, event.quote, event.hidden) if part))
    return [*said, *([step.next] if step.next else [])]
