"""What a draft comes to first, told on the writing page."""

from tenants.items.models import Item
from tenants.review.models import FlowVersion
from tenants.review.operations import ensure_default_flow
from tenants.review.queries.ahead import what_follows
from tests.factories import make_draft, make_user
from zhitong.core.operations import system
from zhitong.units.models import Unit


def test_the_first_step_is_named_with_its_limit(unit: Unit) -> None:
    author = make_user(unit, "liang")
    item = make_draft(unit, author)
    with unit:
        ensure_default_flow(actor=system(unit.pk))
        words = what_follows(item)
        assert words.startswith("下一步：")
        assert "，至 " in words
        Item.objects.filter(pk=item.pk).update(state="returned", number=1, year=2026, submitted_at=item.created_at)
        item.refresh_from_db()
        assert what_follows(item) == ""  # it goes on in the review it has


def test_without_a_flow_nothing_is_promised(unit: Unit) -> None:
    item = make_draft(unit, make_user(unit, "liang"))
    with unit:
        FlowVersion.objects.update(state=FlowVersion.State.RETIRED)
        assert what_follows(item) == ""
