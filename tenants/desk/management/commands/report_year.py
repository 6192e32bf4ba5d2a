"""`zhitong report year`: the yearly summary of a unit, written from its data."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tenants.desk.reports import year_paragraph
from zhitong.core.operations import system
from zhitong.ranking.operations import recount
from zhitong.units.models import Host


class Command(BaseCommand):
    """Print the paragraph."""

    help = "Write the yearly summary of a unit from its data."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Read the options."""
        parser.add_argument("--unit", required=True, help="the unit's host label (nanhai) or full host")
        parser.add_argument("--year", type=int, required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        label = options["unit"]
        domain = label if "." in label else f"{label}.{settings.BASE_DOMAIN}"
        host = Host.objects.select_related("tenant__parent").filter(domain=domain).first()
        if host is None:
            raise CommandError(f"no unit on host {domain!r}; `zhitong unit list` names them")
        if not 1949 <= options["year"] <= 2100:
            raise CommandError(f"{options['year']} is not a year between 1949 and 2100")
        recount(actor=system(None), year=options["year"])
        with host.tenant:
            self.stdout.write(year_paragraph(host.tenant, options["year"]))
