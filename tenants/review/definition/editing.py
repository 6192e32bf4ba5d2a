"""Changes of a draft's JSON, one press of the editor each. Every function returns a new value and checks nothing.

`parse` decides whether the result is a sound flow, so that an unsound change is refused with its step and reason and
leaves the draft as it was.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from copy import deepcopy
from typing import Any

from tenants.review.definition.pieces import END

Raw = dict[str, Any]


def steps_of(data: Any) -> list[Raw]:
    """Return the steps of a definition as they are written."""
    steps: list[Raw] = data.get("steps", [])
    return steps


def place_of(data: Any, key: str) -> int | None:
    """Return the place of the step named `key`, None when there is none."""
    return next((place for place, step in enumerate(steps_of(data)) if step.get("key") == key), None)


def new_key(data: Any) -> str:
    """Return a key that no step of the definition has."""
    return first_free("step_", {step.get("key") for step in steps_of(data)})


def first_free(stem: str, known: Collection[Any]) -> str:
    """Return the first of `stem`1, `stem`2, … that is not `known` yet."""
    return next(name for n in range(1, len(known) + 2) if (name := f"{stem}{n}") not in known)


def put_step(data: Raw, key: str, step: Raw) -> Raw:
    """Replace what the step named `key` says."""
    return {**data, "steps": [step if one.get("key") == key else one for one in steps_of(data)]}


def put_flow(data: Raw, *, when: Sequence[Raw], ask_once: bool) -> Raw:
    """Replace what the flow says of itself."""
    kept = {"steps": steps_of(data)}
    return kept | ({"when": list(when)} if when else {}) | ({"ask_once": True} if ask_once else {})


def add_step(data: Raw, after: str, step: Raw) -> Raw:
    """Put a new step behind the one named `after` (empty: at the start); it goes on to where that one led."""
    steps, place = _spelt_out(data), place_of(data, after)
    if place is None:
        return _with(data, [{**step, "next": [{"to": steps[0]["key"]}]}, *steps])
    rest = steps[place]["next"][-1]
    added = {**step, "next": [{"to": rest["to"]}]}
    rest["to"] = step["key"]
    return _with(data, [*steps[: place + 1], added, *steps[place + 1 :]])


def add_branch(data: Raw, after: str, when: Sequence[Raw], step: Raw, then: str) -> Raw:
    """Lead items that meet `when` from the step `after` to a new step, and from there to `then` (a key, or the end)."""
    steps, place = _spelt_out(data), place_of(data, after)
    if place is None:
        return data
    usual = steps[place]["next"]
    steps[place]["next"] = [*usual[:-1], {"to": step["key"], "when": list(when)}, usual[-1]]
    return _with(data, [*steps[: place + 1], {**step, "next": [{"to": then}]}, *steps[place + 1 :]])


def move_step(data: Raw, key: str, by: int) -> Raw:
    """Let a step change places with its neighbour before it (`by` = -1) or behind it (1).

    When the first of them led to the second, they change places in the chain too; ways that only one of them has stay
    with it.
    """
    steps, place = _spelt_out(data), place_of(data, key)
    if place is None or not 0 <= place + by < len(steps):
        return data
    early = min(place, place + by)
    first, second = steps[early], steps[early + 1]
    if first["next"][-1]["to"] == second["key"]:
        for step in steps[:early]:
            for link in step["next"]:
                link["to"] = second["key"] if link["to"] == first["key"] else link["to"]
        first["next"][-1]["to"] = second["next"][-1]["to"]
        second["next"][-1]["to"] = first["key"]
    steps[early], steps[early + 1] = second, first
    return _with(data, steps)


def delete_step(data: Raw, key: str) -> Raw:
    """Take a step out: whatever led to it now leads to where it led (its last way out).

    A branch that existed only for it is gone with it, so that nothing takes a short cut nobody has drawn.
    """
    steps, place = _spelt_out(data), place_of(data, key)
    if place is None:
        return data
    target = steps.pop(place)["next"][-1]["to"]
    # A step that nothing else leads to would hang in the air: then the branch leads on to it.
    others = {link["to"] for step in steps for link in step["next"]}
    is_joined = target == END or target in others
    for step in steps:
        kept = [link for link in step["next"] if not (link["to"] == key and link.get("when") and is_joined)]
        step["next"] = [{**link, "to": target} if link["to"] == key else link for link in kept]
    return _with(data, steps)


def tidied(step: Mapping[str, Any]) -> Raw:
    """Return a step without what says the same as saying nothing, so that drafts stay short to read and compare."""
    silent: dict[str, Callable[[Any], bool]] = {
        "mode": lambda value: value == "any",
        "on_late": lambda value: value == "mark",
        "verifying_pauses": lambda value: value is True,
        "asks_destination": lambda value: value is False,
        "asks_difficulty": lambda value: value is False,
    }
    found = {}
    for name, value in step.items():
        empty = value is None or value == "" or value == []
        if not (empty and name not in {"key", "name", "posts", "who", "may"}) and not silent.get(name, _never)(value):
            found[name] = value
    return found


def _never(_value: Any) -> bool:
    return False


def _spelt_out(data: Raw) -> list[Raw]:
    """Return a copy of the steps in which each says where it leads."""
    steps = deepcopy(steps_of(data))
    for place, step in enumerate(steps):
        step["next"] = step.get("next") or [{"to": _key_behind(steps, place)}]
    return steps


def _with(data: Raw, steps: list[Raw]) -> Raw:
    """Put steps into a definition; a way that only leads to the step behind needs no word."""
    for place, step in enumerate(steps):
        if step.get("next") == [{"to": _key_behind(steps, place)}]:
            del step["next"]
    return {**data, "steps": steps}


def _key_behind(steps: Sequence[Raw], place: int) -> str:
    return str(steps[place + 1]["key"]) if place + 1 < len(steps) else END
