"""`zhitong search evaluate-pairs PAIRS TEXTS…`: how well look-alikes are told apart on graded pairs; no database."""

from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from search.alike import Kind, evaluation
from search.alike.evaluation import COPIES, EVENTS, Judged, Rate
from search.alike.graded import GradedError, read_pairs, read_texts


class Command(BaseCommand):
    """Print what each relation was called, precision and recall, and what fingerprints reach."""

    help = "Measure the kinds of look-alikes on PAIRS (JSON lines) of TEXTS (JSON lines); needs no database."
    requires_system_checks: list[str] = []
    needs_servers = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the files and which half is measured."""
        parser.add_argument("pairs", type=Path, help="graded pairs: a, b, relation, one JSON object a line")
        parser.add_argument("texts", type=Path, nargs="+", help="texts: id, title, text, one JSON object a line")
        parser.add_argument(
            "--half", choices=["fitted", "held"], help="only the half the rules were fitted on, or the one held back"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Read, compare, print."""
        try:
            texts = read_texts(options["texts"])
            pairs = read_pairs(options["pairs"], texts)
        except GradedError as error:
            raise CommandError(str(error)) from error
        if options["half"]:
            pairs = evaluation.halves(pairs)[options["half"] == "held"]
        judged = evaluation.judge(pairs, texts)
        self.stdout.write(f"{len(pairs)} pairs, words weighed over {len(texts)} texts\n")
        self._table(judged)
        self._totals(judged)

    def _table(self, judged: Sequence[Judged]) -> None:
        self.stdout.write(f"\n{'called':24}" + "".join(f"{kind:>12}" for kind in Kind))
        for relation, kinds in evaluation.confusion(judged).items():
            self.stdout.write(f"{relation:24}" + "".join(f"{kinds[kind]:>12}" for kind in Kind))
        rates = [evaluation.of_kind(judged, kind) for kind in Kind]
        self.stdout.write(f"{'precision':24}" + "".join(f"{_said(rate.precision):>12}" for rate in rates))
        self.stdout.write(f"{'recall':24}" + "".join(f"{_said(rate.recall):>12}" for rate in rates))

    def _totals(self, judged: Sequence[Judged]) -> None:
        self._rate("verbatim and reworked against all others", evaluation.copies(judged))
        self._rate("same event against different and decoys", evaluation.events(judged))
        self._part("decoys called the same", evaluation.decoys(judged))
        self._part("copies that fingerprints bring together", evaluation.reached(judged, COPIES))
        self._part("same events that fingerprints bring together", evaluation.reached(judged, EVENTS))

    def _rate(self, words: str, rate: Rate) -> None:
        self.stdout.write(f"{words:46} recall {_said(rate.recall)}  precision {_said(rate.precision)}")

    def _part(self, words: str, part: tuple[int, int]) -> None:
        of, whole = part
        self.stdout.write(f"{words:46} {of} of {whole}" + (f" = {of / whole:.3f}" if whole else ""))


def _said(share: float | None) -> str:
    return "-" if share is None else f"{share:.3f}"
