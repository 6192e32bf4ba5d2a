"""The files of words in `search/data`: a line of words that belong together, blanks between, `#` before a remark."""

from collections.abc import Iterator
from pathlib import Path

_FOLDER = Path(__file__).parent / "data"


def lines_of(name: str) -> Iterator[list[str]]:
    """Yield the words of each line of a file that has any."""
    for line in (_FOLDER / name).read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            yield line.split()
