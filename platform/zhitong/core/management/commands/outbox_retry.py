"""`zhitong outbox retry`: a new life for dead letters."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from zhitong.core import outbox


class Command(BaseCommand):
    """Retry dead letters."""

    help = "Give dead letters (all, or those with these ids) a new life."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare arguments."""
        parser.add_argument("ids", nargs="*", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        self.stdout.write(f"{outbox.retry(options['ids'] or None)} message(s) will be tried again")
