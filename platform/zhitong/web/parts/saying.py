"""Words instead of content: empty, refusal, error, offline in one anatomy."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from zhitong.web.parts.basics import Action


@dataclass(frozen=True, slots=True)
class SayBox:
    """One anatomy for empty, refusal, error and offline: icon, what, why, facts (who can change it), next step."""

    title: str
    text: str = ""
    kind: Literal["", "no", "err", "off"] = ""
    icon: str = "inbox"
    facts: Sequence[tuple[str, str]] = ()
    actions: Sequence[Action] = ()


def empty(title: str, text: str = "", *actions: Action, icon: str = "inbox") -> SayBox:
    """Nothing here: say so and what to do next."""
    return SayBox(title, text, icon=icon, actions=actions)


def refusal(title: str, text: str = "", *actions: Action, rule: str = "", who: str = "") -> SayBox:
    """A "no": why, by which rule, who can change it."""
    facts = [(label, value) for label, value in (("依据", rule), ("谁能改", who)) if value]
    return SayBox(title, text, "no", "lock", facts, actions)


def error(title: str, text: str = "", *actions: Action, when: str = "", number: str = "") -> SayBox:
    """Something broke: what was kept, when, and the number to report."""
    facts = [("时间", when)] if when else []
    if number:
        facts.append(("编号", f"{number}，报给管理员时请带上"))
    return SayBox(title, text, "err", "alert-triangle", facts, actions)


def offline(title: str, text: str = "", *actions: Action) -> SayBox:
    """No network: what was kept on this machine."""
    return SayBox(title, text, "off", "cloud-off", actions=actions)
