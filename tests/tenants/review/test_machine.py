"""Random sequences of all verbs over random flows: the promises hold after each, and a refusal changes nothing.

`ZHITONG_MACHINE_EXAMPLES` and `ZHITONG_MACHINE_STEPS` let it run longer than a suite has time for.
"""

import os

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tenants.accounts.models import Group
from tests.tenants.review.machine.rules import ReviewMachine
from tests.tenants.review.machine.world import COMMITTEE, settle
from zhitong.units.models import Unit

_EXAMPLES = int(os.environ.get("ZHITONG_MACHINE_EXAMPLES", "18"))
_STEPS = int(os.environ.get("ZHITONG_MACHINE_STEPS", "25"))


def test_random_sequences_keep_the_promises(unit: Unit) -> None:
    ReviewMachine.unit = unit
    ReviewMachine.people = settle(unit)
    with unit:
        ReviewMachine.committee = Group.objects.get(kind=COMMITTEE[0], name=COMMITTEE[1]).pk
        run_state_machine_as_test(
            ReviewMachine,
            settings=settings(
                max_examples=_EXAMPLES,
                stateful_step_count=_STEPS,
                deadline=None,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
                print_blob=False,
            ),
        )
