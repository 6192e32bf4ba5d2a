"""A run's history read as what it is: the list of changes that made its state."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tenants.review.models import Act


@dataclass(slots=True)
class Replayed:
    """The state of a run after some acts: where it stands, and each task's state and holder (by uuid)."""

    state: str = "running"
    step: int = 0
    round: int = 1
    back_to: dict[str, Any] | None = None
    tasks: dict[str, str] = field(default_factory=dict)
    holders: dict[str, str] = field(default_factory=dict)


def replay(acts: Iterable[Act]) -> Replayed:
    """Return the state that acts, in their order, lead to."""
    found = Replayed()
    for act in acts:
        effects = act.effects
        for uuid, (_kind, state, holder) in effects.get("opened", {}).items():
            found.tasks[uuid], found.holders[uuid] = state, holder
        found.tasks.update(effects.get("tasks", {}))
        found.holders.update(effects.get("moved", {}))
        if "run" in effects:
            run = effects["run"]
            found.state, found.step, found.round, found.back_to = (
                run["state"], run["step"], run["round"], run["back_to"],
            )  # fmt: skip
    return found
