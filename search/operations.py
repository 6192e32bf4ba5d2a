"""The one write of search that a person makes: what two items are to each other."""

from uuid import UUID

from search.models import PairVerdict, SearchDocument
from zhitong.core import audit, clock
from zhitong.core.errors import InvalidInput, NotFound
from zhitong.core.operations import Actor, operation, require_unit


@operation("search.archive")
def judge_pair(*, actor: Actor, item_uuid: UUID, other_uuid: UUID, same: bool) -> None:
    """Say of two items of the unit whether they are one matter; a later word takes the place of an earlier one.

    Raises:
        NotFound: the unit's archive does not hold both.
        InvalidInput: they are one and the same item.
    """
    if item_uuid == other_uuid:
        raise InvalidInput("这是同一篇，不用对比。")
    one, other = sorted((item_uuid, other_uuid))
    unit_id = require_unit()
    if SearchDocument.objects.filter(unit=unit_id, object_uuid__in=[one, other]).count() != 2:
        raise NotFound
    verdict = PairVerdict(unit_id=unit_id, one=one, other=other, same=same, by_label=actor.label, at=clock.now())
    PairVerdict.objects.bulk_create(
        [verdict],
        update_conflicts=True,
        unique_fields=["unit", "one", "other"],
        update_fields=["same", "by_label", "at"],
    )
    audit.record(
        actor=actor,
        action="search.pair.judged",
        object_kind="item",
        object_id=item_uuid,
        other=str(other_uuid),
        same=same,
    )
