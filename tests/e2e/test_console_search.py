"""An operator at the page of search: what waits, what a sweep finds, by real clicks on a desk and on a phone."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.core.management import call_command
from playwright.sync_api import Browser

from search.backend import backend
from search.models import FileText, Upkeep
from search.tasks import run_upkeep
from tenants.accounts.models import User
from tests.e2e.conftest import PICTURES
from tests.e2e.people import Person
from tests.factories import PASSWORD
from tests.search.test_contract import document
from zhitong.core import clock
from zhitong.units.models import Unit

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_an_operator_sweeps_and_sees_it_end(committed: None, browser: Browser, port: int, phone: bool) -> None:
    unit = Unit.objects.get(domains__domain="nanhai.localhost")
    backend().index([document(unit, f"没有这篇稿件的文档 {number}") for number in range(3)])
    moment = clock.now() - timedelta(minutes=3)
    Upkeep.objects.create(
        kind="rebuild",
        state="running",
        asked_by="运维甲",
        asked_at=moment,
        started_at=moment,
        done=61_200,
        total=180_000,
    )
    reasons = [FileText.Reason.NO_TEXT, FileText.Reason.NO_TEXT, FileText.Reason.ENCRYPTED]
    FileText.objects.bulk_create(
        FileText(unit=unit, sha256=f"{number:064}", media_type="application/pdf", size=9, state="skipped",
                 reason=reason, due_at=moment, read_at=moment)
        for number, reason in enumerate(reasons)
    )  # fmt: skip
    call_command("operator_create", "--username", "ops", "--name", "运维甲")
    user = User.objects.get(username="ops")
    user.set_password(PASSWORD)
    user.password_changed_at = clock.now()
    user.save()
    operator = Person(browser, user, f"{settings.BASE_DOMAIN}:{port}", phone=phone, scripts=True, pictures=PICTURES)
    operator.go("/operators/login/")
    operator.page.get_by_label("登录名").fill("ops")
    operator.page.get_by_label("密码").fill(PASSWORD)
    operator.press("登录")
    operator.page.wait_for_url(lambda url: "/login/" not in url)
    operator.go("/operators/search/")
    operator.sees("61,200 / 180,000 篇", "没有文字，多半是扫描件")
    operator.look(f"search-health-{'phone' if phone else 'desk'}")
    operator.press("核对")
    operator.sees("核对已交给后台。")
    assert run_upkeep() == 2
    operator.sees("多 3 篇，已补齐（南海区政协）")  # by itself
    operator.look(f"search-health-swept-{'phone' if phone else 'desk'}")
    assert operator.faults == []
    operator.leave()
