"""What 南海 passed on for handling lately: in work, given back, and answered with what the author says of it."""

from contextlib import AbstractContextManager
from datetime import timedelta

from tenants.accounts.models import User
from tenants.handling import operations
from tenants.handling.operations import Named
from tenants.items.models import Item, State
from zhitong.core import clock
from zhitong.core.operations import system
from zhitong.demo.world import World
from zhitong.exchange import operations as exchange
from zhitong.exchange.models import Assignment, EventKind, Visibility
from zhitong.exchange.operations import handling
from zhitong.units.models import Unit
from zhitong.units.queries import senders_to

_RIPE = timedelta(days=14)
_HOUSING = Named("区住房城乡建设和水利局", "陈志强", "13500000101")
_TRAFFIC = Named("区交通运输局", "罗丽华", "13500000102", place="co_1")
_MARKET = Named("区市场监督管理局", "黄伟明", "13500000103")
_REQUEST = "请按职责研究办理，提出具体措施和时间安排，并书面答复。"
_ANSWER = (
    "经研究，答复如下：\n一、已会同有关镇街完成摸底，列入年度工作计划。\n二、下一步按季度推进，年底前完成首批任务。"
)


def pass_on_lately(world: World) -> int:
    """Pass three items that 南海 adopted a fortnight ago or earlier to handlers; return how many there were."""
    unit, clerk = world.units["nanhai"], world.user("nanhai", "clerk")
    with unit:
        own = Item.objects.filter(state=State.APPROVED, dispatch_uuid__isnull=True, is_merged=False)
        items = list(own.filter(decided_at__lte=clock.now() - _RIPE).order_by("-decided_at")[:3])
        partner = senders_to(unit).filter(participates_in=unit).first()
    for item, play in zip(items, (_in_work, _given_back, _answered), strict=False):
        play(unit, clerk, item, partner)
    return len(items)


def _in_work(unit: Unit, clerk: User, item: Item, _partner: Unit | None) -> None:
    """A vice mayor's words went to a bureau, which has asked for more time, and to another that joins in."""
    with unit, _days_ago(9):
        instruction = exchange.record(
            actor=clerk.actor,
            item_uuid=item.uuid,
            kind=EventKind.INSTRUCTION,
            leader="分管副区长",
            leader_rank="county",
            words="请住建局牵头研究，提出办法。",
            visibility=Visibility.FULL,
        )
        made = operations.pass_on(
            actor=clerk.actor,
            item_uuid=item.uuid,
            request=_REQUEST,
            lead=_HOUSING,
            co=[_TRAFFIC],
            days=20,
            instruction_uuid=instruction.uuid,
            passes_words=True,
        )
        lead = made.handling.assignments.get(role=Assignment.Role.LEAD)
    with unit, _days_ago(3):
        handling.interim(
            actor=clerk.actor, assignment_uuid=lead.uuid, seen=1, words="已完成现场勘查，正在与供电部门商定方案。"
        )
        later = clock.local_date(lead.due_at) + timedelta(days=14)
        handling.ask_extension(
            actor=clerk.actor, assignment_uuid=lead.uuid, seen=3, reason="方案需报区政府审定。", until=later
        )


def _given_back(unit: Unit, clerk: User, item: Item, _partner: Unit | None) -> None:
    """A bureau finds that the matter is another's."""
    with unit, _days_ago(6):
        made = operations.pass_on(actor=clerk.actor, item_uuid=item.uuid, request=_REQUEST, lead=_MARKET, days=10)
        part = made.handling.assignments.get()
    with unit, _days_ago(4):
        handling.ask_refusal(
            actor=clerk.actor,
            assignment_uuid=part.uuid,
            seen=1,
            reason="此项职能已划转，不属我局职责。",
            proposal="区城市管理和综合执法局",
        )


def _answered(unit: Unit, clerk: User, item: Item, partner: Unit | None) -> None:
    """A unit of the platform has answered; the author finds it fair."""
    with unit, _days_ago(12):
        lead = Named(partner.short_name) if partner else _MARKET
        made = operations.pass_on(
            actor=clerk.actor, item_uuid=item.uuid, request=_REQUEST, lead=lead, days=20, releases_answer=True
        )
        part = made.handling.assignments.get()
    handler = partner or unit
    with handler, _days_ago(2):
        by = system(handler.pk, "经办人")
        handling.answer(actor=by, assignment_uuid=part.uuid, seen=1, words=_ANSWER, result="B")
    with unit, _days_ago(1):
        author = item.authors.filter(signs=True, user__isnull=False).select_related("user").first()
        if author is not None and author.user is not None:
            operations.rate(
                actor=author.user.actor,
                handling_uuid=part.handling.uuid,
                item_uuid=item.uuid,
                rating="fairly",
                words="希望能按季度公布进展。",
            )


def _days_ago(days: int) -> AbstractContextManager[None]:
    return clock.at(clock.now() - timedelta(days=days))
