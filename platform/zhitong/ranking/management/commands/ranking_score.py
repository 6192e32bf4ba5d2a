"""`zhitong ranking score`: events and rules from files to ledger lines, without a database."""

import json
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from zhitong.core.located import place_words
from zhitong.ranking.scoring import (
    Entry,
    EventError,
    RulesError,
    ScoringError,
    read_events,
    read_rules,
    score,
)

_MOST = 50


class Command(BaseCommand):
    """Score a file of events."""

    help = "Score EVENTS (JSON lines) by RULES (YAML) and print one JSON line an entry; needs no database."
    needs_servers = False
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Read the paths."""
        parser.add_argument("rules", type=Path, help="the rule set, a YAML file")
        parser.add_argument("events", type=Path, help="the events, one JSON object a line")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        faults: list[EventError] = []
        try:
            rules = read_rules(options["rules"].read_bytes())
            with options["events"].open("rb") as lines:
                events = list(read_events(lines, faults.append))
            if faults:
                raise CommandError(_listed(faults))
            entries = score(events, rules)
        except RulesError as error:
            raise CommandError(_listed(error.faults)) from error
        except EventError as error:
            raise CommandError(_listed([error])) from error
        except OSError as error:
            raise CommandError(" ".join(str(error).split())) from error
        for entry in entries:
            self.stdout.write(json.dumps(_plain(entry), ensure_ascii=False))


def _listed(faults: Sequence[ScoringError]) -> str:
    """Every fault on a line of its own: where, why, and the same in Chinese."""
    lines = [_told(fault) for fault in faults[:_MOST]]
    if len(faults) > _MOST:
        lines.append(f"… and {len(faults) - _MOST} more")
    return "\n".join(lines)


def _told(fault: ScoringError) -> str:
    place, chinese = place_words(fault.path), fault.message.removeprefix(f"第 {fault.line} 行：")
    where = [f"line {fault.line}"] if fault.line else []
    return f"{': '.join([*where, *([place] if place else []), fault.reason])} ({chinese})"


def _plain(entry: Entry) -> dict[str, Any]:
    return {
        "subject": entry.subject_id,
        "subject_kind": entry.subject_kind,
        "group": entry.subject.group,
        "event": entry.event_ids[0] if entry.event_kind else "",
        "events": list(entry.event_ids),
        "item": entry.item,
        "rule": entry.rule.key,
        "rule_name": entry.rule.name,
        "version": entry.rule.version,
        "points": format(entry.points, "f"),
        "counted": entry.counted,
        "clause": entry.clause.words if entry.clause else "",
        "counted_on": entry.counted_on.isoformat(),
        "arithmetic": entry.arithmetic,
    }
