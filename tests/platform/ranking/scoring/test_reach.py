"""How far an event is felt: where the rules look at no other matter, its lines may be made anew by themselves."""

import pytest
from hypothesis import given, settings

from tests.platform.ranking.scoring.make import ADOPTED_TEN, adopted, rules
from tests.platform.ranking.scoring.test_properties import ALL, events
from zhitong.ranking.scoring import (
    Entry,
    RuleSet,
    ScoringEvent,
    looks_at_several_matters,
    looks_at_several_subjects,
    preset,
    score,
)

CAP = "limits: [{key: cap, name: 封顶, of: {kind: instruction}, per: year, at_most: 4}]\n"
ONE = [adopted("e1", "2026-03-02", "single", "city", "cppcc")]


def lines(entries: list[Entry], names: set[str]) -> list[Entry]:
    return [entry for entry in entries if names & set(entry.event_ids)]


@pytest.mark.parametrize("rule_set", ALL, ids=lambda rule_set: rule_set.code)
@settings(max_examples=60, deadline=None)
@given(given_events=events())
def test_what_looks_at_no_other_matter_scores_the_same_alone(
    rule_set: RuleSet, given_events: list[ScoringEvent]
) -> None:
    every = score(given_events, rule_set)
    for matter in {event.matter for event in given_events}:
        own = [event for event in given_events if event.matter == matter]
        if looks_at_several_matters(rule_set, own):
            continue
        names = {event.id for event in own}
        assert score(own, rule_set) == lines(every, names)
        rest = score([event for event in given_events if event.matter != matter], rule_set)
        assert rest == [entry for entry in every if not names & set(entry.event_ids)]


def test_the_presets_that_look_at_single_matters_alone() -> None:
    alone = {code for code in "ABCDEFGH" if not looks_at_several_matters(preset(code))}
    # D caps what a month brings, E and H count the n-th, F and G have a quota (DOMAIN §6).
    assert alone == {"A", "B", "C"}


def test_a_cap_is_felt_by_what_it_is_about() -> None:
    capped = rules(ADOPTED_TEN + CAP)
    assert looks_at_several_matters(capped)
    assert not looks_at_several_matters(capped, ONE)
    assert looks_at_several_matters(rules(ADOPTED_TEN + CAP.replace("instruction", "adopted")), ONE)


def test_a_bound_within_one_matter_is_felt_by_no_other() -> None:
    assert not looks_at_several_matters(rules(ADOPTED_TEN + CAP.replace("per: year", "per: matter")))


def test_a_condition_and_a_share_of_a_limit_are_felt_too() -> None:
    for more in ("if: {kind: adopted}", "part_of: {kind: adopted}"):
        assert looks_at_several_matters(rules(ADOPTED_TEN + CAP.replace("at_most: 4", f"at_most: 1/2, {more}")), ONE)


def test_a_cap_over_several_subjects_concerns_everybody() -> None:
    assert looks_at_several_subjects(rules(ADOPTED_TEN + CAP.replace("at_most", "across: all, at_most")))
    assert not looks_at_several_subjects(rules(ADOPTED_TEN + CAP))
