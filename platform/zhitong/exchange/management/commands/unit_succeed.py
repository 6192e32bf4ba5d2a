"""`zhitong unit succeed`: a unit ends and others take its place; without `--confirm` it only says what is open."""

from argparse import ArgumentTypeError
from datetime import date
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandParser

from zhitong.core import clock
from zhitong.core.operations import system
from zhitong.exchange.operations import succeed
from zhitong.exchange.queries import affected_by
from zhitong.units.models import ChangeKind, Unit
from zhitong.units.queries import unit_at


class Command(BaseCommand):
    """Show what is open around a unit, or end it."""

    help = "End a unit and let others take its place: open dispatches, lines and routes go to them. Cannot be undone."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare arguments."""
        parser.add_argument("--host", required=True, help="label under the base domain, or the whole host name")
        parser.add_argument("--kind", required=True, choices=[k.value for k in ChangeKind if k != ChangeKind.RENAMED])
        parser.add_argument(
            "--to", action="append", default=[], metavar="HOST", help="a successor; the first by default"
        )
        parser.add_argument("--sender", action="append", default=[], type=_pair, metavar="HOST=HOST",
                            help="a unit that reported there, and its successor")  # fmt: skip
        parser.add_argument("--row", action="append", default=[], type=_pair, metavar="UUID=HOST",
                            help="one open dispatch, and its successor")  # fmt: skip
        parser.add_argument("--on", type=date.fromisoformat, help="first day without the unit (today)")
        parser.add_argument("--reason", required=True, help="the decision it rests on")
        parser.add_argument(
            "--confirm", default="", metavar="NAME", help="full name of the unit; without it: a preview"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        unit = unit_at(options["host"])
        successors = [unit_at(host) for host in options["to"]]
        heirs = {unit_at(sender).pk: unit_at(heir) for sender, heir in options["sender"]}
        rows = {UUID(dispatch): unit_at(heir) for dispatch, heir in options["row"]}
        if not options["confirm"]:
            self._preview(unit, heirs, rows, successors[0] if successors else None)
            return
        done = succeed(
            actor=system(None),
            unit=unit,
            kind=ChangeKind(options["kind"]),
            effective_on=options["on"] or clock.today(),
            basis=options["reason"],
            typed_name=options["confirm"],
            successor=successors[0] if successors else None,
            successors=successors,
            heirs=heirs,
            rows=rows,
        )
        for moved in done.moved:
            self.stdout.write(f"moved\t{moved.uuid}\t{moved.receiver_name}")
        for ended in done.ended:
            self.stdout.write(f"ended\t{ended.uuid}\t{ended.sender.short_name}")
        self.stdout.write(f"{done.change.kind} {unit.short_name}; its archive stays readable")

    def _preview(self, unit: Unit, heirs: dict[int, Unit], rows: dict[UUID, Unit], default: Unit | None) -> None:
        affected = affected_by(unit)
        for one in affected.senders:
            heir = heirs.get(one.pk, default)
            self.stdout.write(f"reports there\t{one.short_name}\t-> {heir.short_name if heir else 'nobody'}")
        for dispatch in affected.incoming:
            heir = rows.get(dispatch.uuid) or heirs.get(dispatch.sender_id, default)
            self.stdout.write(
                f"open\t{dispatch.uuid}\t{dispatch.state}\t{dispatch.sender.short_name}"
                f"\t-> {heir.short_name if heir else 'nobody'}"
            )
        self.stdout.write(
            f"sent and open {affected.outgoing}, undecided {affected.undecided}, children {len(affected.children)}, "
            f"participants {len(affected.participants)}, routes in {len(affected.routes_in)}, "
            f"routes out {len(affected.routes_out)}, calls {len(affected.calls)}, to handle {len(affected.assignments)}"
        )
        self.stdout.write("nothing was changed: --confirm NAME does it")


def _pair(words: str) -> tuple[str, str]:
    left, sign, right = words.partition("=")
    if not (left and sign and right):
        raise ArgumentTypeError(f"{words!r} is not of the form A=B")
    return left, right
