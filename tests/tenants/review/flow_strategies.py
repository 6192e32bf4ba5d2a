"""Random flows for properties: steps with branches, conditions, modes, limits, and rules for empty posts."""

from typing import Any

from hypothesis import strategies as st

from tenants.review.definition import DESTINATIONS

POSTS = ("research", "secretary", "vice_chair", "chair", "info_officer")
_CONDITIONS = st.one_of(
    st.fixed_dictionaries(
        {
            "field": st.just("urgency"),
            "in": st.lists(st.sampled_from(["ordinary", "important", "urgent"]), min_size=1, max_size=2, unique=True),
        }
    ),
    st.fixed_dictionaries(
        {"field": st.just("source"), "not_in": st.lists(st.sampled_from(["call", "original"]), min_size=1, unique=True)}
    ),
    st.fixed_dictionaries({"field": st.just("difficulty"), "in": st.just(["difficult"])}),
    st.fixed_dictionaries(
        {
            "field": st.just("destination"),
            "in": st.lists(st.sampled_from(sorted(DESTINATIONS)), min_size=1, max_size=2, unique=True),
        }
    ),
)


@st.composite
def _step(draw: st.DrawFn, place: int, count: int, *, branches: bool) -> dict[str, Any]:
    mode = draw(st.sampled_from(["any", "all", "in_order", "n_of_m", "joint"]))
    step: dict[str, Any] = {
        "key": f"s{place}",
        "name": f"第{place}步",
        "posts": draw(st.lists(st.sampled_from(POSTS), min_size=1, max_size=3, unique=True)),
        "mode": mode,
        "on_empty": draw(st.sampled_from(["skip", "administrator"])),
        "kind": draw(st.sampled_from(["", "editing", "sign_off"])),
        "asks_destination": draw(st.booleans()),
        "asks_difficulty": draw(st.booleans()),
    }
    if mode == "n_of_m":
        step["n"] = draw(st.integers(1, 3))
    if mode == "joint":
        step["collator"] = [{"kind": "post", "post": draw(st.sampled_from(POSTS))}]
    if draw(st.booleans()):
        step["limit_days"] = draw(st.integers(1, 5))
    if draw(st.booleans()):
        step["limit_hours"] = draw(st.integers(1, 30))
    if place and draw(st.integers(0, 3)) == 0:
        step["when"] = [draw(_CONDITIONS)]
    if branches and draw(st.integers(0, 2)) == 0:
        behind = [f"s{n}" for n in range(place + 2, count)]
        targets = draw(st.lists(st.sampled_from([*behind, "end"]), min_size=1, max_size=2, unique=True))
        usual = f"s{place + 1}" if place + 1 < count else "end"
        step["next"] = [{"to": to, "when": [draw(_CONDITIONS)]} for to in targets] + [{"to": usual}]
    return step


@st.composite
def definitions(draw: st.DrawFn, most: int = 7, *, branches: bool = True) -> dict[str, Any]:
    """A sound definition: every step has a way to it, every way leads forward."""
    count = draw(st.integers(1, most))
    steps = [draw(_step(place, count, branches=branches)) for place in range(count)]
    return {"steps": steps, "ask_once": draw(st.booleans())}
