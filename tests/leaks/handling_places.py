"""The addresses of handling that take words, each with a form that is right."""

from tenants.accounts.models import User
from tenants.handling import operations as handling
from tenants.handling.operations import Named
from tenants.review import operations as review
from tenants.review.models import Task
from tests.factories import client_for, make_draft
from tests.leaks.place import KEPT, Place
from zhitong.exchange.models import Assignment
from zhitong.exchange.operations import handling as network
from zhitong.units.models import Unit


def handling_places(unit: Unit, city: Unit) -> dict[str, Place]:
    """What is passed on to the city or, by a link, to a bureau; answers that an author may rate, and has rated."""
    with unit:
        author, clerk, reviewer = (User.objects.get(username=name) for name in ("liang", "zhou", "he"))
    with city:
        city_clerk = User.objects.get(username="lin")
    bureau = Named("区住建局", "王建国", "13912345678")
    approved = {}
    for title in ("要转办的", "市里办的", "局里办的", "申退的", "开放的", "不满意的"):
        item = make_draft(unit, author, title=title)
        with unit:
            last = Task.objects.get(run=review.submit(actor=author.actor, item_uuid=item.uuid, version=item.version))
            review.decide_pass(actor=reviewer.actor, task_uuid=last.uuid)
        approved[title] = item

    def passed(title: str, lead: Named = bureau) -> tuple[Assignment, str, str]:
        with unit:
            made = handling.pass_on(
                actor=clerk.actor, item_uuid=approved[title].uuid, request="请办理", lead=lead, days=20
            )
            part = made.handling.assignments.select_related("handling").get()
        [(_, issued)] = made.links or [(None, None)]
        return part, f"/handling/answer/{issued.token}/" if issued else "", issued.code if issued else ""

    def answered(title: str) -> str:
        part, _, _ = passed(title, Named(city.short_name))
        with city:
            network.answer(actor=city_clerk.actor, assignment_uuid=part.uuid, seen=1, words="已办", result="C")
        with unit:
            network.release_answer(actor=clerk.actor, handling_uuid=part.handling.uuid)
        return f"/handling/{part.handling.uuid}"

    in_city, by_link, back = passed("市里办的", Named(city.short_name)), passed("局里办的"), passed("申退的")
    open_one, bad_one = answered("开放的"), answered("不满意的")
    with unit:
        network.ask_refusal(actor=clerk.actor, assignment_uuid=back[0].uuid, seen=1, reason="职能不符")
        handling.rate(
            actor=author.actor,
            handling_uuid=bad_one.rpartition("/")[2],
            item_uuid=approved["不满意的"].uuid,
            rating="unsatisfied",
            words="没有时间表",
        )
    c, a, outside = client_for(clerk, unit), client_for(author, unit), client_for(None, unit)
    outside.post(by_link[1], {"code": by_link[2]})  # the first opening is written down, later ones are not
    row = {"lead_name": "区城管局", "lead_person": KEPT, "lead_contact": "13912345679", "days": "20"}
    words = {"verb": "answer", "stage": "interim", "words": "正在办", "seen": "1"}
    return {
        "passing on": Place(
            "handling:pass_on", c, f"/handling/items/{approved['要转办的'].uuid}/",
            {**row, "instruction": "item", "request": "请办理"}, "request", "办理要求", "lead_person",
        ),
        "taking back": Place(
            "handling:act", c, f"/handling/parts/{in_city[0].uuid}/act/",
            {"verb": "take_back", "reason": "转错了", "seen": "1"}, "reason", "理由",
        ),
        "another handler": Place(
            "handling:reassign", c, f"/handling/parts/{back[0].uuid}/reassign/", {**row, "seen": "2"}, "lead_name",
            "单位", "lead_person",
        ),
        "second round": Place(
            "handling:second_round", c, f"{bad_one}/again/", {"request": "请写时间表", "days": "20"}, "request",
            "再次办理的要求",
        ),
        "answer of a unit": Place(
            "handling:assignment", client_for(city_clerk, city), f"/handling/inbox/{in_city[0].uuid}/", words,
            "words", "办理情况",
        ),
        "answer on paper": Place(
            "handling:enter", c, f"/handling/parts/{by_link[0].uuid}/enter/", words, "words", "办理情况"
        ),
        "answer by a link": Place(
            "handling:outside", outside, by_link[1], {**words, "code": by_link[2]}, "words", "办理情况"
        ),
        "refusal by a link": Place(
            "handling:outside", outside, by_link[1],
            {"verb": "refuse", "reason": "职能不符", "proposal": KEPT, "seen": "1", "code": by_link[2]}, "reason",
            "为什么申退", "proposal",
        ),
        "rating": Place(
            "handling:rate", a, f"{open_one}/rate/{approved['开放的'].uuid}/",
            {"rating": "unsatisfied", "words": "没有时间表"}, "words", "想说的话",
        ),
    }  # fmt: skip
