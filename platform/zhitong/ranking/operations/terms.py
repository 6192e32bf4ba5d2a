"""Terms (届) of a unit: a list that it keeps itself."""

from datetime import date

from zhitong.core import audit, text
from zhitong.core.errors import InvalidInput, NotFound
from zhitong.core.operations import Actor, operation
from zhitong.ranking.models import Term
from zhitong.units.models import Unit

_LONGEST = 40


@operation("ranking.configure")
def add_term(*, actor: Actor, unit: Unit, name: str, first: date, last: date) -> Term:
    """Enter a term of a unit.

    Raises:
        InvalidInput: no name, one that is too long or in the list, an end before the beginning, days of another term.
    """
    cleaned = _name(name)
    if last <= first:
        raise _refused("last", "最后一天要在第一天之后。")
    Unit.objects.select_for_update().get(pk=unit.pk)  # the lock of its list
    for other in Term.objects.filter(unit=unit):
        if other.name == cleaned:
            raise _refused("name", f"已有“{cleaned}”。")
        if other.first <= last and first <= other.last:
            raise _refused("first", f"和“{other.name}”（{other.first} 至 {other.last}）重叠。")
    made = Term.objects.create(unit=unit, name=cleaned, first=first, last=last)
    _record(actor, "ranking.term.added", made)
    return made


@operation("ranking.configure")
def remove_term(*, actor: Actor, unit: Unit, key: int) -> Term:
    """Take a term off the list; figures of its days stay as they are.

    Raises:
        NotFound: the unit has no such term.
    """
    found = Term.objects.select_for_update().filter(unit=unit, pk=key).first()
    if found is None:
        raise NotFound
    _record(actor, "ranking.term.removed", found)
    found.delete()
    return found


def _name(typed: str) -> str:
    try:
        cleaned = " ".join(text.clean(typed).split())
    except ValueError as error:
        raise _refused("name", str(error)) from error
    if not 0 < len(cleaned) <= _LONGEST:
        raise _refused("name", f"请写是哪一届，最多 {_LONGEST} 个字。")
    return cleaned


def _refused(field: str, said: str) -> InvalidInput:
    return InvalidInput("没有记下这一届。", fields={field: [said]})


def _record(actor: Actor, action: str, term: Term) -> None:
    audit.record(
        actor=actor,
        action=action,
        object_kind="term",
        object_id=str(term.pk),
        name=term.name,
        first=str(term.first),
        last=str(term.last),
    )
