"""The chains of DOMAIN §5 that a unit can start from, as data beside this file."""

import json
from dataclasses import dataclass
from importlib import resources
from typing import Any

DEFAULT = "research_chair"

# Posts the presets speak of: code -> name, in the order of a unit's list of posts.
POSTS: dict[str, str] = {
    "info_officer": "信息专员",
    "research": "研究室",
    "secretary": "秘书长",
    "vice_chair": "分管副主席",
    "chair": "主席",
}


@dataclass(frozen=True, slots=True)
class Preset:
    """A ready chain: its code, its Chinese name, its definition as JSON."""

    code: str
    name: str
    definition: dict[str, Any]


def codes() -> list[str]:
    """Return the codes of all presets."""
    return sorted(
        entry.name.removesuffix(".json")
        for entry in resources.files(__name__).iterdir()
        if entry.name.endswith(".json")
    )


def load(code: str) -> Preset:
    """Return one preset.

    Raises:
        LookupError: there is none of that code.
    """
    if code not in codes():
        raise LookupError(f"no preset {code!r}; there are: {', '.join(codes())}")
    data = json.loads(resources.files(__name__).joinpath(f"{code}.json").read_text(encoding="utf-8"))
    return Preset(code, data["name"], data["definition"])
