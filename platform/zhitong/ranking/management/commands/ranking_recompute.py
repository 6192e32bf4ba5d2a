"""`zhitong ranking recompute`: ledger and standings from the events."""

from argparse import ArgumentParser
from collections.abc import Sequence
from itertools import product
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Max, Min

from zhitong.core import clock
from zhitong.core.operations import system
from zhitong.exchange.models import Event, ItemFact
from zhitong.ranking.counting import WHAT
from zhitong.ranking.models import RuleSet
from zhitong.ranking.operations import recompute, recompute_units, recount
from zhitong.ranking.scored import Chronicle
from zhitong.units.queries import unit_at


class Command(BaseCommand):
    """Rebuild and print what differed."""

    help = "Rebuild counts, ledger and standings from the events and print every difference; a second run finds none."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Read the options."""
        parser.add_argument("--year", type=int, help="the year to rebuild (default: the present one)")
        parser.add_argument("--from", dest="first", type=int, help="the first of several years")
        parser.add_argument("--to", dest="last", type=int, help="the last of several years (default: the present one)")
        parser.add_argument("--all", action="store_true", help="every year in which anything happened")
        parser.add_argument("--unit", help="host name of a unit: only its lines, and those of its persons and groups")
        parser.add_argument("--rules", help="code of one rule set (default: all)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run, each set and year in a transaction of its own."""
        rule_sets = RuleSet.objects.select_related("owner").order_by("pk")
        if options["rules"]:
            rule_sets = rule_sets.filter(code=options["rules"])
            if not rule_sets:
                raise CommandError("no such rule set; publish one first")
        units = {unit_at(options["unit"]).pk} if options["unit"] else None
        found = 0
        for year in _years(options):
            changed = len(recount(actor=system(None), year=year))
            self.stdout.write(f"counts {year}: {changed} difference(s)")
            found += changed
            chronicle = Chronicle(units)
            for rule_set in rule_sets:
                if units:
                    counted = list(product(units, range(1, 13), WHAT))
                    differences = recompute_units(
                        actor=system(None), rule_set=rule_set, year=year, chronicle=chronicle, counted=counted
                    )
                else:
                    differences = recompute(actor=system(None), rule_set=rule_set, year=year, chronicle=chronicle)
                for difference in differences:
                    sign = "+" if difference.sign > 0 else "-"
                    self.stdout.write(
                        f"{sign} {difference.subject} {difference.points} {difference.rule}: {difference.arithmetic}"
                    )
                name = f"{rule_set.owner.short_name} {rule_set.code}"
                self.stdout.write(f"{name} {year}: {len(differences)} difference(s)")
                found += len(differences)
        self.stdout.write(f"{found} difference(s) in all")


def _years(options: dict[str, Any]) -> Sequence[int]:
    today = clock.today().year
    if options["all"]:
        known = Event.objects.aggregate(first=Min("occurred_on"), last=Max("occurred_on"))
        came_in = ItemFact.objects.aggregate(first=Min("submitted_on"))
        days = [day for day in (known["first"], came_in["first"]) if day]
        last = max(known["last"].year if known["last"] else today, today)
        return range(min((day.year for day in days), default=today), last + 1)
    if options["first"] or options["last"]:
        last = options["last"] or today
        first = options["first"] or last
        if last < first:
            raise CommandError("--from lies after --to")
        return range(first, last + 1)
    return [options["year"] or today]
