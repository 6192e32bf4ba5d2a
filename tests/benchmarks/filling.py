"""The same rows on both sides of a comparison."""

from datetime import timedelta

from django.db import connection

from tenants.accounts.models import Position, Role, User
from tenants.items.models import Item, ItemAuthor, State, Urgency
from tenants.review.definition import parse
from tenants.review.models import Act, FlowVersion, Run, Task, Verb
from tests.factories import TEXT
from zhitong.core import clock


def plain_clerk(password: str) -> User:
    """Create a clerk by rows alone, for an installation in which no operation can run."""
    user = User(username="clerk", name="李敏", password_changed_at=clock.now())
    user.set_password(password)
    user.save()
    user.roles.add(Role.objects.get(code="clerk"))
    return user


def fill(writer: User, count: int, first: int = 1) -> None:
    """Write approved items `first` … `first + count - 1`, each with two authors, newest last; refresh the planner."""
    start = clock.now() - timedelta(days=400)
    items = Item.objects.bulk_create(
        [
            Item(
                created_by=writer, year=2026, number=n, state=State.APPROVED if n % 3 else State.IN_REVIEW,
                created_at=start, changed_at=start + timedelta(minutes=n), submitted_at=start + timedelta(minutes=n),
                text_length=90, **{**TEXT, "title": f"{TEXT['title']}（{n}）"},
            )
            for n in range(first, first + count)
        ],
        batch_size=500,
    )  # fmt: skip
    ItemAuthor.objects.bulk_create(
        [
            ItemAuthor(item=item, order=order, user=writer if order == 1 else None, name=f"委员{order}")
            for item in items
            for order in (1, 2)
        ],
        batch_size=1000,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def fill_runs(writer: User, holder: User, version: FlowVersion, count: int, first: int = 1) -> list[Run]:
    """Write `count` items under way in review, each with an open task of `holder` at the first step; newest last.

    The step must ask one post, which `holder` has. The history is as the product writes it, so verbs go on from here.
    """
    step = parse(version.definition).steps[0]
    position = Position.objects.get(code=step.who[0].code)
    start = clock.now() - timedelta(days=30)
    minutes = [timedelta(minutes=n) for n in range(count)]
    items = Item.objects.bulk_create(
        [
            Item(
                created_by=writer, year=2026, number=first + n, state=State.IN_REVIEW, urgency=Urgency.IMPORTANT,
                created_at=start, changed_at=start + late, submitted_at=start + late, text_length=90,
                **{**TEXT, "title": f"{TEXT['title']}（{first + n}）"},
            )
            for n, late in enumerate(minutes)
        ],
        batch_size=500,
    )  # fmt: skip
    ItemAuthor.objects.bulk_create([ItemAuthor(item=item, order=1, user=writer, name=writer.name) for item in items])
    runs = Run.objects.bulk_create(
        [Run(item=item, flow_version=version, started_at=item.submitted_at) for item in items], batch_size=1000
    )
    tasks = Task.objects.bulk_create(
        [
            Task(
                run=run, step=0, step_name=step.name, position=position, holder=holder, opened_at=run.started_at,
                opened_seq=1, due_at=clock.now() + timedelta(days=2) + late, due_why="2 个工作日",
            )
            for run, late in zip(runs, minutes, strict=True)
        ],
        batch_size=1000,
    )  # fmt: skip
    Act.objects.bulk_create(
        [
            Act(
                run=run, seq=1, verb=Verb.START, by=writer, by_label=writer.name, at=run.started_at,
                effects={
                    "run": {"state": Run.State.RUNNING, "step": 0, "round": 1, "back_to": None},
                    "opened": {str(task.uuid): [task.kind, task.state, str(holder.uuid)]},
                },
            )
            for run, task in zip(runs, tasks, strict=True)
        ],
        batch_size=1000,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return runs
