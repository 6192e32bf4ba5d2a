"""What happens when a limit comes near or has passed; an alarm of an older setting of the clock is void."""

from datetime import datetime
from uuid import UUID

from tenants.review import engine, holders
from tenants.review.definition import OnLate
from tenants.review.engine import Frame
from tenants.review.models import Task, Verb
from tenants.review.operations.asking import hand_on
from tenants.review.operations.common import find, finish
from zhitong.core.operations import Actor, operation


@operation()
def limit_passed(*, actor: Actor, task_uuid: UUID, due: datetime) -> bool:
    """Note that an open task is late, and do what its step says: mark, tell those in `late_to`, or hand on to them.

    The same alarm again does nothing. A question or a draft that is late is never handed on: it asks a person.

    Returns:
        Whether the alarm held: the task is open, its clock runs and was not set anew, and it was not noted before.
    """
    run_id = Task.objects.filter(uuid=task_uuid).values_list("run_id", flat=True).first()
    if run_id is None:
        return False
    frame = engine.lock_run(actor, run_id)
    task = find(frame, task_uuid)
    if task.state != Task.State.OPEN or task.paused_at or task.due_at != due or due > frame.moment:
        return False
    if frame.run.acts.filter(task=task, verb=Verb.LATE, at__gte=due).exists():
        return False
    step = frame.definition.steps[task.step]
    told = [one for one in holders.assignees(step.late_to, frame.asking(step)) if one.user.pk != task.holder_id]
    if step.on_late is OnLate.HAND_ON and _hand_on(frame, task, told):
        finish(frame, "task.handed_on_late", task)
        return True
    readers = [one.user for one in told]
    frame.act(Verb.LATE, task=task, aim="、".join(user.name for user in readers), by_system=True)
    if readers:
        frame.copy_to(readers, f"“{step.name}”超期，{task.holder.name}还没有办")
    finish(frame, "task.late", task)
    return True


def _hand_on(frame: Frame, task: Task, told: list[holders.Assignee]) -> bool:
    if task.question_id or task.kind == Task.Kind.WRITE:
        return False
    busy = {one.holder_id for one in frame.pending}
    heir = next((one for one in told if one.user.pk not in busy), None)
    if heir is None:
        return False
    frame.act(Verb.LATE, task=task, aim=f"转由{heir.user.name}办理", by_system=True)
    hand_on(frame, task, heir, "超期转办，重新起算")
    return True
