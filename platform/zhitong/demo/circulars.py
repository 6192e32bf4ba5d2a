"""Circulars of the demo: last month's of 广东 and 佛山, sent down; last quarter's of 佛山, waiting for sign-off."""

from uuid import UUID

from tenants.accounts.models import User
from tenants.circulars import operations as circulars
from tenants.circulars.models import Circular
from tenants.review import operations as review
from tenants.review.models import Task
from zhitong.core import clock
from zhitong.core.operations import Actor
from zhitong.demo.world import World
from zhitong.ranking.periods import Period
from zhitong.units.models import Unit, UnitKind
from zhitong.units.queries import units_below

_YEAR_BEFORE = 2019  # whose figures the demo holds, too


def publish_circulars(world: World) -> int:
    """Let both committees draft, sign off and send down; return how many circulars there are."""
    today = clock.today()
    month, quarter = (
        Period.of_month(today.year, today.month).before,
        Period.of_quarter(today.year, (today.month + 2) // 3).before,
    )
    if month.year < today.year:  # in January: nothing is counted of the December before
        month, quarter = Period.of_year(_YEAR_BEFORE), Period.of_quarter(_YEAR_BEFORE, 4)
    province, city = (world.units[host] for host in ("guangdong", "foshan"))
    for unit in (province, city):
        with unit:
            uuid = _handed_in(month)
            _sign(uuid)
            circulars.publish(actor=_clerk(), circular_uuid=uuid, to=_receivers(unit), open_to_members=True)
    with city:
        _handed_in(quarter)
        waiting = Circular.objects.count()
    with province:
        return waiting + Circular.objects.count()


def _handed_in(when: Period) -> UUID:
    begun = circulars.begin(actor=_clerk(), when=when)
    circulars.hand_in(actor=_clerk(), circular_uuid=begun.uuid, version=begun.item.version)
    return begun.uuid


def _sign(uuid: UUID) -> None:
    while task := Task.objects.filter(run__item__uuid=uuid, state=Task.State.OPEN).order_by("pk").first():
        review.decide_pass(actor=task.holder.actor, task_uuid=task.uuid, comment="同意印发")


def _receivers(unit: Unit) -> list[UUID]:
    """Return the committees one level down, and who takes part in the unit."""
    below = units_below(unit)
    return [one.uuid for one in below if one.participates_in_id == unit.pk or _is_next(one, unit)]


def _is_next(below: Unit, unit: Unit) -> bool:
    return below.parent_id == unit.pk and below.kind == UnitKind.COMMITTEE


def _clerk() -> Actor:
    return User.objects.filter(roles__code="clerk", is_active=True).order_by("id")[0].actor
