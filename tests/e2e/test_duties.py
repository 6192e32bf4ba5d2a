"""Targets, a dossier and a list of honours by real clicks; each page looked at on desk and phone."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from tenants.duties import operations as duties
from tenants.duties.models import Counted
from tenants.review import operations as review
from tenants.review.models import Task
from tests.e2e.people import Person
from tests.factories import join, make_draft, make_user, refuse_failed_messages
from zhitong.core import clock, outbox
from zhitong.core.operations import system
from zhitong.demo.content import duties as words
from zhitong.ranking.operations import publish_rules
from zhitong.ranking.scoring.presets import FOLDER
from zhitong.ranking.tasks import refresh_standings
from zhitong.units.models import Unit

pytestmark = pytest.mark.e2e
SitDown = Callable[..., Person]


def settle() -> None:
    """Do what the background worker does."""
    connection.set_schema_to_public()  # type: ignore[attr-defined]
    outbox.drain()
    refuse_failed_messages()
    refresh_standings()


def unit_of(host: str) -> Unit:
    return Unit.objects.get(domains__domain=f"{host}.localhost")


@pytest.fixture
def people(committed: None, sit_down: SitDown) -> dict[str, Any]:
    """A county with a list of duties and rules for its members; of three items of 梁晓岚 two are adopted."""
    county, city, party = unit_of("nanhai"), unit_of("foshan"), unit_of("mm-nanhai")
    source = (FOLDER / "E.yaml").read_text(encoding="utf-8").replace(words.RULES_OF_OTHERS, words.RULES)
    with county:
        review.ensure_default_flow(actor=system(county.pk))
        publish_rules(
            actor=system(county.pk), owner=county, code="members", source=source,
            valid_from=clock.today().replace(month=1, day=1),
        )  # fmt: skip
        for name, counted, proof in words.DUTIES:
            duties.add_duty(
                actor=system(county.pk), year=clock.today().year, heading=words.HEADING, name=name,
                counted=Counted(counted), needs_proof=proof,
            )  # fmt: skip
    member = make_user(county, "liang", name="梁晓岚", groups=[("sector", "科技界")], party="民盟")
    make_user(county, "feng", name="冯雅琪", groups=[("sector", "教育界")])
    reviewer = make_user(county, "he", name="何静", roles=["reviewer"], posts=["research"])
    for title in ("关于规范电动自行车充电的建议", "关于夜市占道经营的建议", "关于镇村污水管网的建议"):
        item = make_draft(county, member, title=title)
        with county:
            run = review.submit(actor=member.actor, item_uuid=item.uuid, version=item.version)
            if "污水" not in title:
                review.decide_pass(actor=reviewer.actor, task_uuid=Task.objects.get(run=run).uuid)
    join(member, county, make_user(party, "liang", name="梁晓岚"), party)
    settle()
    return {
        "setter": sit_down(make_user(city, "lin", name="林伟", roles=["clerk"]), city),
        "clerk": sit_down(make_user(county, "zhou", name="周敏", roles=["clerk"]), county),
        "leader": sit_down(make_user(county, "chen", name="陈立", roles=["leader"]), county),
        "member": sit_down(member, county, phone=True),
        "clerk's phone": sit_down(make_user(county, "wu", name="吴桐", roles=["clerk"]), county, phone=True),
    }


def test_targets_dossiers_and_honours(people: dict[str, Any]) -> None:
    setter, clerk, leader, member, phone = people.values()
    setter.login()
    setter.go("/duties/targets/set/units/")
    setter.page.get_by_label("统一任务数").fill("60")
    setter.page.get_by_label("南海区政协").fill("40")
    setter.page.get_by_label("依据").fill(words.YEAR_BASIS)
    setter.look("targets-set")
    setter.press("下达目标任务")
    setter.sees("南海区政协", "40 篇", "落后")
    setter.look("targets-below")
    settle()

    clerk.login()
    clerk.go("/duties/targets/set/people/")
    clerk.page.get_by_label("统一任务数").fill("3")
    clerk.press("下达目标任务")
    clerk.sees("梁晓岚", "冯雅琪")
    clerk.look("targets-people")
    clerk.go("/duties/targets/?tab=ours")
    clerk.sees("佛山市政协下达")
    clerk.look("targets-ours")
    clerk.go("/duties/targets/?tab=history&of=own")
    clerk.look("targets-history")
    clerk.go("/duties/list/")
    clerk.look("duties-list")

    member.login()
    member.go("/duties/records/new/")
    member.page.get_by_label("做了什么").fill(words.RECORDS[0])
    member.look("record-phone")
    member.press("登记")
    member.sees("已登记，等办公室确认", "待确认")
    member.look("dossier-phone")
    member.go("/duties/transfer/")
    member.page.get_by_label("我同意").check()
    member.look("transfer-phone")
    member.press("同意转出")
    member.sees("正在转")
    settle()
    member.go("/duties/")
    member.sees("民盟南海总支的履职档案", "校验一致")

    clerk.go("/duties/members/")
    clerk.look("members")
    clerk.press("确认履职记录 1 条")
    clerk.look("records")
    clerk.press("确认")
    clerk.sees("履职记录已确认")
    clerk.go("/duties/members/")
    clerk.follow("梁晓岚")
    clerk.sees("为什么是")
    clerk.look("dossier-office")

    clerk.go("/duties/awards/new/")
    clerk.look("award-new")
    clerk.page.get_by_label("评什么").select_option("person")
    clerk.page.get_by_label("名称").fill("年度先进个人")
    clerk.press("拟出名单")
    clerk.sees("梁晓岚")
    clerk.page.get_by_label("姓名").fill("冯雅琪")
    clerk.page.get_by_label("理由", exact=True).fill("参加抗洪救灾，表现突出。")
    clerk.press("增列")
    clerk.sees("已加上")
    clerk.look("award-draft")
    leader.login()
    leader.go("/duties/awards/")
    leader.look("awards")
    leader.follow("年度先进个人")
    leader.press("审定")
    leader.sees("已审定，记入履职档案")
    leader.look("award-decided")

    phone.login()
    for path, picture in (
        ("/duties/targets/?tab=ours", "targets-phone"),
        ("/duties/targets/?tab=people", "targets-people-phone"),
        ("/duties/targets/set/groups/", "targets-set-phone"),
        ("/duties/members/", "members-phone"),
        ("/duties/awards/", "awards-phone"),
        ("/duties/list/", "duties-list-phone"),
    ):
        phone.go(path)
        phone.look(picture)
