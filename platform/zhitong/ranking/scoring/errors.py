"""What is wrong with a rule set or an event: the sentences of each refusal."""

from collections.abc import Iterable
from typing import ClassVar

from zhitong.core.located import LocatedError, place_words
from zhitong.core.yaml_reader import YamlError


class ScoringError(LocatedError):
    """A refusal with its place."""

    words: ClassVar[dict[str, tuple[str, str]]] = {
        **YamlError.words,
        "not_json": ("not valid JSON: {problem}", "不是有效的 JSON：{problem}"),
        "unknown_field": (
            "unknown field {name!r}; allowed here: {allowed}",
            "未知字段“{name}”；此处可用：{allowed}",
        ),
        "unknown_word": (
            "{name}: unknown word {value!r}; allowed: {allowed}",
            "{name}：未知的词“{value}”；可用：{allowed}",
        ),
        "wrong_value": ("{name}: {value} is not allowed here: {problem}", "{name}：此处不能填“{value}”：{words}"),
        "wrong_date": ("{name}: {value!r} is not a date (YYYY-MM-DD)", "{name}：“{value}”不是日期（YYYY-MM-DD）"),
        "wrong_number": ("{name}: {value!r} is not an exact number", "{name}：“{value}”不是精确的数"),
        "float": (
            "{name}: binary floating point is refused, use Decimal",
            "{name}：不接受二进制浮点数，请用十进制",
        ),
        "wrong_text": ("{name}: {problem}", "{name}：{problem}"),
        "wrong_purpose": (
            "purpose {value!r} does not rank a {subject!r}; allowed: {allowed}",
            "purpose：“{value}”不以 {subject} 为对象；可用：{allowed}",
        ),
        "adds_nothing": (
            "{name!r}: the range {value!r} ends before it begins",
            "“{name}”：范围“{value}”的终止小于起始",
        ),
        "period": ("the validity ends before it begins", "有效期的终止早于起始"),
        "nth_without_count": (
            "{name!r}: lines with 'nth' need 'nth' on the table",
            "“{name}”：行内使用 nth 时，计分表须先写明 nth",
        ),
        "unknown_table": ("{name!r} names no table or step of this set", "“{name}”不是本办法中的计分表或台阶"),
        "duplicate_id": ("the event id {name!r} appears twice", "事件编号“{name}”重复"),
        "reverses_nothing": ("reverses an unknown event {name!r}", "所冲正的事件“{name}”不存在"),
        "reverses_itself": ("the reversal {name!r} reverses itself in a circle", "冲正事件“{name}”循环冲正自身"),
        "author_nowhere": (
            "the author {name!r} belongs to none of the contributors: give the item",
            "反映人“{name}”不属于任何供稿单位：请写明其稿件 item",
        ),
        "no_points": (
            "the rule {name!r} takes the event's own points, and it has none",
            "“{name}”按事件自带分值计，而事件没有分值",
        ),
    }


class RulesError(ScoringError):
    """A rule set that cannot be accepted. `faults` are all that is wrong with it, in the order of their lines."""

    @property
    def faults(self) -> "tuple[RulesError, ...]":
        """Every fault; a refusal that stands alone is its own."""
        return self._faults or (self,)

    _faults: "tuple[RulesError, ...]" = ()

    @classmethod
    def of(cls, faults: "Iterable[RulesError]") -> "RulesError":
        """Return one refusal for all faults (at least one): it reads as the first, and lists all."""
        ordered = sorted(faults, key=lambda fault: (fault.line, [str(part) for part in fault.path]))
        first = ordered[0]
        found = cls(first.code, first.line, **first.detail).at(first.path)
        found._faults = tuple(ordered)  # noqa: SLF001 # its own class
        return found

    @property
    def located(self) -> str:
        """The Chinese sentence with line and path: `第 9 行（tables[1].lines[1].points）：…`."""
        place = place_words(self.path)
        head = f"第 {self.line} 行"
        return self.message.replace(f"{head}：", f"{head}（{place}）：", 1) if self.line and place else self.message


class EventError(ScoringError):
    """An event that cannot be accepted."""
