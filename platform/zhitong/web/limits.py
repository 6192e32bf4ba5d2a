"""How often one address may fail at a door that needs no account, before it is shut for a while."""

import contextlib

from axes.helpers import get_client_ip_address
from django.core.cache import cache
from django.http import HttpRequest

from zhitong.core.errors import Refusal

FAILURES, MINUTES = 20, 15


class TooManyFailures(Refusal):
    """This address has failed too often lately."""

    status = 429
    code = "web.too_many"

    def __init__(self) -> None:
        super().__init__(
            f"从您这里连续试错的次数太多，请过 {MINUTES} 分钟再试。", rule=f"{MINUTES} 分钟内最多试错 {FAILURES} 次"
        )


def require_room(request: HttpRequest, door: str) -> None:
    """Refuse while the address behind `request` has failed too often at `door` of the unit in force.

    Raises:
        TooManyFailures: for the rest of the quarter of an hour since its first failure.
    """
    if cache.get(_key(request, door), 0) >= FAILURES:
        raise TooManyFailures


def note_failure(request: HttpRequest, door: str) -> None:
    """Count a failure of the address behind `request`."""
    key = _key(request, door)
    if not cache.add(key, 1, MINUTES * 60):
        with contextlib.suppress(ValueError):  # its quarter of an hour ended between the two lines
            cache.incr(key)


def _key(request: HttpRequest, door: str) -> str:
    return f"failures:{door}:{get_client_ip_address(request)}"
