"""Reads over lists of honours."""

from uuid import UUID

from django.db.models import Count, Q, QuerySet

from tenants.duties.awards import Rule
from tenants.duties.models import AwardEntry, AwardKind, AwardList
from zhitong.core.errors import NotFound
from zhitong.ranking.periods import Period
from zhitong.units.current import unit_in_force

ORDER = ("-pk",)
"""Of the lists: the latest first."""


def lists() -> QuerySet[AwardList]:
    """Return the lists, each with `honoured`, the number of lines that were not struck; without order."""
    standing = Count("entries", filter=Q(entries__struck_at=None))
    found: QuerySet[AwardList] = AwardList.objects.annotate(honoured=standing)
    return found


def get_list(list_uuid: UUID) -> AwardList:
    """Return one list.

    Raises:
        NotFound: no such list.
    """
    found = AwardList.objects.filter(uuid=list_uuid).first()
    if found is None:
        raise NotFound
    return found


def honoured(found: AwardList) -> list[AwardEntry]:
    """Return the lines that stand, in their order."""
    return list(found.entries.filter(struck_at=None).order_by("place", "pk"))


def circular_words(found: AwardList) -> str:
    """Return a decided list in the words of a circular: why, then each line with its number."""
    unit, kind = unit_in_force(), AwardKind(found.kind)
    lines = [
        f"{number}．{entry.name}（{entry.note}）" if entry.note else f"{number}．{entry.name}"
        for number, entry in enumerate(honoured(found), 1)
    ]
    when = Period(found.first_day, found.last_day).words
    return "\n".join(
        [
            f"根据{when}社情民意信息工作情况，{Rule(**found.rule).words}，经审定，现将{kind.label}名单通报如下：",
            *lines,
            f"{unit.short_name}",
        ]
    )
