"""The addresses of duties that take words, each with a form that is right."""

from tenants.duties import operations as duties
from tenants.duties.awards import Rule
from tenants.duties.models import AwardKind, Counted
from tests.factories import client_for, make_user
from tests.leaks.place import KEPT, Place
from zhitong.core import clock
from zhitong.ranking.periods import Period
from zhitong.units.models import Unit


def duties_places(unit: Unit) -> dict[str, Place]:
    """A target, a duty, a record to enter and one to decide, a list of honours to make and one to change."""
    clerk = make_user(unit, "shaolan", name="邵岚", roles=["clerk"])
    member = make_user(unit, "luzhi", name="陆知")
    today = clock.today()
    year = Period.of_year(today.year)
    with unit:
        duty = duties.add_duty(
            actor=clerk.actor, year=today.year, heading="五个一", name="参加一次调研", counted=Counted.RECORDS
        )
        record = duties.enter_record(actor=member.actor, duty_uuid=duty.uuid, on=today, words="调研夜市")
        honours = duties.propose_awards(
            actor=clerk.actor, kind=AwardKind.PERSON, title="先进个人", period=year, rule=Rule("received", 3)
        )
    c, m = client_for(clerk, unit), client_for(member, unit)
    target = {"period": year.code, "measure": "sent", "uniform": "3", "basis": "办〔2026〕3号"}
    more = {
        "do": "add",
        "year": f"{today.year}",
        "heading": KEPT,
        "name": "提交一篇",
        "counted": "received",
        "number": 1,
    }
    honour = {
        "kind": "person",
        "period": year.code,
        "title": "先进个人",
        "by": "received",
        "first": 3,
        "measure": "adopted",
    }
    added = {"do": "add", "version": honours.version, "who": member.name, "reason": "表现突出"}
    return {
        "target": Place(
            "duties:targets_set", c, "/duties/targets/set/units/", target, "basis", "依据", empty_is_fine=True
        ),
        "duty": Place("duties:list", c, "/duties/list/", more, "name", "内容", "heading"),
        "record": Place(
            "duties:record_new", m, "/duties/records/new/",
            {"duty": f"{duty.uuid}", "on": f"{today}", "words": "视察绿道"}, "words", "做了什么",
        ),
        "refusing a record": Place(
            "duties:records", c, "/duties/records/",
            {"do": "refuse", "record": f"{record.uuid}", "reason": "没有参加"}, "reason", "理由",
        ),
        "honours": Place("duties:award_new", c, "/duties/awards/new/", honour, "title", "名称"),
        "honouring": Place("duties:award", c, f"/duties/awards/{honours.uuid}/", added, "reason", "理由", "who"),
    }  # fmt: skip
