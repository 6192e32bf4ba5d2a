"""The text of a circular as it is first drafted from its figures, in the words that committees use; and its titles.

Everything it says is a figure or a name of the tables; what is asked of the units at the end is the clerk's to change.
"""

from collections.abc import Sequence

from tenants.circulars.tables import Figures, Row, Table
from tenants.items.texts import Texts
from zhitong.ranking.periods import Period

_NAMED = 8  # names in one sentence; the others stand in the table
_FIRST = 3  # places that the text names
_CORRECTED = "（更正版）"
# What the circular of a period is called; the yearly one is the assessment.
KINDS = {"month": "月小结", "quarter": "季通报", "half": "半年通报", "year": "年考评"}


def title_of(when: Period, *, corrected: bool = False) -> str:
    """Return the title: 关于 2026 年 3 月社情民意信息报送采用情况的通报."""
    words = when.words.replace(" ", "")
    subject = f"{words}度社情民意信息工作考评" if when.kind == "year" else f"{words}社情民意信息报送采用"
    return f"关于{subject}情况的通报{_CORRECTED if corrected else ''}"


def draft(figures: Figures, when: Period) -> Texts:
    """Return title and the three sections: how it stands, what stands out, what is asked next."""
    return Texts(title_of(when), _overview(figures), _remarkable(figures), _asked(figures))


def _overview(figures: Figures) -> str:
    own = figures.own
    first = f"{figures.words.replace(' ', '')}，{figures.unit}共收到社情民意信息{own.received}篇，采用{own.adopted}篇"
    parts = [first + (f"，采用率{own.rate}" if own.received else "")]
    if own.sent:
        parts.append(f"向上报送{own.sent}篇，被上级采用{own.higher}篇")
    if own.instructions:
        parts.append(f"获领导批示{own.instructions}件")
    return "\n".join(["，".join(parts) + "。", *(_group(table) for table in figures.tables if table.rows)])


def _group(table: Table) -> str:
    total = table.total
    words = f"{table.name}{len(table.rows)}个，共收到{total.received}篇，采用{total.adopted}篇"
    words += f"（采用率{total.rate}）" if total.received else ""
    if table.is_ranked:
        words += f"，报送{total.sent}篇，被上级采用{total.higher}篇"
    if total.instructions:
        words += f"，获批示{total.instructions}件"
    return words + "。"


def _remarkable(figures: Figures) -> str:
    lines = [line for table in figures.tables if table.is_ranked for line in _of_table(table, figures.before)]
    silent = [_names("零报送", table, table.silent) for table in figures.tables]
    unheard = [_names("零采用", table, table.unheard) for table in figures.tables]
    return "\n".join([*lines, *(line for line in (*silent, *unheard) if line)])


def _of_table(table: Table, before: str) -> list[str]:
    scored = [row for row in table.rows if row.points and 0 < row.rank <= _FIRST]
    lines = []
    if scored:
        named = "、".join(f"{row.name}（{row.words}分）" for row in scored)
        lines.append(f"{table.name}中，得分居前的是{named}。")
    risen = _risen(table.rows)
    if risen:
        named = "、".join(f"{row.name}上升{row.before - row.rank}位" for row in risen if row.before)
        lines.append(f"与{before.replace(' ', '')}相比，{named}。")
    return lines


def _risen(rows: Sequence[Row]) -> list[Row]:
    risen = [row for row in rows if row.before and row.rank and row.points and row.before > row.rank]
    return sorted(risen, key=lambda row: row.rank - (row.before or 0))[:_FIRST]


def _names(what: str, table: Table, names: Sequence[str]) -> str:
    if not names:
        return ""
    shown = "、".join(names[:_NAMED])
    more = f"等{len(names)}个，名单见附表" if len(names) > _NAMED else ""
    return f"{table.name}{what}：{shown}{more}。"


def _asked(figures: Figures) -> str:
    asked = "请各单位对照附表核对本单位的数字，如有出入请及时提出。要坚持一事一报，既重数量更重质量，提高采用率。"
    if any(table.silent or table.unheard for table in figures.tables):
        asked += "零报送、零采用的单位要查找原因，尽快改进。"
    return asked
