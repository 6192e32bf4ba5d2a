"""Pieces of reading a definition that the flow and its steps share: what a fault is, mappings, conditions."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, NoReturn, ParamSpec, TypeVar

from tenants.items.models import Source, SubmitterKind, Urgency
from tenants.review.definition.model import DESTINATIONS, DIFFICULTIES, FIELD_WORDS, Condition

P = ParamSpec("P")
T = TypeVar("T")
Path = tuple[str | int, ...]
END = "end"
_VALUES: dict[str, Collection[str] | None] = {
    "submitter_kind": SubmitterKind.values,
    "urgency": Urgency.values,
    "category": None,  # categories are the unit's own words
    "source": Source.values,
    "destination": DESTINATIONS,
    "difficulty": DIFFICULTIES,
}


class Fault(Exception):  # noqa: N818 - it is returned or turned into a refusal, never raised out of the package
    """What is wrong, in words, and where in the document."""

    def __init__(self, message: str, path: Path) -> None:
        super().__init__(message)
        self.message = message
        self.path = path


class Faults(list[Fault]):
    """The faults found so far: reading goes on beside each of them."""

    def attempt(self, read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """Return what `read` returns; None when it is at fault, which is noted."""
        try:
            return read(*args, **kwargs)
        except Fault as fault:
            self.append(fault)
            return None


def refuse(message: str, path: Path) -> NoReturn:
    """Raise the fault."""
    raise Fault(message, path)


def mapping(value: Any, where: str, keys: Collection[str], path: Path) -> Mapping[str, Any]:
    """Return a mapping that has no other keys than these."""
    for fault in strangers(shaped(value, where, path), where, keys, path):
        raise fault
    return shaped(value, where, path)


def shaped(value: Any, where: str, path: Path) -> Mapping[str, Any]:
    """Return a mapping, whatever its keys."""
    if not isinstance(value, dict):
        refuse(f"{where}的写法不对：应是一组“名称: 值”。", path)
    return value


def strangers(raw: Mapping[str, Any], where: str, keys: Collection[str], path: Path) -> list[Fault]:
    """Return a fault for every key that is none of these."""
    unknown = sorted(str(key) for key in raw if key not in keys)
    return [Fault(f"{where}有不认识的项“{key}”。", (*path, key)) for key in unknown]


def text(raw: Mapping[str, Any], name: str, where: str, most: int, path: Path) -> str:
    """Return a text of 1 to `most` characters."""
    value = raw.get(name)
    if not isinstance(value, str) or not value.strip():
        refuse(f"{where}没有名称（{name}）。", (*path, name))
    if len(value) > most:
        refuse(f"{where}的名称有 {len(value)} 个字，最多 {most} 个。", (*path, name))
    return value.strip()


def flag(raw: Mapping[str, Any], name: str, where: str, path: Path, *, default: bool = False) -> bool:
    """Return a truth value."""
    value = raw.get(name, default)
    if not isinstance(value, bool):
        refuse(f"{where}的“{name}”只能是 true 或 false。", (*path, name))
    return value


def conditions(raw: Any, where: str, path: Path, faults: Faults) -> tuple[Condition, ...]:
    """Return those of a list of conditions that are sound, and note what is wrong with the others."""
    if not isinstance(raw, list):
        refuse(f"{where}的条件（when）要是一个列表。", path)
    found = [faults.attempt(_condition, entry, where, (*path, n)) for n, entry in enumerate(raw)]
    return tuple(one for one in found if one is not None)


def _condition(entry: Any, where: str, path: Path) -> Condition:
    raw = mapping(entry, f"{where}的条件", {"field", "in", "not_in"}, path)
    field = raw.get("field")
    if not isinstance(field, str) or field not in _VALUES:
        refuse(f"{where}的条件“{field}”不认识，可用：{'、'.join(_VALUES)}。", (*path, "field"))
    if ("in" in raw) == ("not_in" in raw):
        refuse(f"{where}的条件“{FIELD_WORDS[field]}”没有写明取值（in 或 not_in，只写一样）。", path)
    verb = "in" if "in" in raw else "not_in"
    values = raw[verb]
    if not isinstance(values, list) or not values or not all(isinstance(value, str) for value in values):
        refuse(f"{where}的条件“{FIELD_WORDS[field]}”没有写明取值（{verb}）。", (*path, verb))
    known = _VALUES[field]
    wrong = [value for value in values if known is not None and value not in known]
    if wrong:
        refuse(f"{where}的条件“{FIELD_WORDS[field]}”没有“{wrong[0]}”这个取值。", (*path, verb))
    return Condition(field, tuple(values), negated=verb == "not_in")
