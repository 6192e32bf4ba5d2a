"""The file of an old register into raw rows under our names."""

from collections.abc import Iterator
from pathlib import Path

from tenants.items.imports.columns import NAME_OF
from zhitong.core.tables import Layout, RawRow, WrongRow
from zhitong.core.tables import read_rows as read_table

_LAYOUT = Layout(
    names=NAME_OF,
    needed=frozenset({"title", "date"}),
    missing="没有找到表头：前 10 行里要有“标题”或“信息标题”，还要有“来稿时间”或“日期”。",
)


def read_rows(path: Path) -> Iterator[RawRow | WrongRow]:
    """Read a `.jsonl`, `.csv` or `.xlsx` file; blank lines are passed over.

    Raises:
        InvalidInput: the file is of another kind, cannot be read, or has no head with title and date.
    """
    with path.open("rb") as file:
        yield from read_table(file, path.name, _LAYOUT)
