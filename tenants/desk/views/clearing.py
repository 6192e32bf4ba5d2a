"""Sign-off before sending (报送审签): which receivers demand it, how it stands, and asking for it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from tenants.desk.operations import destination_code
from tenants.items.models import Item
from tenants.items.queries import get_visible
from tenants.items.views.common import reader
from tenants.review import operations as review
from tenants.review.definition import DESTINATIONS
from tenants.review.queries import Clearance, latest_clearance
from zhitong.units.models import Unit
from zhitong.units.queries import Destination


@dataclass(frozen=True, slots=True)
class Clearing:
    """What stands between an item and some receivers.

    `missing` are receivers by code of destination, `rule` is what demands the sign-off, `latest` the last one.
    """

    missing: dict[str, list[str]] = field(default_factory=dict)
    rule: str = ""
    latest: Clearance | None = None

    @property
    def is_open(self) -> bool:
        """Whether a sign-off is under way."""
        return self.latest is not None and self.latest.run.is_open

    @property
    def choices(self) -> list[tuple[str, str]]:
        """What one can ask for: code, and in words where to with the receivers meant."""
        return [(code, f"{DESTINATIONS[code]}：{'、'.join(names)}") for code, names in self.missing.items()]


def clearing_of(item: Item, unit: Unit, known: Sequence[Destination]) -> Clearing:
    """Return which of the receivers an approved item may not go to yet."""
    names: dict[str, list[str]] = {}
    for destination in known:
        code = destination_code(unit, destination)
        if code:
            names.setdefault(code, []).append(destination.name)
    missing, rule = review.missing_clearance(item, list(names))
    return Clearing({code: names[code] for code in missing}, rule, latest_clearance(item))


def why_locked(clearing: Clearing, unit: Unit, destination: Destination) -> str:
    """Return why an item may not go to a receiver yet; empty when it may."""
    if destination_code(unit, destination) not in clearing.missing:
        return ""
    return "正在报送审签" if clearing.is_open else f"按{clearing.rule}，要先审签"


@login_required
@require_POST
def clear(request: HttpRequest, item_uuid: UUID) -> HttpResponse:
    """Ask for the sign-off that the chosen destinations demand."""
    user = reader(request)
    item = get_visible(user, item_uuid)
    review.ask_clearance(actor=user.actor, item_uuid=item.uuid, destinations=request.POST.getlist("destinations"))
    messages.success(request, "已发起报送审签，签批以后就可以报送。")
    return redirect("desk:send", item_uuid=item.uuid)
