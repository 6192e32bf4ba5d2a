"""What the page of an item's journey shows of its handlings, as far as the reader may know it."""

from dataclasses import dataclass

from django.urls import reverse

from tenants.accounts.models import User
from tenants.handling import presenting, queries
from tenants.handling.forms import RatingForm
from tenants.handling.presenting import StepLine
from tenants.items.models import Item
from zhitong.core.operations import require_unit
from zhitong.exchange.models import Assignment
from zhitong.exchange.queries.handling import Outcome, outcomes_of
from zhitong.web.parts import State, Tag
from zhitong.web.templatetags.zt import zt_short


@dataclass(frozen=True, slots=True)
class Shown:
    """A handling on a journey: its handlers as (role, name, state, limit), the answer, and where the author rates it.

    `hidden` says that the answer's words are not open; `url` leads the asking unit's office to the whole.
    """

    outcome: Outcome
    parts: list[tuple[Tag, str, State, str]]
    answer: StepLine | None
    hidden: bool
    url: str
    rate_url: str
    form: RatingForm | None

    @property
    def awaited(self) -> list[Assignment]:
        """The handlers whose answer the authors wait for: the lead, as long as it owes one."""
        return [part for part in self.outcome.handlers if part.role == Assignment.Role.LEAD and part.is_open]


def handlings_of(user: User, item: Item, *, for_the_office: bool) -> list[Shown]:
    """Return the handlings of an item and of what was made of it above; the caller has checked that it may be seen."""
    found = outcomes_of(require_unit(), item.uuid, for_the_office=for_the_office)
    rates = bool(found) and queries.may_rate(user, item)
    return [_shown(one, item, for_the_office=for_the_office, rates=rates) for one in found]


def _shown(one: Outcome, item: Item, *, for_the_office: bool, rates: bool) -> Shown:
    own = for_the_office and one.handling.asker_id == require_unit()
    asks = rates and one.awaits_rating and one.handling.is_released
    return Shown(
        one,
        [
            (
                presenting.role_tag(part),
                part.name,
                presenting.state_of(part),
                f"应在 {zt_short(part.due_at)} 前答复" if part.is_open else "",
            )
            for part in one.handlers
        ],
        presenting.line(one.answer) if one.answer else None,
        hidden=not one.is_open,
        url=reverse("handling:handling", args=[one.handling.uuid]) if own else "",
        rate_url=reverse("handling:rate", args=[one.handling.uuid, item.uuid]) if asks else "",
        form=RatingForm(auto_id=f"rate-{one.handling.pk}-%s") if asks else None,
    )
