"""How often one address, or one account, may fail at a door before it is shut for a while."""

import contextlib
from uuid import UUID

from axes.helpers import get_client_ip_address
from django.core.cache import cache
from django.http import HttpRequest

from zhitong.core.errors import Refusal

FAILURES, MINUTES = 20, 15


class TooManyFailures(Refusal):
    """This address or account has failed too often lately."""

    status = 429
    code = "web.too_many"

    def __init__(self, most: int = FAILURES) -> None:
        super().__init__(
            f"从您这里连续试错的次数太多，请过 {MINUTES} 分钟再试。", rule=f"{MINUTES} 分钟内最多试错 {most} 次"
        )


def require_room(request: HttpRequest, door: str, *, account: UUID | None = None, most: int = FAILURES) -> None:
    """Refuse while the address behind `request` has failed too often at `door` of the unit in force.

    Args:
        account: whose failures count wherever they come from, at a door for people who are signed in.
        most: failures before it is shut.

    Raises:
        TooManyFailures: for the rest of the quarter of an hour since the first failure.
    """
    if cache.get(_key(request, door, account), 0) >= most:
        raise TooManyFailures(most)


def note_failure(request: HttpRequest, door: str, *, account: UUID | None = None) -> None:
    """Count a failure of the address behind `request`, or of `account`."""
    key = _key(request, door, account)
    if not cache.add(key, 1, MINUTES * 60):
        with contextlib.suppress(ValueError):  # its quarter of an hour ended between the two lines
            cache.incr(key)


def _key(request: HttpRequest, door: str, account: UUID | None) -> str:
    return f"failures:{door}:{account or get_client_ip_address(request)}"
