"""`zhitong ranking recompute`: ledger and standings from the events."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from zhitong.core import clock
from zhitong.core.operations import system
from zhitong.ranking.models import RuleSet
from zhitong.ranking.operations import recompute


class Command(BaseCommand):
    """Rebuild and print what differed."""

    help = "Rebuild ledger and standings from the events and print every difference."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Read the options."""
        parser.add_argument("--year", type=int, help="the year to rebuild (default: the present one)")
        parser.add_argument("--rules", help="code of one rule set (default: all)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        year = options["year"] or clock.today().year
        rule_sets = RuleSet.objects.order_by("pk")
        if options["rules"]:
            rule_sets = rule_sets.filter(code=options["rules"])
        if not rule_sets:
            raise CommandError("no such rule set; publish one first")
        for rule_set in rule_sets:
            differences = recompute(actor=system(None), rule_set=rule_set, year=year)
            for difference in differences:
                sign = "+" if difference.sign > 0 else "-"
                self.stdout.write(
                    f"{sign} {difference.subject} {difference.points} {difference.rule}: {difference.arithmetic}"
                )
            self.stdout.write(f"{rule_set.code} {year}: {len(differences)} difference(s)")
