"""Sign-offs for sending (报送审签) of an item, and where the open one stands."""

from dataclasses import dataclass

from django.db.models import Q

from tenants.items.models import Item
from tenants.review.definition import parse
from tenants.review.models import Act, Run, Task, Verb


@dataclass(frozen=True, slots=True)
class Clearance:
    """A sign-off run of an item; `waits_for` names step and people while it is open, `reason` why it was refused."""

    run: Run
    waits_for: str = ""
    reason: str = ""


def latest_clearance(item: Item) -> Clearance | None:
    """Return the latest sign-off of an item for a destination, None when there was none."""
    run = Run.objects.filter(item=item, purpose=Run.Purpose.CLEARANCE).order_by("-pk").first()
    if run is None:
        return None
    if run.is_open:
        tasks = Task.objects.filter(run=run, state=Task.State.OPEN).select_related("holder")
        names = [(task.step_name, task.holder.name) for task in tasks]
        words = f"{names[0][0]}，等{'、'.join(name for _, name in names)}" if names else ""
        return Clearance(run, waits_for=words)
    last = Act.objects.filter(run=run, verb__in=["decline", "keep", "object", "end"]).order_by("-seq").first()
    return Clearance(run, reason=last.reason if last else "")


_BY_LEADERS = frozenset({"sign_off", "issue"})


def is_signed(item: Item) -> bool:
    """Return whether somebody passed the item at a step of signing off or issuing (审签、签发), in a passed run."""
    signed = Q()
    for run in Run.objects.filter(item=item, state=Run.State.PASSED).select_related("flow_version"):
        steps = parse(run.flow_version.definition).steps
        places = [place for place, step in enumerate(steps) if step.kind in _BY_LEADERS]
        signed |= Q(run=run, step__in=places)
    return bool(signed) and Task.objects.filter(signed, state=Task.State.DONE, verb=Verb.PASS).exists()
