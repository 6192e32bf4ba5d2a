"""What a rule set has to be told before it can score a year: from which years, and whether also what is due."""

from zhitong.ranking.scoring.rules import RuleSet

EVER = 0
"""As first year: everything there ever was."""


def years_asked(rules: RuleSet, year: int) -> tuple[int, int]:
    """The first and the last calendar year whose events have a say in the lines of `year`; `EVER` as first for all."""
    numbered = [table.nth.per for table in rules.tables if table.nth]
    chosen = [choice.within for choice in rules.choices]
    bounded = [limit.per for limit in rules.limits]
    counted = [step.per for step in (*rules.steps, *rules.needs)]
    if "ever" in {*numbered, *chosen, *bounded, *counted}:
        return EVER, year
    return (year, year) if rules.year_from == 1 else (year - 1, year + 1)


def asks_what_is_due(rules: RuleSet) -> bool:
    """Whether units that did nothing have to be named to the rules: for steps, needs, and prices of what is due."""
    if rules.steps or rules.needs:
        return True
    conditions = [
        each for table in rules.tables for when in (table.when, *(line.when for line in table.lines)) for each in when
    ]
    return any(name == "kind" and "due" in words for each in conditions for name, words in each.words)
