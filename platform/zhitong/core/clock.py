"""The one clock. Operations ask it, so that imports and tests can act "as of" another moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.utils import timezone

SHANGHAI = ZoneInfo("Asia/Shanghai")
_frozen: ContextVar[datetime | None] = ContextVar("zhitong_clock", default=None)


def now() -> datetime:
    """Return the present moment, aware."""
    return _frozen.get() or timezone.now()


def today() -> date:
    """Return the present date in China: the date that counts for scoring and deadlines."""
    return now().astimezone(SHANGHAI).date()


def local_date(moment: datetime) -> date:
    """Return the date of `moment` in China."""
    return moment.astimezone(SHANGHAI).date()


def start_of(day: date) -> datetime:
    """Return the first moment of `day` in China."""
    return datetime.combine(day, time(), tzinfo=SHANGHAI)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let the block run as if it were `moment` (aware). For imports of the past and for tests.

    Raises:
        ValueError: `moment` is naive.
    """
    if timezone.is_naive(moment):
        raise ValueError("a moment needs a time zone")
    token = _frozen.set(moment)
    try:
        yield
    finally:
        _frozen.reset(token)
