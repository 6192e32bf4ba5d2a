"""The list of duties of a year (“五个一”): added, dropped, taken over from the year before."""

from uuid import UUID

from django.db.models import Max

from tenants.duties.models import Counted, Duty
from zhitong.core import audit, clock, text
from zhitong.core.errors import InvalidInput, NotFound, WrongState
from zhitong.core.operations import Actor, operation
from zhitong.units.current import unit_in_force
from zhitong.units.models import Unit

HEADING_LIMIT, NAME_LIMIT, MOST_TIMES = 20, 40, 999
_MOST_DUTIES = 40  # a year


@operation("duties.manage")
def add_duty(
    *,
    actor: Actor,
    year: int,
    heading: str,
    name: str,
    counted: Counted,
    number: int = 1,
    needs_proof: bool = False,
) -> Duty:
    """Put a duty on the list of a year.

    Args:
        year: this year, the one before or the next.
        heading: the list it stands in (五个一).
        name: what is to be done, in few words.
        counted: by what it is fulfilled.
        number: how often, or how many points.
        needs_proof: a record needs a file; for records alone.

    Raises:
        InvalidInput: words are missing, too long or cannot be kept, the number is none, or it stands there already.
    """
    wrong: dict[str, list[str]] = {}
    said = {
        field: _clean(words, limit, wrong, field)
        for field, words, limit in (("heading", heading, HEADING_LIMIT), ("name", name, NAME_LIMIT))
    }
    if not 1 <= number <= MOST_TIMES:
        wrong["number"] = [f"请填 1 到 {MOST_TIMES} 的整数。"]
    if abs(year - clock.today().year) > 1:
        wrong["year"] = ["只能改今年、去年和明年的清单。"]
    if wrong:
        raise InvalidInput("没有加上，请改正后再提交。", fields=wrong)
    _lock()
    standing = Duty.objects.filter(year=year, dropped_at=None)
    if standing.filter(**said).exists():
        raise InvalidInput("清单里已经有这一项。", fields={"name": ["同一清单里已有这一项。"]})
    if standing.count() >= _MOST_DUTIES:
        raise InvalidInput(f"一年最多 {_MOST_DUTIES} 项。", fields={"name": [f"已有 {_MOST_DUTIES} 项。"]})
    last = standing.aggregate(last=Max("order"))["last"] or 0
    proof = needs_proof and counted == Counted.RECORDS
    duty = Duty.objects.create(year=year, **said, counted=counted, number=number, needs_proof=proof, order=last + 1)
    _note(actor, duty, "duties.duty.added")
    return duty


@operation("duties.manage")
def drop_duty(*, actor: Actor, duty_uuid: UUID) -> Duty:
    """Take a duty off its list; records under it stay with their members.

    Raises:
        NotFound: no such duty.
        WrongState: it was dropped before.
    """
    duty = Duty.objects.select_for_update().filter(uuid=duty_uuid).first()
    if duty is None:
        raise NotFound
    if duty.dropped_at is not None:
        raise WrongState(f"“{duty.name}”已经从清单里去掉。")
    duty.dropped_at = clock.now()
    duty.save(update_fields=["dropped_at"])
    _note(actor, duty, "duties.duty.dropped")
    return duty


@operation("duties.manage")
def copy_duties(*, actor: Actor, year: int) -> list[Duty]:
    """Take the list of the year before over into a year that has none; what was dropped stays behind.

    Raises:
        WrongState: the year has a list, or the year before had none.
    """
    _lock()
    if Duty.objects.filter(year=year, dropped_at=None).exists():
        raise WrongState(f"{year} 年已有履职清单，可以逐项增减。")
    before = list(Duty.objects.filter(year=year - 1, dropped_at=None).order_by("order", "pk"))
    if not before:
        raise WrongState(f"{year - 1} 年没有履职清单可以沿用。")
    kept = ("heading", "name", "counted", "number", "needs_proof", "order")
    made = [Duty(year=year, **{field: getattr(duty, field) for field in kept}) for duty in before]
    Duty.objects.bulk_create(made)
    audit.record(
        actor=actor, action="duties.list.copied", object_kind="unit", object_id=unit_in_force().uuid, year=year
    )
    return made


def _lock() -> None:
    Unit.objects.select_for_update(no_key=True).get(pk=unit_in_force().pk)


def _clean(words: str, limit: int, wrong: dict[str, list[str]], field: str) -> str:
    try:
        cleaned = " ".join(text.clean(words).split())
    except ValueError as error:
        wrong[field] = [str(error)]
        return ""
    if not cleaned:
        wrong[field] = ["请填写。"]
    elif len(cleaned) > limit:
        wrong[field] = [f"共 {len(cleaned):,} 字，最多 {limit} 字，请删减。"]
    return cleaned


def _note(actor: Actor, duty: Duty, action: str) -> None:
    audit.record(actor=actor, action=action, object_kind="duty", object_id=duty.uuid, year=duty.year)
