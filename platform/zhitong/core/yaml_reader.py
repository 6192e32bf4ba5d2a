"""YAML as people write rules in it: plain values with their lines, exact numbers, no aliases, tags or double keys."""

import re
from decimal import Decimal
from typing import Any, ClassVar

import yaml

from zhitong.core.located import LocatedError, Path

MAX_BYTES = 1_000_000
MAX_DEPTH = 12

_INT = re.compile(r"[-+]?\d{1,9}", re.ASCII)
_DECIMAL = re.compile(r"[-+]?\d{1,9}\.\d{1,6}", re.ASCII)
# The C parser is forty times faster on a file of the largest size; the wheels of PyYAML carry it.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PLAIN = {"": None, "~": None, "null": None, "true": True, "false": False}


class YamlError(LocatedError):
    """A file that is no plain YAML document."""

    words: ClassVar[dict[str, tuple[str, str]]] = {
        "too_large": ("larger than {limit} bytes", "超过 {limit} 字节"),
        "not_utf8": ("not valid UTF-8 text", "不是有效的 UTF-8 文本"),
        "not_yaml": ("not valid YAML: {problem}", "不是有效的 YAML：{problem}"),
        "alias": ("anchors and aliases (& and *) are not allowed", "不允许使用锚点和别名（& 与 *）"),
        "tag": ("tags (!) are not allowed", "不允许使用标签（!）"),
        "too_deep": ("nested deeper than {limit} levels", "嵌套超过 {limit} 层"),
        "documents": ("exactly one YAML document is expected", "文件中应当只有一个 YAML 文档"),
        "duplicate_key": ("the key {name!r} appears twice", "键“{name}”重复出现"),
        "not_mapping": ("a mapping of fields is expected", "应为字段与值的对应表"),
        "missing_field": ("the field {name!r} is missing", "缺少字段“{name}”"),
    }


def read_yaml(text: str | bytes) -> tuple[Any, dict[Path, int]]:
    """Return the document and the line of each value by its path.

    Numbers come as int or Decimal, dates as text.

    Raises `YamlError` with the line for anything but one plain document of at most `MAX_BYTES`.
    """
    try:
        document = text if isinstance(text, str) else text.decode()
        size = len(document.encode())
    except UnicodeError:
        raise YamlError("not_utf8") from None
    if size > MAX_BYTES:
        raise YamlError("too_large", limit=MAX_BYTES)
    try:
        return _Builder(document).build()
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        # The C parser puts what is missing at the end on the line after the last.
        line = min(mark.line + 1, len(document.splitlines())) if mark else 0
        raise YamlError("not_yaml", line, problem=problem.problem or "?") from None
    except yaml.YAMLError as problem:
        line = document[: getattr(problem, "position", 0)].count("\n") + 1
        raise YamlError("not_yaml", line, problem=getattr(problem, "reason", "?")) from None


class _Builder:
    """Walks the parser's events, so that nothing is expanded before it has been checked."""

    def __init__(self, document: str) -> None:
        self._events = yaml.parse(document, Loader=_LOADER)
        self._lines: dict[Path, int] = {}

    def build(self) -> tuple[Any, dict[Path, int]]:
        next(self._events)  # the start of the stream
        first = next(self._events)
        if isinstance(first, yaml.StreamEndEvent):
            raise YamlError("documents", 1)
        value = self._value(next(self._events), ())
        next(self._events)  # the end of the document
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise YamlError("documents", _line_of(after))
        return value, self._lines

    def _value(self, event: yaml.Event, path: Path) -> Any:
        line = _line_of(event)
        self._lines[path] = line
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise YamlError("alias", line)
        if getattr(event, "tag", None):
            raise YamlError("tag", line)
        if len(path) > MAX_DEPTH:
            raise YamlError("too_deep", line, limit=MAX_DEPTH)
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path)
        return self._mapping(path)

    def _sequence(self, path: Path) -> list[Any]:
        found: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            found.append(self._value(event, (*path, len(found))))
        return found

    def _mapping(self, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._value(event, (*path, ""))
            line = _line_of(event)
            if not isinstance(event, yaml.ScalarEvent):
                raise YamlError("not_mapping", line)
            name = event.value
            if name in found:
                raise YamlError("duplicate_key", line, name=name)
            if key is None:
                raise YamlError("missing_field", line, name="?")
            found[name] = self._value(next(self._events), (*path, name))
            self._lines[(*path, name)] = line
        return found


def _line_of(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 0


def _scalar(event: yaml.ScalarEvent) -> str | int | Decimal | bool | None:
    text: str = event.value
    if event.style:
        return text
    if text in _PLAIN:
        return _PLAIN[text]
    if _INT.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text):
        return Decimal(text)
    return text
