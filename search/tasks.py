"""Background work of search: changes to the engine, attached files, nightly sweep, what is new for kept questions."""

import structlog
from celery import shared_task

from search.backend import EngineDown
from search.clusters.keeping import periods_now, refresh
from search.elastic.pushing import push
from search.files.keeping import read_due
from search.models import SavedSearch, Upkeep
from search.operations import ask_upkeep
from search.suggesting.learning import learn
from search.suggesting.targets import all_targets
from search.upkeep import run_waiting
from zhitong.core import outbox
from zhitong.core.operations import system
from zhitong.core.tasks import PlatformTask
from zhitong.units.models import Unit

log = structlog.get_logger(__name__)

SAVED_DUE = "search.saved.due"


@shared_task(base=PlatformTask, name="search.tasks.push_changes", expires=10)
def push_changes() -> int:
    """Bring changes to the engine; return how many arrived. One that is down is asked again a little later."""
    try:
        return push()
    except EngineDown as error:
        log.warning("search.engine_down", reason=str(error))
        return 0


@shared_task(base=PlatformTask, name="search.tasks.read_files", expires=10)
def read_files() -> int:
    """Read the attached files that wait; return how many were dealt with."""
    return read_due()


@shared_task(base=PlatformTask, name="search.tasks.sweep")
def sweep() -> None:
    """Have a worker put right what differs between units, documents and index."""
    ask_upkeep(actor=system(None), kind=Upkeep.Kind.SWEEP)


@shared_task(base=PlatformTask, name="search.tasks.run_upkeep", time_limit=4 * 3600)
def run_upkeep() -> int:
    """Sweep or rebuild what was asked for; return how many came to an end."""
    return run_waiting()


@shared_task(base=PlatformTask, name="search.tasks.refresh_saved")
def refresh_saved() -> int:
    """Have every unit count what is new for the questions its people keep; return how many units were asked."""
    units = SavedSearch.objects.filter(alerts=True).values_list("unit_id", flat=True).distinct()
    for unit_id in units:
        outbox.publish(SAVED_DUE, {}, unit_id=unit_id)
    return len(units)


@shared_task(base=PlatformTask, name="search.tasks.learn_suggestions", time_limit=4 * 3600)
def learn_suggestions() -> int:
    """Train what units suggest from their archives, where enough was added; return how many models were made."""
    made = 0
    for unit in Unit.objects.order_by("pk"):
        with unit:
            made += sum(learn(target) is not None for target in all_targets())
    return made


@shared_task(base=PlatformTask, name="search.tasks.refresh_hot_subjects", time_limit=4 * 3600)
def refresh_hot_subjects() -> int:
    """Compute the hot subjects of the periods that are kept up to date; return how many there are."""
    return refresh(periods_now())
