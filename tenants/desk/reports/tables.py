"""The tables of a yearly summary, from the one place of numbers: the whole year, by month, by what the items are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tenants.desk.reports.paragraph import YearFigures, paragraph_of, year_figures
from tenants.items.models import Source, SubmitterKind
from zhitong.core import clock
from zhitong.ranking import figures
from zhitong.ranking.counting import Counts
from zhitong.ranking.figures import Dimension
from zhitong.ranking.periods import Period
from zhitong.ranking.words import rate_words
from zhitong.units.models import LEVEL_ORDER, Level, Unit

Value = str | int
_HEADS = ("收稿", "本级采用", "采用率", "报送", "上级采用", "批示")
_MOST = 30  # rows of a table by circle or category; the others together
_BY: Sequence[tuple[Dimension, str, Mapping[str, str]]] = (
    (Dimension.SUBMITTER_KIND, "反映主体", {value: str(label) for value, label in SubmitterKind.choices}),
    (Dimension.CATEGORY, "类别", {}),
    (Dimension.SOURCE, "来源", {value: str(label) for value, label in Source.choices}),
    (Dimension.GROUP, "界别和单位", {}),
)


@dataclass(frozen=True, slots=True)
class YearTable:
    """One table: its name, heads, and rows; the first column is words, the others figures where they are numbers."""

    name: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Value]]


@dataclass(frozen=True, slots=True)
class YearReport:
    """A yearly summary: its paragraph, its tables, and as of when it was counted."""

    unit: str
    year: int
    paragraph: str
    tables: Sequence[YearTable]
    as_of: str

    @property
    def title(self) -> str:
        """The title, as committees publish it."""
        return f"{self.unit}{self.year}年度社情民意信息工作总结"


def year_report(unit: Unit, year: int) -> YearReport:
    """Return the summary of a unit's year. The unit must be in force: titles are its own."""
    this, when = year_figures(unit, year), Period.of_year(year)
    total = figures.total(when, [unit.pk])
    tables = [_whole(unit, total), _months(unit, when)]
    tables += [_by(unit, when, by, name, words) for by, name, words in _BY]
    return YearReport(
        unit=unit.short_name,
        year=year,
        paragraph=paragraph_of(unit, year, this),
        tables=[table for table in [*tables, _honours(this)] if table.rows],
        as_of=f"{clock.now().astimezone(clock.SHANGHAI):%Y-%m-%d %H:%M}",
    )


def _whole(unit: Unit, total: Counts) -> YearTable:
    counted = [("收稿", total.received), ("本级采用", total.adopted), ("报送", total.sent)]
    above = ((Level.CITY, "市级采用"), (Level.PROVINCE, "省级采用"), (Level.NATIONAL, "全国采用"))
    height = LEVEL_ORDER.index(Level(unit.level))
    counted += [(name, getattr(total, f"higher_{level}")) for level, name in above if LEVEL_ORDER.index(level) > height]
    counted.append(("批示", total.instructions))
    rows: list[list[Value]] = [[name, number, rate_words(number, total.received)] for name, number in counted]
    return YearTable("总体情况", ("项目", "篇数", "占收稿"), rows if total.received else [])


def _months(unit: Unit, when: Period) -> YearTable:
    found = figures.breakdown(when, [unit.pk], Dimension.MONTH)
    rows = [_row(f"{int(month[-2:])} 月", counts) for month, counts in sorted(found.items())]
    return YearTable("各月情况", ("月份", *_HEADS), rows)


def _by(unit: Unit, when: Period, by: Dimension, name: str, words: Mapping[str, str]) -> YearTable:
    found = figures.breakdown(when, [unit.pk], by)
    ordered = sorted(found.items(), key=lambda one: (-one[1].received, -one[1].adopted, one[0]))
    rows = [_row(words.get(key, key) or "未写明", counts) for key, counts in ordered[:_MOST]]
    if len(ordered) > _MOST:
        others = figures.sum_of([counts for _, counts in ordered[_MOST:]])
        rows.append(_row(f"其他 {len(ordered) - _MOST} 个", others))
    return YearTable(f"按{name}", (name, *_HEADS), rows)


def _row(name: str, counts: Counts) -> list[Value]:
    rate = rate_words(counts.adopted, counts.received)
    return [name, counts.received, counts.adopted, rate, counts.sent, counts.higher, counts.instructions]


def _honours(this: YearFigures) -> YearTable:
    rows = [[honour.title, honour.author, honour.by] for honour in this.honours]
    return YearTable("省级以上采用的信息", ("标题", "反映人", "采用情况"), rows)
