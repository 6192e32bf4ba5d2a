"""`zhitong outbox status`: what waits, fails and died."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import Count, Min, Q

from zhitong.core.models import OutboxMessage


class Command(BaseCommand):
    """Show the outbox's health."""

    help = "Show by topic how many messages wait, failed and wait again, and lie dead."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        topics = (
            OutboxMessage.objects.filter(done_at__isnull=True)
            .values("topic")
            .annotate(
                waiting=Count("id", filter=Q(dead_at__isnull=True, attempts=0)),
                failing=Count("id", filter=Q(dead_at__isnull=True, attempts__gt=0)),
                dead=Count("id", filter=Q(dead_at__isnull=False)),
                oldest=Min("created_at"),
            )
            .order_by("topic")
        )
        for row in topics:
            self.stdout.write(
                f"{row['topic']}\twaiting {row['waiting']}\tfailing {row['failing']}\tdead {row['dead']}"
                f"\toldest {row['oldest']:%Y-%m-%dT%H:%M:%SZ}"
            )
        if not topics:
            self.stdout.write("the outbox is empty")
