"""`zhitong ranking score`: events and rules from files to ledger lines, without a database."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from zhitong.ranking.scoring import Entry, ScoringError, read_events, read_rules, score


class Command(BaseCommand):
    """Score a file of events."""

    help = "Score EVENTS (JSON lines) by RULES (YAML) and print one JSON line an entry; needs no database."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Read the paths."""
        parser.add_argument("rules", type=Path, help="the rule set, a YAML file")
        parser.add_argument("events", type=Path, help="the events, one JSON object a line")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        try:
            rules = read_rules(options["rules"].read_bytes().decode())
            with options["events"].open("rb") as lines:
                entries = score(read_events(lines), rules)
        except ScoringError as error:
            raise CommandError(str(error)) from error
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(" ".join(str(error).split())) from error
        for entry in entries:
            self.stdout.write(json.dumps(_plain(entry), ensure_ascii=False))


def _plain(entry: Entry) -> dict[str, Any]:
    return {
        "subject": entry.subject_id,
        "group": entry.subject.group,
        "events": list(entry.event_ids),
        "item": entry.item,
        "rule": entry.rule.key,
        "version": entry.rule.version,
        "points": format(entry.points, "f"),
        "counted": entry.counted,
        "clause": entry.clause.words if entry.clause else "",
        "counted_on": entry.counted_on.isoformat(),
        "arithmetic": entry.arithmetic,
    }
