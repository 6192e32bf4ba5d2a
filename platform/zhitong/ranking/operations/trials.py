"""Trials (what-if): asked for, computed at once when small, by a worker when large; nobody is ranked by them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from zhitong.core import clock
from zhitong.core.errors import NotFound
from zhitong.core.operations import Actor, operation
from zhitong.exchange.models import Event
from zhitong.people.models import Person
from zhitong.ranking.models import RuleSet, RuleSetVersion, Trial
from zhitong.ranking.operations.rules import checked
from zhitong.ranking.scored import events_for, rules_in_force, scope
from zhitong.ranking.scoring import read_rules
from zhitong.ranking.whatif import Progress, Row, compare
from zhitong.ranking.words import group_words
from zhitong.units.models import Unit

AT_ONCE = 3_000
"""Events of a year that are computed while the reader waits."""
_KEPT = timedelta(days=30)


@operation("ranking.configure")
def ask_trial(*, actor: Actor, owner: Unit, rule_set: RuleSet | None, source: str, year: int) -> Trial:
    """Compute a year by rules that are not in force, beside the versions of `rule_set` that are (None: beside nothing).

    Raises:
        InvalidInput: the source is no rule set; every fault with its line.
        NotFound: the rules are not for the actor's unit.
    """
    if owner.pk != actor.unit_id or (rule_set is not None and rule_set.owner_id != owner.pk):
        raise NotFound
    checked(source)
    Trial.objects.filter(owner=owner, asked_at__lt=clock.now() - _KEPT).delete()
    trial = Trial.objects.create(
        owner=owner, rule_set=rule_set, source=source, year=year, asked_at=clock.now(), asked_by=actor.label
    )
    if Event.objects.filter(occurred_on__year=year)[:AT_ONCE].count() < AT_ONCE:
        _finish(trial, lambda _: None)
    else:
        transaction.on_commit(_wake)
    return trial


def _wake() -> None:
    from zhitong.ranking.tasks import compute_trials

    compute_trials.apply_async(retry=False)


def compute_waiting() -> int:
    """Compute the trials that wait, each with its progress shown as it goes; return how many."""
    done = 0
    while (trial := _taken()) is not None:
        key = trial.pk
        try:
            _finish(trial, _showing(key))
        except Exception:
            Trial.objects.filter(pk=key).update(state=Trial.State.FAILED)
            raise
        done += 1
    return done


def _showing(key: int) -> Progress:
    def show(share: int) -> None:
        Trial.objects.filter(pk=key).update(progress=share)

    return show


def _taken() -> Trial | None:
    with transaction.atomic():
        trial = (
            Trial.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("owner", "rule_set__owner")
            .filter(state=Trial.State.WAITING)
            .order_by("asked_at")
            .first()
        )
        if trial is not None:
            trial.state, trial.progress = Trial.State.RUNNING, 1
            trial.save(update_fields=["state", "progress"])
    return trial


def _finish(trial: Trial, progress: Progress) -> None:
    now = [rules_in_force(version) for version in _versions(trial)]
    then = read_rules(trial.source)
    within = scope(trial.owner)
    events = events_for(trial.rule_set, [*now, then], trial.year, trial.owner)
    progress(10)
    today = clock.today()
    rows = compare(
        events,
        now,
        replace(then, valid_from=None, valid_to=None),
        year=trial.year,
        counts=lambda entry: (
            (within is None or entry.subject.unit in within) and (entry.counted_on <= today or bool(entry.event_kind))
        ),
        progress=progress,
    )
    trial.result = _named(rows)
    trial.state, trial.progress = Trial.State.DONE, 100
    trial.save(update_fields=["result", "state", "progress"])


def _versions(trial: Trial) -> Sequence[RuleSetVersion]:
    if trial.rule_set is None:
        return []
    found = trial.rule_set.versions.filter(valid_from__lte=date(trial.year, 12, 31)).exclude(
        valid_to__lte=date(trial.year, 1, 1)
    )
    return list(found.select_related("rule_set").order_by("number"))


def _named(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The rows with the names that people read, by two queries; a group is named with its unit."""
    units = {str(uuid): name for uuid, name in Unit.objects.values_list("uuid", "short_name")}
    asked = [UUID(row.subject) for row in rows if row.kind == "person"]
    persons = {str(uuid): name for uuid, name in Person.objects.filter(uuid__in=asked).values_list("uuid", "name")}
    return [
        {**row.as_plain(), "name": _name(row, units, persons), "group": group_words(row.group, units)} for row in rows
    ]


def _name(row: Row, units: dict[str, str], persons: dict[str, str]) -> str:
    if row.kind == "group":
        unit, _, group = row.subject.partition(":")
        return f"{units.get(unit, '')} {group}".strip()
    return (units if row.kind == "unit" else persons).get(row.subject, "已不在名册的人")
