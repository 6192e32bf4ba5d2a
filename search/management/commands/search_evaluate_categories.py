"""`zhitong search evaluate-categories FILE`: how well labels are told, on a held-back fifth; no database."""

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from search.alike.graded import GradedError, read_labelled
from search.suggesting.measuring import Sample, Trained, measure


class Command(BaseCommand):
    """Train on four fifths, and print what became of the rest."""

    help = "Train on four fifths of FILE (JSON lines: title, text, label) and measure on the rest; needs no database."
    requires_system_checks: list[str] = []
    needs_servers = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the file."""
        parser.add_argument("texts", type=Path, help="labelled texts: title, text, label, one JSON object a line")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Read, train, ask, print."""
        began = time.monotonic()
        try:
            samples = [Sample(*row) for row in read_labelled(options["texts"])]
            trained = measure(samples)
        except (GradedError, ValueError) as error:
            raise CommandError(str(error)) from error
        seconds = time.monotonic() - began
        self.stdout.write(f"trained on {trained.texts} texts, held back {trained.checked}, {seconds:.1f} s")
        self._table(trained)
        self.stdout.write(f"\naccuracy {trained.right} of {trained.checked} = {trained.accuracy:.3f}")
        for one in trained.sure:
            self.stdout.write(f"margin from {one.margin:6.3f}: confidence {one.share:.2f}")
        self.stdout.write(f"{len(trained.model.keys)} features, {len(trained.model.to_bytes()):,} bytes")

    def _table(self, trained: Trained) -> None:
        self.stdout.write(f"\n{'label':24}{'held back':>10}{'right':>8}{'recall':>8}")
        for label in trained.model.labels:
            whole = sum(count for (own, _told), count in trained.confusions.items() if own == label)
            right = trained.confusions[label, label]
            recall = f"{right / whole:.3f}" if whole else "-"
            self.stdout.write(f"{label:24}{whole:>10}{right:>8}{recall:>8}")
