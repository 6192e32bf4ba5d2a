"""Dossiers that go from one unit to another: the person consents, the source freezes, the person may withdraw."""

from typing import Any
from uuid import UUID

from django.db.models import Q

from zhitong.core import audit, clock, outbox
from zhitong.core.errors import InvalidInput, NotFound, WrongState
from zhitong.core.operations import Actor, operation
from zhitong.exchange.packets import digest
from zhitong.people.models import Person
from zhitong.people.queries import same_human
from zhitong.ranking.models import DossierTransfer
from zhitong.ranking.transfers import FIELDS, YEAR_FIELDS, own_person, units_of
from zhitong.units.current import unit_in_force


@operation()
def consent_to_transfer(*, actor: Actor, source: UUID, receiver: UUID) -> DossierTransfer:
    """Let one's own dossier go from one unit to another; the actor has accounts in both, and acts in either.

    The source freezes the figures in the background. Consenting anew replaces what was handed over before.

    Raises:
        NotFound: the actor has no account in one of them.
        WrongState: source and receiver are the same.
    """
    person = own_person(actor, unit_in_force())
    units = {unit.uuid: unit for unit in units_of(person)}
    if source not in units or receiver not in units:
        raise NotFound
    if source == receiver:
        raise WrongState("档案本来就在这个单位，不用转。")
    # Its person in the source is whose dossier goes. Pressed twice: one after the other.
    whose = Person.objects.select_for_update(no_key=True, of=("self",)).get(
        pk__in=same_human(person), accounts__unit__uuid=source
    )
    standing = DossierTransfer.objects.filter(
        person=whose, source=units[source], receiver=units[receiver], withdrawn_at=None
    )
    before = standing.first()
    if before is not None and before.frozen_at is None:
        return before
    moment = clock.now()
    standing.update(withdrawn_at=moment)
    transfer = DossierTransfer.objects.create(
        person=whose, source=units[source], receiver=units[receiver], consented_at=moment
    )
    outbox.publish("ranking.dossier.consented", {"transfer": str(transfer.uuid)}, unit_id=transfer.source_id)
    _note(actor, transfer, "ranking.dossier.consented")
    return transfer


@operation()
def withdraw_consent(*, actor: Actor, transfer_uuid: UUID) -> DossierTransfer:
    """Take back one's own consent: the receiver sees nothing of the dossier any more.

    Raises:
        NotFound: not the actor's.
        WrongState: it was taken back before, or another one replaced it.
    """
    person = own_person(actor, unit_in_force())
    transfer = (
        DossierTransfer.objects.select_for_update().filter(uuid=transfer_uuid, person__in=same_human(person)).first()
    )
    if transfer is None:
        raise NotFound
    if transfer.withdrawn_at is not None:
        raise WrongState("这次同意已经收回。")
    transfer.withdrawn_at = clock.now()
    transfer.save(update_fields=["withdrawn_at"])
    _note(actor, transfer, "ranking.dossier.withdrawn")
    return transfer


@operation()
def withdraw_all(*, actor: Actor) -> list[DossierTransfer]:
    """Take back all of one's own consents from or to the present unit: it is about to be parted from the others.

    Raises:
        NotFound: the actor has no account here.
    """
    unit = unit_in_force()
    person = own_person(actor, unit)
    rows = DossierTransfer.objects.select_for_update().filter(person__in=same_human(person), withdrawn_at=None)
    found = list(rows.filter(Q(source=unit) | Q(receiver=unit)).order_by("pk"))
    for transfer in found:
        transfer.withdrawn_at = clock.now()
        transfer.save(update_fields=["withdrawn_at"])
        _note(actor, transfer, "ranking.dossier.withdrawn")
    return found


@operation("duties.read")
def freeze_transfer(*, actor: Actor, transfer_uuid: UUID, content: dict[str, Any]) -> DossierTransfer:
    """Hand over what the person consented to, frozen with its hash; the caller gathers it in the source unit.

    Raises:
        NotFound: not from this unit, or the consent was taken back.
        WrongState: it was handed over before.
        InvalidInput: the content holds what may not go out.
    """
    transfer = (
        DossierTransfer.objects.select_for_update(of=("self",))
        .filter(uuid=transfer_uuid, source_id=actor.unit_id, withdrawn_at=None)
        .first()
    )
    if transfer is None:
        raise NotFound
    if transfer.frozen_at is not None:
        raise WrongState("这份履职档案已经转出。")
    unknown = set(content) - FIELDS | {name for year in content.get("years", ()) for name in set(year) - YEAR_FIELDS}
    if unknown:
        raise InvalidInput(f"履职档案里有不能外送的字段：{'、'.join(sorted(unknown))}。")
    transfer.content, transfer.sha256, transfer.frozen_at = content, digest(content), clock.now()
    transfer.save(update_fields=["content", "sha256", "frozen_at"])
    outbox.publish("ranking.dossier.handed", {"transfer": str(transfer.uuid)}, unit_id=transfer.receiver_id)
    _note(actor, transfer, "ranking.dossier.handed")
    return transfer


def _note(actor: Actor, transfer: DossierTransfer, action: str) -> None:
    audit.record(actor=actor, action=action, object_kind="dossier_transfer", object_id=transfer.uuid)
