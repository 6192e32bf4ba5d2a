"""A dossier on paper: the year in figures, the list of duties, the items, the points, the honours."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tenants.duties import words
from tenants.duties.models import DutyRecord
from tenants.duties.queries.dossiers import Dossier, DutyState, Report
from zhitong.core import clock
from zhitong.documents.pdf import render_pdf
from zhitong.documents.word import WordFile
from zhitong.ranking.words import outcome
from zhitong.units.models import Unit
from zhitong.web.templatetags.zt import points as point_words

NOTHING = "没有。"
Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DossierSheet:
    """What is printed, in cells; every table is without its head."""

    title: str
    pairs: Sequence[tuple[str, str, str, str]]
    duties: Sequence[Row]
    reports: Sequence[Row]
    points: Sequence[Row]
    total: str
    rules: str
    awards: Sequence[Row]
    unit: str
    reader: str
    printed_at: str

    @property
    def mark(self) -> str:
        """What stands over every page."""
        return f"{self.reader} {self.printed_at}"


DUTY_HEAD = ("清单", "内容", "要求", "已有", "完成")
REPORT_HEAD = ("序号", "来稿", "标题", "结果")
POINT_HEAD = ("日期", "事由", "算式", "分")
AWARD_HEAD = ("荣誉", "名单", "审定")


def sheet_of(found: Dossier, *, unit: Unit, reader: str, with_titles: bool) -> DossierSheet:
    """Return the print of a dossier.

    Args:
        with_titles: whether the reader may read the titles of the items; else their numbers stand there.
    """
    user, counts, year = found.year.user, found.year.counts, found.period.year
    points = "" if found.year.points is None else f"{point_words(found.year.points)} 分"
    return DossierSheet(
        title=f"{unit.short_name}委员履职档案" if user.member_kind == "member" else f"{unit.short_name}履职档案",
        pairs=[
            ("姓名", user.name, "年度", f"{year} 年"),
            ("身份", user.get_member_kind_display(), "界别与组织", "、".join(_circles(user))),
            ("党派", user.party, "职务", user.duty),
            ("提交信息", f"{counts.received} 篇", "本级采用", f"{counts.adopted} 篇"),
            ("上级采用", f"{counts.higher} 篇", "批示", f"{counts.instructions} 篇"),
            ("应约稿", f"{found.year.calls} 次", "得分", points or "没有个人计分规则"),
        ],
        duties=[_duty(one) for one in found.year.duties],
        reports=[_report(number, one, with_titles) for number, one in enumerate(found.reports, 1)],
        points=[
            (
                f"{line.counted_on:%m-%d}",
                outcome(line.event) if line.event else line.rule,
                line.arithmetic,
                point_words(line.points) if line.counted else f"不计：{line.clause}",
            )
            for line in found.lines
        ],
        total=points,
        rules=f"{found.rules.owner.short_name}《{found.rules.name}》" if found.rules else "",
        awards=[
            (
                f"{entry.award_list.get_kind_display()}{f'：{entry.name}' if entry.award_list.kind == 'item' else ''}",
                entry.award_list.title,
                f"{entry.award_list.decided_at:%Y-%m-%d}",
            )
            for entry in found.awards
        ],
        unit=unit.name,
        reader=reader,
        printed_at=f"{clock.now().astimezone(clock.SHANGHAI):%Y-%m-%d %H:%M}",
    )


def pdf_of(sheet: DossierSheet) -> bytes:
    """Return the print as PDF."""
    parts = [
        ("履职清单", DUTY_HEAD, sheet.duties, ("c1", "", "c1", "c1", "c1")),
        ("信息", REPORT_HEAD, sheet.reports, ("c6", "c1", "", "c4")),
        ("得分", POINT_HEAD, sheet.points, ("c6", "c4", "", "c1")),
        ("荣誉", AWARD_HEAD, sheet.awards, ("", "c4", "c3")),
    ]
    context = {"sheet": sheet, "parts": parts, "nothing": NOTHING}
    return render_pdf("duties/prints/dossier.html", context, mark=sheet.mark)


def docx_of(sheet: DossierSheet) -> bytes:
    """Return the print as Word file."""
    file = WordFile(sheet.title, mark=sheet.mark)
    file.table(sheet.pairs, [2, 4, 2, 4], head=False, labels=[0, 2])
    for name, head, rows, widths in (
        ("履职清单", DUTY_HEAD, sheet.duties, [3, 6, 2, 2, 2]),
        ("信息", REPORT_HEAD, sheet.reports, [1, 2, 8, 4]),
        ("得分", POINT_HEAD, sheet.points, [2, 4, 7, 2]),
        ("荣誉", AWARD_HEAD, sheet.awards, [6, 5, 3]),
    ):
        file.heading(name)
        if rows:
            file.table([head, *rows], widths)
        else:
            file.line(NOTHING)
    if sheet.rules:
        file.line(f"得分按{sheet.rules}，合计 {sheet.total}。", small=True)
    file.line(f"{sheet.reader} 于 {sheet.printed_at} 打印。内参资料，注意保管。", small=True)
    return file.content()


FILES: dict[str, Callable[[DossierSheet], bytes]] = {"pdf": pdf_of, "docx": docx_of}


def _circles(user: object) -> list[str]:
    return [group.name for group in user.circles.all()]  # type: ignore[attr-defined]


def _duty(one: DutyState) -> Row:
    waiting = sum(record.state == DutyRecord.State.ENTERED for record in one.records)
    state = "已完成" if one.is_met else f"未完成{f'，{waiting} 条待确认' if waiting else ''}"
    return (one.duty.heading, one.duty.name, str(one.duty.number), point_words(one.done), state)


def _report(number: int, one: Report, with_titles: bool) -> Row:  # noqa: FBT001 - one of two looks
    said = "、".join(tag.word for tag in words.outcome_tags(one.what)) or "还没有结果"
    title = one.title if with_titles and one.title else one.fact.number_label
    return (str(number), f"{one.fact.submitted_on:%m-%d}", title, said)
