"""Refusals: every "no" of the product says what, why, by which rule, and who can change it.

A `Refusal` is shown to people as it is, so its words are Chinese and never speak of another unit. Programming errors
(no unit set, unknown permission) are ordinary exceptions and never reach a page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Trace:
    """What a refusal leaves in the unit's trail although nothing else of the act stays (`audit.record`).

    For what is not what it says: a packet that was changed, a file under a false name, a key used twice.
    """

    action: str
    object_kind: str
    object_id: str
    data: Mapping[str, str | int] = field(default_factory=dict)


class Refusal(Exception):  # noqa: N818 - the word of the trade; it is not a fault of the program
    """An operation was refused.

    Attributes:
        message: what was refused and why, one Chinese sentence.
        rule: the rule behind it ("重要信息"流程第 3 版第 2 步), empty when obvious.
        who: who can change it, empty when nobody.
        fields: messages by form field.
        status: HTTP status of the page or answer.
        code: stable dotted name for API clients and logs.
        trace: what it leaves in the unit's trail; None for what happens every day.
    """

    status = 409
    code = "refused"

    def __init__(
        self,
        message: str,
        *,
        rule: str = "",
        who: str = "",
        fields: Mapping[str, Sequence[str]] | None = None,
        code: str = "",
        trace: Trace | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.rule = rule
        self.who = who
        self.fields: dict[str, list[str]] = {name: list(texts) for name, texts in (fields or {}).items()}
        self.code = code or type(self).code
        self.trace = trace


class NotAllowed(Refusal):
    """The actor lacks the right."""

    status = 403
    code = "not_allowed"


class NotFound(Refusal):
    """No such thing for this reader: absent and hidden look the same."""

    status = 404
    code = "not_found"

    def __init__(self, message: str = "没有找到，或者不在您可以看的范围内。") -> None:
        super().__init__(message)


class InvalidInput(Refusal):
    """The input breaks a rule; `fields` says where."""

    status = 422
    code = "invalid"


class StaleVersion(Refusal):
    """Somebody else changed the row since it was read."""

    status = 409
    code = "stale_version"


class WrongState(Refusal):
    """The thing is not in a state that allows this."""

    status = 409
    code = "wrong_state"


class NoUnitError(RuntimeError):
    """Code that belongs to a unit ran without one, or under another one."""
