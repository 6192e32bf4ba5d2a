"""What the pages of circulars share: how one stands, its tables as drawn, its notices."""

from collections.abc import Sequence

from django.urls import reverse

from tenants.circulars import queries
from tenants.circulars.body import edition_words, number_words
from tenants.circulars.models import Circular
from tenants.circulars.tables import Figures, Table
from tenants.items.models import State as ItemState
from zhitong.core import glossary
from zhitong.web.parts import Cell, State, TableColumn, TableRow

_STATES = {
    ItemState.DRAFT: State("起草中", "now"),
    ItemState.IN_REVIEW: State("审签中", "now"),
    ItemState.RETURNED: State(glossary.TO_REVISE, "soon"),
    ItemState.APPROVED: State("已签发，待下发", "soon"),
    ItemState.KEPT: State("没有签发", "off"),
    ItemState.DECLINED: State("没有签发", "off"),
    ItemState.WITHDRAWN: State(glossary.WITHDRAWN, "off"),
}


def state_of(circular: Circular, *, replaced: bool) -> State:
    """Return how a circular stands, in one word."""
    if circular.is_published:
        return State("已更正", "off") if replaced else State("已下发", "ok")
    return _STATES[ItemState(circular.item.state)]


def row_of(circular: Circular, mark: str, *, replaced: bool) -> TableRow:
    """Return a circular as a row of the list."""
    url = reverse("circulars:circular", args=[circular.uuid])
    drafter = circular.item.created_by
    return TableRow(
        [
            Cell(str(circular.item), url=url, look="t"),
            Cell(number_words(circular, mark) or edition_words(circular).strip("（）") or "未编号"),
            Cell(state=state_of(circular, replaced=replaced)),
            Cell(f"数据截至 {Figures.of_json(circular.figures).as_of}"),
            Cell(drafter.name if drafter else ""),
        ],
        name=str(circular.item),
        url=url,
    )


def columns_of(table: Table) -> list[TableColumn]:
    """Return the columns of a table of figures."""
    words = {"单位", "名称", "升降"}
    return [TableColumn(head, number=head not in words) for head in table.heads]


def drawn(table: Table) -> list[list[tuple[str, str, str]]]:
    """Return the rows in words, the sums at the end: of each cell its head, how it is set, and the words."""
    looks = {"单位": "t", "名称": "t", "升降": ""}
    rows = [*(table.texts(row) for row in table.rows), table.texts(table.total)]
    return [
        [(head, looks.get(head, "num"), words) for head, words in zip(table.heads, row, strict=True)] for row in rows
    ]


def named(table: Table) -> list[tuple[str, Sequence[str]]]:
    """Return who sent nothing and of whom nothing was adopted, where there is somebody."""
    return [(word, names) for word, names in (("零报送", table.silent), ("零采用", table.unheard)) if names]


def replaced(circulars: Sequence[Circular]) -> set[int]:
    """Return which of these have given way to a corrected edition, by key."""
    rows = Circular.objects.filter(replaces__in=[one.pk for one in circulars], published_at__isnull=False)
    return {pk for pk in rows.values_list("replaces", flat=True) if pk}


def standing(circular: Circular) -> State:
    """Return how one circular stands."""
    return state_of(circular, replaced=queries.correction_of(circular) is not None)
