"""Naming who answers for an item of the register."""

from datetime import date
from uuid import UUID

from tenants.accounts.models import User
from tenants.desk.models import RegisterLine
from tenants.desk.register.selecting import register
from tenants.items.models import Item
from zhitong.core import audit, clock, text
from zhitong.core.errors import InvalidInput, NotFound, StaleVersion
from zhitong.core.operations import Actor, operation
from zhitong.units.current import unit_in_force

NAMES = {"leader": "牵头副秘书长", "linking": "联系委室", "person": "专人"}
NAME_LIMIT = 40  # characters


@operation("desk.register")
def note_line(
    *,
    actor: Actor,
    item_uuid: UUID,
    version: int,
    leader: str = "",
    linking: str = "",
    person: str = "",
    check_on: date | None = None,
) -> RegisterLine:
    """Write down who leads, who links and who does, and when to ask again; empty takes it back.

    Args:
        version: of the line as it was read; 0 where there was none.

    Raises:
        NotFound: no such row in the unit's register.
        InvalidInput: a name that cannot be kept; `fields` says which.
        StaleVersion: somebody else wrote the line since.
    """
    names = _clean({"leader": leader, "linking": linking, "person": person})
    # The item's row is the lock: two who name somebody for the first time come one after the other.
    item = Item.objects.select_for_update().filter(uuid=item_uuid).first()
    if item is None or not register(unit_in_force()).filter(pk=item.pk).exists():
        raise NotFound
    line = RegisterLine.objects.filter(item=item).first()
    if (line.version if line else 0) != version:
        raise StaleVersion(
            f"这一行 {line.changed_at.astimezone(clock.SHANGHAI):%H:%M} 由{line.changed_by}改过，请看过再改。"
            if line
            else "这一行已经改过，请看过再改。"
        )
    line = line or RegisterLine(item=item, version=0)
    bearers = list(User.objects.filter(name=names["person"], is_active=True)[:2]) if names["person"] else []
    line.leader, line.linking, line.person = names["leader"], names["linking"], names["person"]
    line.person_user = bearers[0] if len(bearers) == 1 else None
    line.check_on = check_on
    line.version += 1
    line.changed_by, line.changed_at = actor.label, clock.now()
    line.save()
    audit.record(actor=actor, action="desk.register.noted", object_kind="item", object_id=item.uuid)
    return line


def _clean(names: dict[str, str]) -> dict[str, str]:
    cleaned, wrong = {}, {}
    for name, raw in names.items():
        try:
            cleaned[name] = text.clean(raw)
        except ValueError as error:
            wrong[name] = [str(error)]
            continue
        if len(cleaned[name]) > NAME_LIMIT or "\n" in cleaned[name]:
            wrong[name] = [f"请写成一行，最多 {NAME_LIMIT} 字。"]
    if wrong:
        raise InvalidInput(f"没有登记：{'、'.join(NAMES[name] for name in wrong)}要改。", fields=wrong)
    return cleaned
