"""Look-alikes by real clicks: the list comes in by itself, two texts side by side, a verdict by key."""

from collections.abc import Callable

import pytest

from search.models import PairVerdict
from tenants.review import operations as review
from tenants.review.models import Task
from tests.e2e.people import Person
from tests.factories import make_draft, make_user
from tests.tenants.review.test_alikes import BODY, COPY
from zhitong.core import outbox
from zhitong.core.operations import system
from zhitong.units.models import Unit

pytestmark = pytest.mark.e2e
SitDown = Callable[..., Person]


@pytest.fixture
def unit(committed: None) -> Unit:
    found = Unit.objects.get(domains__domain="nanhai.localhost")
    with found:
        review.ensure_default_flow(actor=system(found.pk))
    return found


def test_a_reviewer_compares_and_says_that_it_is_another_matter(unit: Unit, sit_down: SitDown) -> None:
    liang = make_user(unit, "liang", name="梁晓岚")
    zhou = make_user(unit, "zhou", name="周敏", roles=["clerk"], posts=["research"])
    drafts = [make_draft(unit, liang, **texts) for texts in (BODY, COPY)]
    with unit:
        for draft in drafts:
            review.submit(actor=liang.actor, item_uuid=draft.uuid, version=draft.version)
        task = Task.objects.filter(holder=zhou).earliest("pk")
    outbox.drain()
    reviewer = sit_down(zhou, unit)
    reviewer.login()
    page = reviewer.page
    reviewer.go(f"/review/tasks/{task.uuid}/")
    page.get_by_role("heading", name="雷同提示 1").wait_for()
    reviewer.look("look-alikes-beside")
    page.get_by_role("link", name="逐段对比").click()
    page.get_by_role("heading", name="雷同对比").wait_for()
    reviewer.look("look-alikes")
    assert page.locator(".zt-side mark").count() >= 6
    page.keyboard.press("4")
    page.get_by_text("周敏", exact=False).filter(has_text="判为不是同一件").first.wait_for()
    assert not PairVerdict.objects.get().same
    reviewer.look("look-alikes-judged")
    page.get_by_role("link", name="返回").click()
    page.get_by_text("另有 1 篇已判为不是同一件").wait_for()


def test_an_author_is_told_while_writing(unit: Unit, sit_down: SitDown) -> None:
    liang = make_user(unit, "liang", name="梁晓岚")
    make_user(unit, "zhou", name="周敏", roles=["clerk"], posts=["research"])
    drafts = [
        make_draft(unit, liang, **texts)
        for texts in (BODY, {"title": "新的一篇", "problem": "还没有写", "analysis": "", "suggestions": ""})
    ]
    with unit:
        review.submit(actor=liang.actor, item_uuid=drafts[0].uuid, version=drafts[0].version)
    outbox.drain()
    author = sit_down(liang, unit)
    author.login()
    author.go(f"/items/{drafts[1].uuid}/edit/")
    author.sees("未发现雷同")
    author.page.get_by_label("原因分析").first.fill(BODY["analysis"])
    author.page.get_by_label("情况反映").first.fill(BODY["problem"])
    author.sees("雷同提示 1")
    author.look("look-alikes-writing")
