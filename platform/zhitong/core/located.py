"""What is wrong with a file, where, and why: a code, an English and a Chinese sentence, and the line."""

from typing import ClassVar, Self

Path = tuple[str | int, ...]
"""The way to a value in a document: names of fields and places in lists, from the outermost in."""


class LocatedError(ValueError):
    """A refusal with its place.

    `code` is stable, `line` counts from 1 (0: no text), `path` leads to the value, `reason` is English, `message` is
    Chinese and begins with the line.
    """

    words: ClassVar[dict[str, tuple[str, str]]] = {}

    def __init__(self, code: str, line: int = 0, **detail: object) -> None:
        english, chinese = self.words[code]
        self.code = code
        self.line = line
        self.path: Path = ()
        self.detail = detail
        self.reason = english.format(**detail)
        where = f"第 {line} 行：" if line else ""
        self.message = where + chinese.format(**detail)
        super().__init__(f"line {line}: {self.reason}" if line else self.reason)

    def at(self, path: Path) -> Self:
        """Note the way to what is wrong; return the refusal itself."""
        self.path = path
        return self


def line_at(lines: dict[Path, int], path: Path) -> int:
    """Return the line of a value, or of the nearest thing around it that has one."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def place_words(path: Path) -> str:
    """Return a path as people write it: `tables[2].lines[1].points`, counted from 1."""
    words = ""
    for part in path:
        words += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return words.removeprefix(".")
