"""`zhitong demo walk`: the main job over real HTTP, each step with what it saw."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from zhitong.demo.pages import PageError
from zhitong.demo.walk import Walk


class Command(BaseCommand):
    """Walk one report from a member of 南海区 to the province's ranking."""

    help = "Walk the main job over HTTP through four units and print each step."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Read the options."""
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        walk = Walk(options["port"], self.stdout.write)
        try:
            walk.run()
        except PageError as error:
            raise CommandError(f"step {walk.steps + 1} failed: {error}") from error
        self.stdout.write(f"{walk.steps} steps, all held")
