"""A call from the city over the county to a member's phone, by real clicks; each page looked at on desk and phone."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from tenants.papers import operations as papers
from tenants.review.operations import ensure_default_flow
from tests.e2e.people import Person
from tests.factories import TEXT, make_user, refuse_failed_messages
from zhitong.core import clock, outbox
from zhitong.core.operations import system
from zhitong.demo.content import papers as words
from zhitong.exchange.models import Audience, PaperKind
from zhitong.exchange.operations import NewPaper
from zhitong.units.models import Unit

pytestmark = pytest.mark.e2e
SitDown = Callable[..., Person]


def settle() -> None:
    """Do what the background worker does."""
    connection.set_schema_to_public()  # type: ignore[attr-defined]
    outbox.drain()
    refuse_failed_messages()


def unit_of(host: str) -> Unit:
    return Unit.objects.get(domains__domain=f"{host}.localhost")


def notice_of(unit: Unit, to: Unit) -> None:
    new = NewPaper(
        uuid4(), PaperKind.NOTICE, words.COUNTY_NOTICE.title, words.COUNTY_NOTICE.body,
        needs_confirm=True, open_to_members=True, audience=Audience.ALL,
    )  # fmt: skip
    with unit:
        papers.publish(actor=system(unit.pk, "林伟"), new=new, to=[to.uuid])


def test_a_call_reaches_a_members_phone_and_is_answered(committed: None, sit_down: SitDown) -> None:
    county, city = unit_of("nanhai"), unit_of("foshan")
    for unit in (county, city):
        with unit:
            ensure_default_flow(actor=system(unit.pk))
    member = make_user(
        county, "liang", name="梁晓岚", groups=[("sector", "科技界")], tags="骨干、专家", expertise="城市更新",
        duty="南海区科技企业协会秘书长",
    )  # fmt: skip
    make_user(county, "feng", name="冯雅琪", tags="特邀", groups=[("sector", "教育界")])
    make_user(county, "he", name="何静", roles=["reviewer"], posts=["research"])
    sender = sit_down(make_user(city, "lin", name="林伟", roles=["clerk"], posts=["research"]), city)
    clerk = sit_down(make_user(county, "zhou", name="周敏", roles=["clerk"]), county)
    author = sit_down(member, county, phone=True)
    notice_of(city, county)

    sender.login()
    sender.go("/papers/out/new/")
    sender.page.get_by_label("标题").fill(words.PROVINCE_CALL.title)
    sender.page.get_by_label("正文").fill(words.PROVINCE_CALL.body)
    sender.page.get_by_label("截止日期").fill(f"{clock.today() + timedelta(days=12)}")
    sender.page.get_by_label("区县级政协 2 个").check()
    sender.look("papers-new")
    sender.press("发出")
    sender.sees("约稿已发出", "催办 2 个单位", "南海区政协")
    settle()

    clerk.login()
    clerk.look("papers-office")
    clerk.go("/papers/in/")
    clerk.look("papers-inbox")
    clerk.follow(words.PROVINCE_CALL.title)
    clerk.look("papers-delivery")
    clerk.press("签收")
    clerk.sees("已签收")
    clerk.go("/papers/out/people/")
    clerk.look("papers-directory")
    clerk.go("/papers/in/")
    clerk.follow(words.PROVINCE_CALL.title)
    clerk.press("转发")
    clerk.page.get_by_label("点名发给").check()
    clerk.page.get_by_label("骨干").check()
    clerk.page.get_by_label("特邀").check()
    clerk.look("papers-pass-on")
    clerk.press("转发")
    clerk.sees("约稿已转发", "催办 2 人")
    settle()

    author.login()
    author.look("papers-phone-home")
    author.follow(words.PROVINCE_CALL.title)
    author.look("papers-phone-call")
    author.press("写信息")
    author.sees(f"应约：{words.PROVINCE_CALL.title}")
    author.look("papers-phone-writing")
    for label, name in (("信息标题", "title"), ("情况反映", "problem"), ("意见建议", "suggestions")):
        author.page.get_by_label(label, exact=False).first.fill(TEXT[name])
    author.page.get_by_label("类别", exact=True).select_option(TEXT["category"])
    author.press("提交")
    author.sees("已提交")
    author.go("/papers/")
    author.look("papers-phone-list")
    author.follow(words.COUNTY_NOTICE.title)
    author.press("确认已阅")
    author.sees("您已确认")
    author.look("papers-phone-notice")

    clerk.go("/papers/out/")
    clerk.look("papers-outbox")
    clerk.follow(words.PROVINCE_CALL.title)
    clerk.sees("催办 1 人", "1 篇")
    clerk.look("papers-progress-people")
    sender.go("/papers/out/")
    sender.follow(words.PROVINCE_CALL.title)
    sender.sees("已写 1 篇")
    sender.look("papers-progress")
    sender.go("/papers/out/")
    sender.follow(words.COUNTY_NOTICE.title)
    sender.look("papers-notice")
    phone = sit_down(clerk.user, county, phone=True)
    phone.login()
    for name, path in (("in", "/papers/in/"), ("out", "/papers/out/"), ("people", "/papers/out/people/")):
        phone.go(path)
        phone.look(f"papers-phone-{name}")
    phone.go("/papers/out/new/")
    phone.look("papers-phone-new")
    phone.go("/papers/out/")
    phone.follow(words.PROVINCE_CALL.title)
    phone.look("papers-phone-progress")
