"""Whether a merged item may still be changed."""

from tenants.items.models import Item
from tenants.review import engine
from tenants.review.models import Run


def may_change_sources(item: Item) -> bool:
    """Return whether the sources of a merged item may be put in another order or apart: nobody has decided on it."""
    run = Run.objects.filter(item=item).order_by("-pk").first()
    return run is not None and run.state == Run.State.RUNNING and not _is_touched(run)


def _is_touched(run: Run) -> bool:
    return run.acts.exclude(verb__in=engine.UNTOUCHING).exists()
