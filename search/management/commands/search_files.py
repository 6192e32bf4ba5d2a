"""`zhitong search files`: how many attached files are read, wait, or were skipped, and why."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from search.files.keeping import read_again
from search.files.queries import counts


class Command(BaseCommand):
    """Count the files that search reads; put skipped ones in line again when asked."""

    help = "Tell how many attached files are read, wait or were skipped, and why."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the retry."""
        parser.add_argument("--again", action="store_true", help="have skipped files read once more")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print the counts."""
        if options["again"]:
            self.stdout.write(f"{read_again()} files are in line again")
        for what, number in sorted(counts().items()):
            self.stdout.write(f"{what}: {number}")
