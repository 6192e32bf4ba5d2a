"""The same rows on both sides of a comparison."""

from datetime import timedelta

from django.db import connection

from tenants.accounts.models import Role, User
from tenants.items.models import Item, ItemAuthor, State
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
