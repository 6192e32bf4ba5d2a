"""Refusals that only items know."""

from uuid import UUID

from zhitong.core.errors import WrongState


class Duplicate(WrongState):
    """The author has submitted the very same text before; `earlier` names that item."""

    code = "items.duplicate"

    def __init__(self, message: str, *, earlier: UUID) -> None:
        super().__init__(message, rule="同一篇信息只提交一次")
        self.earlier = earlier
