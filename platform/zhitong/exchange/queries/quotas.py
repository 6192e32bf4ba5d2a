"""How much of a receiver's limit a sender has used."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from zhitong.core import clock, rows
from zhitong.units.models import QuotaPeriod, Unit

# A question of `rows.ask`: the limits that bind %(unit)s, and how much of the period around %(at)s is used. What was
# returned or recalled does not count.
QUOTAS = rows.many("""
SELECT t.receiver_id, t.quota, t.quota_period AS period, (
    SELECT count(*) FROM public.exchange_dispatch d
     WHERE d.sender_id = t.sender_id AND d.receiver_id = t.receiver_id AND d.state NOT IN ('returned', 'recalled')
       AND d.sent_at >= date_trunc(t.quota_period, %(at)s AT TIME ZONE 'Asia/Shanghai') AT TIME ZONE 'Asia/Shanghai'
  ) AS used
  FROM public.units_routeterms t WHERE t.sender_id = %(unit)s AND t.quota IS NOT NULL
""")


class Quota(NamedTuple):
    """A limit of items a period, and how many went in the present one."""

    quota: int
    period: str
    used: int

    @property
    def is_used_up(self) -> bool:
        """Whether nothing more may go in this period."""
        return self.used >= self.quota

    @property
    def words(self) -> str:
        """The limit and what is used, in words: 每月 10 篇，已报 3 篇."""
        return f"{QuotaPeriod(self.period).label} {self.quota} 篇，已报 {self.used} 篇"


def quotas_of(found: list[Mapping[str, Any]]) -> dict[int, Quota]:
    """Return the limits by key of the receiver; `found` is the answer to QUOTAS."""
    return {row["receiver_id"]: Quota(row["quota"], row["period"], row["used"]) for row in found}


def quotas(unit: Unit, at: datetime | None = None) -> dict[int, Quota]:
    """Return the limits that bind the unit at a moment (now), by key of the receiver."""
    [found] = rows.ask({"unit": unit.pk, "at": at or clock.now()}, QUOTAS)
    return quotas_of(found)
