"""The description of the API in a real browser: it works under the strict content policy and asks nobody else."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from tenants.accounts.models import ApiToken
from tenants.accounts.operations import create_api_token
from tests.e2e.people import Person
from tests.factories import make_draft, make_user
from zhitong.units.models import Unit

pytestmark = pytest.mark.e2e


def test_the_api_is_read_and_tried_in_a_browser(committed: None, sit_down: Callable[..., Person]) -> None:
    unit = Unit.objects.get(domains__domain="nanhai.localhost")
    author = make_user(unit, "liang", name="梁晓岚")
    make_draft(unit, author, title="关于接口里的草稿")
    with unit:
        _, key = create_api_token(actor=author.actor, user=author, label="试用", days=1)
    reader = sit_down(author, unit)
    asked: list[str] = []
    reader.page.on("request", lambda request: asked.append(request.url))
    reader.login()
    reader.go("/api/docs/")
    reader.page.locator(".opblock").first.wait_for(state="visible")
    reader.sees("列出可以看的信息", "修改草稿", "看本单位所在的排名")
    paths = [text.replace("\u200b", "") for text in reader.page.locator(".opblock-summary-path").all_inner_texts()]
    assert paths.count("/api/v1/items/") == 2
    assert {"/api/v1/standings/", "/api/v1/items/{item_uuid}/journey/"} <= set(paths)
    reader.press("Authorize")
    bearer = reader.page.locator(".auth-container", has=reader.page.locator("#auth-bearer-value"))
    bearer.locator("#auth-bearer-value").fill(key)
    bearer.locator(".authorize").click()
    reader.page.locator(".btn-done").first.click()
    first = reader.page.locator(".opblock-get").first
    first.locator(".opblock-summary-control").click()
    first.get_by_role("button", name="Try it out").click()
    first.get_by_role("button", name="Execute").click()
    first.locator(".live-responses-table").wait_for(state="visible")
    reader.sees("关于接口里的草稿")
    with unit:
        assert ApiToken.objects.get().last_used_at is not None
    reader.look("api-docs")
    assert {urlsplit(url).netloc for url in asked if not url.startswith(("data:", "blob:"))} == {reader.host}
