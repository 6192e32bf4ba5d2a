"""What is wrong with a rule set or an event, where, and why: a code, an English and a Chinese sentence."""

_WORDS: dict[str, tuple[str, str]] = {
    "too_large": ("larger than {limit} bytes", "超过 {limit} 字节"),
    "not_utf8": ("not valid UTF-8 text", "不是有效的 UTF-8 文本"),
    "not_yaml": ("not valid YAML: {problem}", "不是有效的 YAML:{problem}"),
    "not_json": ("not valid JSON: {problem}", "不是有效的 JSON:{problem}"),
    "alias": ("anchors and aliases (& and *) are not allowed", "不允许使用锚点和别名(& 与 *)"),
    "tag": ("tags (!) are not allowed", "不允许使用标签(!)"),
    "too_deep": ("nested deeper than {limit} levels", "嵌套超过 {limit} 层"),
    "documents": ("exactly one YAML document is expected", "文件中应当只有一个 YAML 文档"),
    "duplicate_key": ("the key {name!r} appears twice", "键“{name}”重复出现"),
    "not_mapping": ("a mapping of fields is expected", "应为字段与值的对应表"),
    "unknown_field": (
        "unknown field {name!r}; allowed here: {allowed}",
        "未知字段“{name}”;此处可用:{allowed}",
    ),
    "missing_field": ("the field {name!r} is missing", "缺少字段“{name}”"),
    "unknown_word": (
        "{name}: unknown word {value!r}; allowed: {allowed}",
        "{name}:未知的词“{value}”;可用:{allowed}",
    ),
    "wrong_value": ("{name}: {value} is not allowed here: {problem}", "{name}:此处不能填 {value}:{problem}"),
    "wrong_date": ("{name}: {value!r} is not a date (YYYY-MM-DD)", "{name}:“{value}”不是日期(YYYY-MM-DD)"),
    "wrong_number": ("{name}: {value!r} is not an exact number", "{name}:“{value}”不是精确的数"),
    "float": (
        "{name}: binary floating point is refused, use Decimal",
        "{name}:不接受二进制浮点数,请用十进制",
    ),
    "wrong_text": ("{name}: {problem}", "{name}:{problem}"),
    "period": ("the validity ends before it begins", "有效期的终止早于起始"),
    "nth_without_count": (
        "{name!r}: lines with 'nth' need 'nth' on the table",
        "“{name}”:行内使用 nth 时,计分表须先写明 nth",
    ),
    "unknown_table": ("{name!r} names no table or step of this set", "“{name}”不是本办法中的计分表或台阶"),
    "duplicate_id": ("the event id {name!r} appears twice", "事件编号“{name}”重复"),
    "reverses_nothing": ("reverses an unknown event {name!r}", "所冲正的事件“{name}”不存在"),
    "reverses_itself": ("the reversal {name!r} reverses itself in a circle", "冲正事件“{name}”循环冲正自身"),
    "author_nowhere": (
        "the author {name!r} belongs to none of the contributors: give the item",
        "反映人“{name}”不属于任何供稿单位:请写明其稿件 item",
    ),
    "no_points": (
        "the rule {name!r} takes the event's own points, and it has none",
        "“{name}”按事件自带分值计,而事件没有分值",
    ),
}


class ScoringError(ValueError):
    """A refusal with its place.

    `code` is stable, `line` counts from 1 (0: no text), `reason` is English, `message` is Chinese.
    """

    def __init__(self, code: str, line: int = 0, **detail: object) -> None:
        english, chinese = _WORDS[code]
        self.code = code
        self.line = line
        self.detail = detail
        self.reason = english.format(**detail)
        where = f"第 {line} 行:" if line else ""
        self.message = where + chinese.format(**detail)
        super().__init__(f"line {line}: {self.reason}" if line else self.reason)


class RulesError(ScoringError):
    """A rule set that cannot be accepted."""


class EventError(ScoringError):
    """An event that cannot be accepted."""
