"""Reasons for not adopting a report: the unit's own list, and declining by one of them."""

from collections.abc import Sequence
from uuid import UUID

from tenants.desk.models import DeclineReason
from zhitong.core import audit, text
from zhitong.core.errors import InvalidInput
from zhitong.core.operations import Actor, operation
from zhitong.core.reasons import clean_reason
from zhitong.exchange import operations as exchange
from zhitong.exchange.models import Dispatch
from zhitong.units.current import unit_in_force

# What a report must not be (DOMAIN §4), for a unit that has written no list of its own.
PRESETS = (
    "不是一事一报，几件事写在一起",
    "属日常工作动态",
    "与公开发表的内容雷同",
    "与已立案提案雷同",
    "与已采用的信息雷同",
    "属信访或涉诉事项",
    "涉及秘密，不能在这里报",
    "情况不实或已经解决",
    "建议不具体，不能落实",
)
REASON_LIMIT, REASONS_MOST = 60, 30  # characters of one, how many


def decline_reasons() -> list[str]:
    """Return the reasons that the unit in force offers, in its order; the presets as long as it has none."""
    return list(DeclineReason.objects.values_list("words", flat=True)) or list(PRESETS)


@operation("units.settings")
def set_decline_reasons(*, actor: Actor, reasons: Sequence[str]) -> list[str]:
    """Replace the unit's list; an empty one brings the presets back. What was declined before keeps its words.

    Raises:
        InvalidInput: a reason that cannot be kept, or too many of them.
    """
    try:
        cleaned = list(dict.fromkeys(filter(None, (text.clean(one) for one in reasons))))
    except ValueError as error:
        raise _wrong(str(error)) from error
    if too_long := next((one for one in cleaned if len(one) > REASON_LIMIT), ""):
        raise _wrong(f"“{too_long[:12]}…”共 {len(too_long)} 字，每条最多 {REASON_LIMIT} 字。")
    if len(cleaned) > REASONS_MOST:
        raise _wrong(f"共 {len(cleaned)} 条，最多 {REASONS_MOST} 条。")
    DeclineReason.objects.all().delete()
    DeclineReason.objects.bulk_create([DeclineReason(words=one, order=n) for n, one in enumerate(cleaned)])
    audit.record(
        actor=actor,
        action="desk.decline_reasons.set",
        object_kind="unit",
        object_id=unit_in_force().uuid,
        reasons="；".join(cleaned),
    )
    return decline_reasons()


@operation("exchange.receive")
def decline_for(*, actor: Actor, dispatch_uuid: UUID, words: str, why: str = "") -> Dispatch:
    """Decline a dispatch by a reason of the unit's list, with words to it, or by words alone.

    Args:
        words: what is added to the reason; they may be empty with one.
        why: a reason of the list; empty when none of it fits.

    Raises:
        InvalidInput: neither a reason nor words, or a reason that is no longer in the list.
        NotFound, WrongState: as `exchange.decline`.
    """
    if why and why not in decline_reasons():
        wrong = "这条理由不在本单位的清单里，请重新选择。"
        raise InvalidInput(wrong, fields={"why": [wrong]})
    said = clean_reason(words, "") if words.strip() else ""
    if not why and not said:
        missing = "请选一条理由，或写明理由，报送单位会看到。"
        raise InvalidInput(missing, fields={"reason": ["请选一条或写明理由"]})
    return exchange.decline(actor=actor, dispatch_uuid=dispatch_uuid, reason="。".join(filter(None, (why, said))))


def _wrong(message: str) -> InvalidInput:
    return InvalidInput(f"理由清单：{message}", fields={"words": [message]})
