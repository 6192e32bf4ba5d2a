"""Runs all measurements, or those of some groups, on parts of its own, in a folder that is removed afterwards."""

import argparse
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from tests.benchmarks.timing import Figure
from zhitong import parts

ROOT = Path(__file__).resolve().parents[2]
GROUPS = ("lists", "creation", "review", "sends", "scoring", "journey", "figures", "search")


def main() -> None:
    """Measure, print, write build/bench.json. A goal that is missed is said, not a failure of the command."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Measure and compare.")
    parser.add_argument("groups", nargs="*", metavar="group", help=f"of {', '.join(GROUPS)}; all of them without")
    groups = parser.parse_args().groups or list(GROUPS)
    if unknown := set(groups) - set(GROUPS):
        parser.error(f"unknown group: {', '.join(sorted(unknown))}")
    # As a database has it that is there for a province, and not beside everything else on a desk.
    os.environ.setdefault("ZHITONG_DATABASE_MEMORY", "4GB")
    with tempfile.TemporaryDirectory(prefix="zt-bench-") as home, parts.running(Path(home)) as addresses:
        os.environ.update(addresses, ZHITONG_HOME=home, DJANGO_SETTINGS_MODULE="zhitong.config.settings")
        os.environ.setdefault("ZHITONG_LOG_LEVEL", "ERROR")
        figures = _measure(groups)
    folder = ROOT / "build"
    folder.mkdir(exist_ok=True)
    rows = [figure.as_dict() for figure in figures]
    (folder / "bench.json").write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n")
    missed = [figure.name for figure in figures if not figure.holds]
    print(f"写入 {folder / 'bench.json'}；" + (f"没有达到：{'、'.join(missed)}" if missed else "目标全部达到"))


def _measure(groups: Sequence[str]) -> list[Figure]:
    import django

    django.setup()
    from django.db import connections

    from tests import factories
    from tests.benchmarks import creation, figures, journey, lists, review, scoring, search, sends
    from zhitong.units import schemas

    schemas.migrate_fleet()
    units = factories.create_units()
    unit = units["nanhai"]
    measures: dict[str, Callable[[], Iterable[Figure]]] = {
        "lists": lambda: lists.measure(unit),
        "creation": creation.measure,
        "review": lambda: review.measure(units),
        "sends": lambda: sends.measure(unit),
        "scoring": scoring.measure,
        # Last: they leave millions of rows behind.
        "journey": lambda: journey.measure(units),
        "figures": lambda: figures.measure(units),
        "search": lambda: search.measure(units),
    }
    found: list[Figure] = []
    for group in groups:
        for figure in measures[group]():
            found.append(figure)
            mark = "" if not figure.goal else ("  达到" if figure.holds else "  没有达到")
            print(f"{figure.value:>12,.2f} {figure.unit:<5} {figure.name}  {figure.goal}{mark}", flush=True)
    connections.close_all()
    return found


if __name__ == "__main__":
    main()
