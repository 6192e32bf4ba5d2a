"""The base of all background tasks, and the task that empties the outbox."""

from typing import Any

from celery import shared_task
from tenant_schemas_celery.task import TenantTask

from zhitong.core import outbox
from zhitong.core.errors import NoUnitError
from zhitong.core.operations import current_unit_id, leave_unit


class UnitTask(TenantTask):  # type: ignore[misc]
    """A task that refuses to run without a unit, unless it declares `platform = True`."""

    abstract = True
    platform = False

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the body inside the unit it was sent from.

        Raises:
            NoUnitError: no unit is set and the task is not the platform's own.
        """
        if self.platform:
            leave_unit()
        elif current_unit_id() is None:
            raise NoUnitError(f"task {self.name} was sent without a unit")
        return super().__call__(*args, **kwargs)


class PlatformTask(UnitTask):
    """A task of the platform: it runs on the public schema."""

    abstract = True
    platform = True


@shared_task(base=PlatformTask, name="zhitong.core.tasks.drain_outbox")
def drain_outbox() -> int:
    """Handle what is due in the outbox; return how many messages were handled."""
    return outbox.drain()
