"""A flow as a file: written so that `reading.read_file` gives back the same name and definition."""

from typing import Any

import yaml

# In the order a reader asks: what, who, how many, how long, and then where to.
_ORDER = (
    "name", "definition", "ask_once", "steps", "key", "kind", "posts", "who", "post", "username", "group_kind", "among",
    "mode", "n", "percent", "collator", "limit_days", "limit_hours", "remind_hours", "on_late", "late_to", "on_empty",
    "checklist", "may", "asks_destination", "asks_difficulty", "verifying_pauses", "cc", "field", "in", "not_in", "to",
    "when", "next",
)  # fmt: skip
_RANK = {name: place for place, name in enumerate(_ORDER)}
_STEP_FIRST = ("key", "name", "kind")


def write_file(name: str, definition: Any) -> bytes:
    """Return a flow file (YAML, UTF-8) with the flow's name and its checked definition."""
    data = _ordered({"name": name, "definition": definition})
    text: str = yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=120)
    return text.encode()


class _Dumper(yaml.SafeDumper):
    """Writes lists indented under their name, and never points from one place to another."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: FBT001, FBT002 - PyYAML's
        """Indent lists too."""
        super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, _data: Any) -> bool:
        """Write every value where it stands: a reader refuses aliases."""
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    # YAML takes 08 for a text, its readers for a number: in quotes nobody doubts.
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="'" if text.isdecimal() else None)


_Dumper.add_representer(str, _text)


def _ordered(value: Any) -> Any:
    if isinstance(value, list):
        return [_ordered(one) for one in value]
    if not isinstance(value, dict):
        return value
    first = {name: place for place, name in enumerate(_STEP_FIRST)} if "key" in value else {}
    names = sorted(value, key=lambda name: (first.get(name, 3), _RANK.get(name, len(_RANK)), name))
    return {name: _ordered(value[name]) for name in names}
