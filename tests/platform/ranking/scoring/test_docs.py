"""The manual's examples are true: they read, and the worked regulation gives what the manual says."""

import re
from decimal import Decimal
from pathlib import Path

from tests.platform.ranking.scoring.make import adopted, event, persons, totals
from zhitong.ranking.scoring import preset, read_events, read_rules, score

MANUAL = (Path(__file__).parents[4] / "docs" / "scoring.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", MANUAL, flags=re.DOTALL)


def test_every_rule_set_reads() -> None:
    whole, part = blocks("yaml")
    read_rules(whole)
    read_rules("code: T\nname: 试行办法\nversion: 1\nsubject: unit\n" + part)


def test_every_event_reads_and_scores() -> None:
    (lines,) = blocks("json")
    entries = score(read_events(lines.splitlines()), preset("A"))
    assert [entry.counted for entry in entries] == [False] * len(entries)
    assert entries


def test_the_way_from_the_paper_to_the_ledger_line() -> None:
    whole, _ = blocks("yaml")
    (events,) = blocks("jsonl")
    (told,) = blocks("text")
    entries = [e for e in score(read_events(events.splitlines()), read_rules(whole)) if e.subject_id == "李委员"]
    lines = [f"{e.rule.name}:{e.arithmetic}" + (f" — 未计入:{e.clause.words}" if e.clause else "") for e in entries]
    assert lines == told.splitlines()


def test_the_worked_regulation() -> None:
    # a and b jointly: sent 1 → 0.5 each; county single 5 × 1.5 = 7.5, city 10 × 1.5 = 15, the higher counts → 7.5
    # each; an instruction 10 → 5 each = 13. b alone: twelve sent, 10 at most, of which 0.5 is used; late −1 = 21.5.
    joint = {"authors": persons("a", "b")}
    events = [
        event("s", "submitted", "2024-01-05", **joint),
        adopted("e1", "2024-02-05", "single", "county", "cppcc", flags=["exemplar"], **joint),
        adopted("e2", "2024-03-05", "single", "city", "cppcc", flags=["exemplar"], **joint),
        event("e3", "instruction", "2024-04-05", leader_rank="county", **joint),
        event("late", "deduction", "2024-05-05", flags=["late"], authors=persons("b")),
    ]
    events += [event(f"b{n:02}", "submitted", "2024-06-05", item=f"b{n}", authors=persons("b")) for n in range(12)]
    whole, _ = blocks("yaml")
    assert totals(score(events, read_rules(whole))) == {"a": 13, "b": Decimal("21.5")}
