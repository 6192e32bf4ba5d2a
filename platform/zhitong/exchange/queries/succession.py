"""What a unit that ends would leave open: read before anybody decides it, and by the operation that does it."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from zhitong.core import clock
from zhitong.exchange.models import Assignment, Delivery, Dispatch, Event, EventKind, ItemFact, PaperKind
from zhitong.units.models import Route, Unit

State = Dispatch.State
_OPEN = (State.SENT, State.RECEIVED, State.ACCEPTED)
_DECIDED = (EventKind.ADOPTED, EventKind.KEPT, EventKind.DECLINED, EventKind.WITHDRAWN, EventKind.MERGED)


@dataclass(frozen=True, slots=True)
class Affected:
    """What is open around a unit: `incoming` waits at it, `outgoing` it sent and others have; units and routes.

    `undecided` is how many of its own people's reports it has not decided on, `calls` what it was asked to write for,
    `assignments` what it has to handle for others and has not answered.
    """

    incoming: list[Dispatch]
    outgoing: int
    children: list[Unit]
    participants: list[Unit]
    routes_in: list[Route]
    routes_out: list[Route]
    undecided: int
    calls: list[Delivery]
    assignments: list[Assignment]

    @property
    def senders(self) -> list[Unit]:
        """Who may need a successor in the unit's place: below it, with it, by a route, with something open."""
        every = [*self.children, *self.participants, *(route.sender for route in self.routes_in)]
        every += [dispatch.sender for dispatch in self.incoming]
        return sorted({one.pk: one for one in every}.values(), key=lambda one: (one.division_code, one.short_name))


def open_to(unit: Unit) -> QuerySet[Dispatch]:
    """Return what waits at the unit and is not decided, with senders and packets; without order."""
    return Dispatch.objects.filter(receiver=unit, state__in=_OPEN).select_related("sender", "packet", "receiver")


def open_calls(unit: Unit) -> QuerySet[Delivery]:
    """Return the calls (约稿) that reached the unit and are still open."""
    return Delivery.objects.filter(
        receiver=unit, paper__kind=PaperKind.CALL, paper__withdrawn_at__isnull=True, paper__due_on__gte=clock.today()
    ).select_related("paper")


def open_assignments(unit: Unit) -> QuerySet[Assignment]:
    """Return what others passed to the unit to be handled, and it has neither answered nor given back."""
    state = Assignment.State
    waiting = Assignment.objects.filter(unit=unit, state__in=[state.SENT, state.WORKING, state.REFUSING])
    return waiting.select_related("handling__asker").order_by("pk")


def affected_by(unit: Unit) -> Affected:
    """Return what is open around a unit, by a constant number of queries."""
    today = clock.today()
    routes = Route.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=today))
    decided = Event.objects.filter(
        unit=unit,
        item_uuid=OuterRef("item_uuid"),
        kind__in=_DECIDED,
        body__isnull=True,
        reverses__isnull=True,
        reversed_by__isnull=True,
    )
    own = ItemFact.objects.filter(unit=unit, is_received=False)
    return Affected(
        incoming=list(open_to(unit).order_by("sent_at", "pk")),
        outgoing=Dispatch.objects.filter(sender=unit, state__in=_OPEN).count(),
        children=list(Unit.objects.filter(parent=unit).order_by("division_code", "short_name")),
        participants=list(Unit.objects.filter(participates_in=unit).order_by("short_name")),
        routes_in=list(routes.filter(receiver=unit).select_related("sender").order_by("pk")),
        routes_out=list(routes.filter(sender=unit).select_related("receiver", "body").order_by("pk")),
        undecided=own.filter(~Exists(decided)).count(),
        calls=list(open_calls(unit).order_by("pk")),
        assignments=list(open_assignments(unit)),
    )
