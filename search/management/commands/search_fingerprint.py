"""`zhitong search fingerprint`: fingerprints for documents without one, or for all; can be stopped and run again."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from search.alike import Weights, fingerprint, read
from search.alike.fingerprints import of_unit
from search.documents import ALIKE, body_of
from search.models import Fingerprint, SearchDocument
from search.weighing import weights_in_force

_BATCH = 500


class Command(BaseCommand):
    """Fill the table of fingerprints batch by batch, each in a transaction of its own."""

    help = "Make the fingerprints by which look-alikes are found for documents that have none."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the choice of all."""
        parser.add_argument(
            "--all", action="store_true", help="anew for all, when words are weighed differently by now"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run, and say how many were made and how fast."""
        began, made, last = time.monotonic(), 0, 0
        weights = weights_in_force()
        wanted = SearchDocument.objects.filter(kind__in=ALIKE).order_by("pk")
        wanted = wanted.defer("vector", "readers", "author_names")
        if not options["all"]:
            wanted = wanted.filter(fingerprint=None)
        while batch := list(wanted.filter(pk__gt=last)[:_BATCH]):
            Fingerprint.objects.bulk_create(
                [_of(document, weights) for document in batch],
                update_conflicts=True,
                unique_fields=["document"],
                update_fields=["unit", "bands", "terms"],
            )
            made, last = made + len(batch), batch[-1].pk
        seconds = time.monotonic() - began
        self.stdout.write(f"{made} fingerprints made, {made / seconds:.0f} a second")


def _of(document: SearchDocument, weights: Weights) -> Fingerprint:
    made = fingerprint(read(document.title, body_of(document)), weights)
    unit_id = document.unit_id
    return Fingerprint(document=document, unit_id=unit_id, bands=list(made.bands), terms=of_unit(made.terms, unit_id))
