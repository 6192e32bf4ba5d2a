"""The Celery application: tasks run inside a unit, or say openly that they belong to the platform."""

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhitong.config.settings")

import django
from celery.schedules import crontab
from django.conf import settings
from tenant_schemas_celery.app import CeleryApp

django.setup()

from zhitong.core.checks import refuse_unsafe_start  # noqa: E402 - needs the set-up above

refuse_unsafe_start()

# Without an engine beside the database nothing waits to be brought there.
_FOR_THE_ENGINE = (
    {"push-search-changes": {"task": "search.tasks.push_changes", "schedule": 2.0}}
    if settings.SEARCH_BACKEND == "elasticsearch"
    else {}
)

app = CeleryApp("zhitong", task_cls="zhitong.core.tasks:UnitTask")
app.config_from_object(
    {
        "broker_url": settings.CELERY_BROKER_URL,
        "task_ignore_result": True,
        "task_acks_late": True,
        "worker_prefetch_multiplier": 1,
        "task_time_limit": 600,
        "timezone": settings.TIME_ZONE,
        "broker_connection_retry_on_startup": True,
        "worker_hijack_root_logger": False,
        "beat_schedule": {
            "drain-outbox": {"task": "zhitong.core.tasks.drain_outbox", "schedule": 5.0},
            "refresh-standings": {"task": "zhitong.ranking.tasks.refresh_standings", "schedule": 10.0},
            **_FOR_THE_ENGINE,
            "read-attached-files": {"task": "search.tasks.read_files", "schedule": 5.0},
            "refresh-saved-searches": {"task": "search.tasks.refresh_saved", "schedule": crontab(minute=5)},
            "sweep-search": {"task": "search.tasks.sweep", "schedule": crontab(hour=3, minute=20)},
            "run-upkeep": {"task": "search.tasks.run_upkeep", "schedule": 30.0, "options": {"expires": 30}},
            "refresh-hot-subjects": {
                "task": "search.tasks.refresh_hot_subjects",
                "schedule": crontab(hour=4, minute=10),
            },
            "learn-suggestions": {"task": "search.tasks.learn_suggestions", "schedule": crontab(hour=2, minute=40)},
            "compute-trials": {"task": "zhitong.ranking.tasks.compute_trials", "schedule": 10.0},
            "run-exports": {"task": "zhitong.exports.tasks.run_exports", "schedule": 10.0, "options": {"expires": 10}},
            "drop-exports": {
                "task": "zhitong.exports.tasks.drop_expired",
                "schedule": crontab(hour=3, minute=50),
            },
        },
    }
)
app.autodiscover_tasks()


@app.on_after_finalize.connect  # type: ignore[untyped-decorator]
def _check_names(sender: Any, **_: Any) -> None:
    """Refuse to start when the timetable names a task that does not exist."""
    missing = {entry["task"] for entry in sender.conf.beat_schedule.values()} - set(sender.tasks)
    if missing:
        raise RuntimeError(f"beat_schedule names unknown tasks: {sorted(missing)}")
