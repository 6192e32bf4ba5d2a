"""Background work of exports."""

from celery import shared_task

from zhitong.core.tasks import PlatformTask
from zhitong.exports.running import drop_expired, run_waiting


@shared_task(base=PlatformTask, name="zhitong.exports.tasks.run_exports", time_limit=4 * 3600)
def run_exports() -> int:
    """Make the exports that wait; return how many came to an end."""
    return run_waiting()


@shared_task(base=PlatformTask, name="zhitong.exports.tasks.drop_expired")
def drop_expired_exports() -> int:
    """Delete what is past its time; return how many."""
    return drop_expired()
