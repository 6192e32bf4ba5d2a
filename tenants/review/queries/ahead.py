"""What happens to a draft once it is submitted, told before."""

from tenants.items.models import Item, State
from tenants.review import engine
from tenants.review.clocks import due_of
from tenants.review.definition import parse
from tenants.review.operations.flows import choose_version
from zhitong.core import clock
from zhitong.core.errors import WrongState
from zhitong.web.templatetags.zt import zt_short


def what_follows(item: Item) -> str:
    """Return the first step a draft comes to and until when it is decided there; empty for other items.

    A returned item goes on in the run it has, and a unit without a flow takes nothing.
    """
    if item.state != State.DRAFT:
        return ""
    facts = engine.facts_of(item)
    try:
        definition = parse(choose_version(facts).definition)
    except WrongState:
        return ""
    path = definition.path(facts)
    if not path:
        return ""
    step = path[0][1]
    due = due_of(step, item.urgency, clock.now())
    if not due.at:
        return f"下一步：{step.name}"
    until = due.at if step.limit_hours and not step.limit_days else clock.local_date(due.at)
    return f"下一步：{step.name}，至 {zt_short(until)}"
