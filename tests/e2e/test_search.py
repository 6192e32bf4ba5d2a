"""Searching by real clicks: narrowing, why so few came, a wrong character, a kept question and what is new for it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from django.db import connection

from search import weighing
from search.backend import backend
from search.models import SavedSearch, SearchDocument
from search.tasks import refresh_saved
from tenants.accounts.models import User
from tenants.items import operations as items
from tenants.items.documents import documents
from tests.e2e.people import Person
from tests.factories import make_draft, make_user
from zhitong.core import outbox
from zhitong.units.models import Unit

pytestmark = pytest.mark.e2e
SitDown = Callable[..., Person]
PROBLEM = "走访映月社区 26 个加装电梯的楼栋，过保以后仍有固定维保单位的只占六成，困人以后没有人来，居民意见很大。"
SUGGESTIONS = "由业主、物业和维保单位三方签约，把加装电梯的维保费列入专项账户，逾期没有检验的由街道代办。"


@pytest.fixture
def archive(committed: None) -> Unit:
    """An archive of some twenty reports, seven of them about lifts, with what became of them."""
    found = Unit.objects.get(domains__domain="nanhai.localhost")
    liang = make_user(found, "liang", name="梁晓岚")
    rest = "河涌保洁 校园午托 家庭医生 公厕改造 夜间公交 图书下乡 老人食堂 停车收费 古树保护 渔船安全 噪声扰民 雨污分流"
    drafts = [
        make_draft(
            found,
            liang,
            title=f"关于完善{place}住宅加装电梯后续维保机制的建议",
            problem=PROBLEM,
            suggestions=SUGGESTIONS,
            category=["社会建设", "城乡建设"][number % 2],
        )
        for number, place in enumerate(["桂城", "大沥", "里水", "狮山", "九江", "丹灶", "西樵"])
    ]
    drafts += [
        make_draft(found, liang, title=f"关于{subject}的建议", problem=f"{subject}有短板，加装设施不足。")
        for subject in rest.split()
    ]
    with found:
        for draft in drafts:
            items.register_submission(actor=liang.actor, item=draft)
    outbox.drain()
    with found:
        city = ["佛山市政协 综合采用", "广东省政协 单篇采用", "全国政协 批示"]
        backend().index(
            replace(
                made,
                state="approved",
                day=date(2026 - number % 3, 4, 1 + number),
                outcomes=city[: number % 4],
                level=["", "city", "province", "province"][number % 4],
                from_unit=["", "民盟南海总支"][number % 2],
            )
            for number, made in enumerate(documents([draft.uuid for draft in drafts[:7]]))
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE public.search_searchdocument")
    weighing.forget()
    return found


def test_a_clerk_searches_narrows_and_keeps_a_question(archive: Unit, sit_down: SitDown) -> None:
    clerk = sit_down(make_user(archive, "zhou", name="周敏", roles=["clerk"]), archive)
    clerk.login()
    page = clerk.page
    clerk.go("/search/")
    clerk.look("search-start")
    page.get_by_label("检索词").fill("加装电梯 维保 作者:梁")
    page.get_by_label("检索词").press("Enter")
    clerk.sees("为什么只有 7 篇", "采用情况 2")
    clerk.look("search-desk")
    page.get_by_label("社会建设", exact=True).check()
    clerk.sees("为什么只有 4 篇")
    page.get_by_label("城乡建设", exact=True).check()
    clerk.sees("为什么只有 7 篇", "类别 社会建设", "类别 城乡建设")
    clerk.look("search-narrowed")
    page.get_by_label("去掉 类别 城乡建设").click()
    clerk.sees("为什么只有 4 篇")
    page.get_by_label("按时间").check()
    page.wait_for_url("**sort=time**")
    clerk.press("存检索")
    clerk.sees("已存检索 1", "无新增")
    with archive:
        liang = User.objects.get(username="liang")
        draft = make_draft(archive, liang, title="关于加装电梯维保责任险的建议", category="社会建设")
        items.register_submission(actor=liang.actor, item=draft)
    outbox.drain()
    refresh_saved()
    outbox.drain()
    page.reload()
    clerk.sees("新增 1")
    page.locator(".zt-saved-q .zt-linkbtn").click()
    clerk.sees("无新增")
    assert SavedSearch.objects.get().fresh == 0
    clerk.go("/notices/")
    clerk.sees("已存检索有 1 篇新增")
    assert clerk.faults == []


def test_copies_of_a_matter_open_below_their_hit_and_what_is_like_one_is_found(
    archive: Unit, sit_down: SitDown
) -> None:
    clerk = sit_down(make_user(archive, "zhou", name="周敏", roles=["clerk"]), archive)
    with archive:
        lifts = list(SearchDocument.objects.filter(title__contains="电梯").order_by("-day", "-id"))
        for other in lifts[1:3]:
            SearchDocument.objects.filter(pk=other.pk).update(matter=lifts[0].matter)
    clerk.login()
    page = clerk.page
    clerk.go("/search/?q=加装电梯&sort=time")
    page.get_by_text("同一件事另有 2 篇").click()
    assert page.locator(".zt-others a").count() == 2
    clerk.look("search-copies")
    assert page.locator(".zt-res").count() == 5
    page.get_by_label("同一件事分开列").check()
    page.wait_for_url("**apart=1**")
    assert page.locator(".zt-res").count() == 7
    page.get_by_role("link", name="更多相似").first.click()
    clerk.sees("相似")
    assert page.locator(".zt-res").count() == 6
    clerk.look("search-alike")
    assert clerk.faults == []


def test_what_is_mistyped_or_finds_nothing_is_explained(archive: Unit, sit_down: SitDown) -> None:
    clerk = sit_down(make_user(archive, "zhou", name="周敏", roles=["clerk"]), archive)
    clerk.login()
    clerk.go("/search/?q=加装电踢")
    clerk.sees("没有找到“加装电踢”，以下是“加装电梯”的结果。")
    clerk.look("search-put-right")
    clerk.go("/search/?q=加装电梯 天文馆 年:2024")
    clerk.sees("没有找到", "为什么没有找到", "去掉")
    clerk.look("search-nothing")
    clerk.go("/search/?q=年:去年 电梯")
    clerk.sees("不能作为条件")
    assert clerk.faults == []


def test_a_member_searches_on_a_phone(archive: Unit, sit_down: SitDown) -> None:
    member = sit_down(make_user(archive, "huo", name="霍嘉怡", roles=["clerk", "author"]), archive, phone=True)
    member.login()
    member.go("/search/?q=加装电梯")
    member.sees("采用情况 3")
    member.look("search-phone")
    assert member.faults == []
