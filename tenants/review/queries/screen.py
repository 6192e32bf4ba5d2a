"""One task with everything its screen shows, in a constant number of queries."""

from dataclasses import dataclass
from uuid import UUID

from tenants.accounts.models import Position, User
from tenants.items.models import Attachment, Edition, EditionKind, Item
from tenants.review.definition import Definition, Mode, Step, parse
from tenants.review.engine import facts_of
from tenants.review.models import Phrase, Run, Task
from tenants.review.queries.history import TimelineLine, timeline
from zhitong.core.errors import NotFound


@dataclass(frozen=True, slots=True)
class TaskScreen:
    """A task, its run and item; all tasks of the run, the item's texts, files and history, and the phrases to hand.

    `posts` are names of posts by code.
    """

    reader: User
    task: Task
    run: Run
    item: Item
    definition: Definition
    tasks: list[Task]
    editions: list[Edition]
    lines: list[TimelineLine]
    files: list[Attachment]
    posts: dict[str, str]
    phrases: list[str]

    @property
    def path(self) -> list[tuple[int, Step]]:
        """The steps this item passes, with their places in the flow."""
        return self.definition.path(facts_of(self.item, self.run))

    @property
    def is_mine(self) -> bool:
        """Whether the reader decides this task now."""
        return self.task.holder_id == self.reader.pk and self.task.state == Task.State.OPEN

    @property
    def next_step(self) -> Step | None:
        """The step after this one, None when this is the last."""
        return next((step for place, step in self.path if place > self.task.step), None)

    @property
    def earlier_steps(self) -> list[Step]:
        """The steps before this one, where the item can be returned to."""
        return [step for place, step in self.path if place < self.task.step]

    @property
    def others_open(self) -> int:
        """How many others have to decide the present step beside this task."""
        pending = (Task.State.OPEN, Task.State.WAITING)
        return sum(
            task.state in pending and task.pk != self.task.pk and task.round == self.task.round for task in self.tasks
        )

    @property
    def is_last(self) -> bool:
        """Whether a pass of this task ends the chain."""
        return self.next_step is None and not (self.others_open and not self._one_is_enough)

    @property
    def _one_is_enough(self) -> bool:
        step = self.definition.steps[self.task.step]
        return step.mode is Mode.ANY or self.task.seat is None

    @property
    def can_return(self) -> bool:
        """Whether there is anybody to return the item to: its author, unless it came from another unit, or a step."""
        return self.item.dispatch_uuid is None or bool(self.earlier_steps)

    @property
    def original(self) -> Edition | None:
        """The author's latest text."""
        return next((text for text in reversed(self.editions) if text.kind == EditionKind.ORIGINAL), None)

    @property
    def edited(self) -> Edition | None:
        """The latest text of a reviewer made from the author's latest one, None before anybody edited it."""
        last = self.editions[-1] if self.editions else None
        return last if last and last.kind != EditionKind.ORIGINAL else None

    @property
    def compared(self) -> tuple[Edition, Edition] | None:
        """What a comparison sets side by side: original and edited text, or the texts before and after a return."""
        if self.original and self.edited:
            return self.original, self.edited
        return (self.editions[-2], self.editions[-1]) if len(self.editions) > 1 else None


def load_screen(user: User, task_uuid: UUID) -> TaskScreen:
    """Return the screen of a task that `user` holds, or may read by the right to read all reviews.

    Raises:
        NotFound: absent, or not for this reader.
    """
    tasks = Task.objects.select_related("run__item__group", "run__flow_version__flow", "holder", "position")
    task = tasks.filter(uuid=task_uuid).first()
    if task is None or (task.holder_id != user.pk and not user.has_zt_perm("review.read_all")):
        raise NotFound
    run, item = task.run, task.run.item
    return TaskScreen(
        reader=user,
        task=task,
        run=run,
        item=item,
        definition=parse(run.flow_version.definition),
        tasks=list(run.tasks.select_related("holder", "position").order_by("pk")),
        editions=list(item.editions.order_by("number")),
        lines=timeline(item),
        files=list(item.attachments.filter(removed_at__isnull=True)),
        posts=dict(Position.objects.values_list("code", "name")),
        phrases=list(Phrase.objects.filter(owner__isnull=True).values_list("text", flat=True)[:8]),
    )
