"""The eight chains of DOMAIN §5 that a unit can start from, as data beside this file."""

import json
from dataclasses import dataclass
from importlib import resources
from typing import Any

DEFAULT = "research_chair"

# The posts that every unit starts with: code -> name, in the order of its list of posts.
UNIT_POSTS: dict[str, str] = {
    "info_officer": "信息专员",
    "research": "研究室",
    "secretary": "秘书长",
    "vice_chair": "分管副主席",
    "chair": "主席",
}
# All posts the presets speak of; those a unit lacks are made when it picks a preset.
POSTS: dict[str, str] = {
    **UNIT_POSTS,
    "proposal_head": "提案委主任",
    "deputy_secretary": "分管文稿副秘书长",
    "info_head": "信息处长",
    "office": "机关职能处",
    "chief": "主委",
}
# In the order of DOMAIN §5.
ORDER = (
    "research_chair",
    "simple",
    "proposal_committee",
    "four_levels",
    "three_checks",
    "joint_examination",
    "party",
    "bureau",
)


@dataclass(frozen=True, slots=True)
class Preset:
    """A ready chain: its code, its Chinese name, what it does in a sentence, its definition as JSON."""

    code: str
    name: str
    about: str
    definition: dict[str, Any]

    @property
    def posts(self) -> frozenset[str]:
        """The codes of the posts it speaks of."""
        return frozenset(_posts_in(self.definition))


def codes() -> list[str]:
    """Return the codes of all presets, in the order they are offered."""
    return list(ORDER)


def load(code: str) -> Preset:
    """Return one preset.

    Raises:
        LookupError: there is none of that code.
    """
    if code not in ORDER:
        raise LookupError(f"no preset {code!r}; there are: {', '.join(ORDER)}")
    data = json.loads(resources.files(__name__).joinpath(f"{code}.json").read_text(encoding="utf-8"))
    return Preset(code, data["name"], data["about"], data["definition"])


def _posts_in(value: Any) -> list[str]:
    if isinstance(value, list):
        return [post for one in value for post in _posts_in(one)]
    if not isinstance(value, dict):
        return []
    own = [value["post"]] if isinstance(value.get("post"), str) else []
    own += value.get("posts", [])
    return own + [post for one in value.values() if isinstance(one, dict | list) for post in _posts_in(one)]
