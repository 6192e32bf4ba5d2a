"""Lists of duties that can be exported: targets with their progress, the years of people, duties, honours."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.http import QueryDict

from tenants.accounts.models import Group, User
from tenants.accounts.queries import account_of
from tenants.duties import words
from tenants.duties.models import AwardKind
from tenants.duties.queries import awards, dossiers
from tenants.duties.queries.awards import get_list, honoured
from tenants.duties.queries.chosen import TABS, chosen
from tenants.duties.queries.circles import members
from tenants.duties.views.circles import circle_asked, items_asked, points_asked
from tenants.duties.views.lists import list_year
from zhitong.core.errors import NotFound
from zhitong.core.operations import Actor
from zhitong.core.tables import Value
from zhitong.core.text import whole_number
from zhitong.exports.registry import Exporter, Rows, by_batches, register
from zhitong.monitor import years
from zhitong.ranking.exports import LEDGER, ledger_rows
from zhitong.ranking.views.common import period_in
from zhitong.units.current import unit_in_force

_TARGETS = ("对象", "时段", "计什么", "任务", "完成", "完成率（%）", "状态", "依据")
_YEARS = (
    "姓名", "身份", "界别与组织", "提交", "本级采用", "上级采用", "批示", "应约稿", "得分",
    "履职清单完成", "履职清单项数",
)  # fmt: skip
_LISTS = ("名称", "评什么", "从", "到", "人选", "状态", "审定时间")
_DUTIES = ("清单", "内容", "怎样算完成", "数量", "须附证明")
_MEMBERS = ("姓名", "报送", "本级采用", "上级采用", "批示", "得分")
_HONOURS = ("序号", "名称", "说明", "得分", "增列理由")


def _targets(_actor: Actor, asked: QueryDict) -> Rows:
    found = chosen(asked)
    rows = []
    for row in found.rows:
        progress = found.progress[row.uuid]
        rows.append(
            (
                found.name_of(row),
                row.period.words,
                words.measure_word(row.measure, own=found.is_own),
                row.number,
                progress.done,
                round(progress.rate, 2),
                words.standing(progress, row.measure).word,
                row.basis,
            )
        )
    return len(rows), rows


def _years(_actor: Actor, asked: QueryDict) -> Rows:
    year = dossiers.asked_year(asked.get("year", ""))
    people = dossiers.people()

    def told(some: Sequence[User]) -> Iterable[Sequence[Value]]:
        circles = dossiers.circles_of(some)
        for one in dossiers.years_of(some, year):
            counts = one.counts
            yield (
                one.user.name,
                one.user.get_member_kind_display(),
                circles[one.user.pk],
                counts.received,
                counts.adopted,
                counts.higher,
                counts.instructions,
                one.calls,
                one.points,
                one.met,
                len(one.duties),
            )

    return people.count(), by_batches(people.order_by("name", "pk"), told)


def _honours(actor: Actor, asked: QueryDict) -> Rows:
    try:
        found = get_list(UUID(asked.get("list", "")))
    except ValueError as error:
        raise NotFound from error
    shows = found.kind != AwardKind.ITEM or actor.can("items.read_all")
    rows = [
        (
            number,
            entry.name if shows else str(entry.figures.get("label", "")),
            entry.note,
            str(entry.figures.get("points", "")),
            entry.added_why,
        )
        for number, entry in enumerate(honoured(found), 1)
    ]
    return len(rows), rows


def _lists(_actor: Actor, _asked: QueryDict) -> Rows:
    found = awards.lists()
    return found.count(), by_batches(found.order_by(*awards.ORDER), _proposed)


def _proposed(some: Sequence[Any]) -> Iterable[Sequence[Value]]:
    for one in some:  # with the number of lines that stand
        kind, state = one.get_kind_display(), one.get_state_display()
        yield one.title, kind, one.first_day, one.last_day, one.honoured, state, one.decided_at


def _members(actor: Actor, asked: QueryDict) -> Rows:
    user = account_of(actor)
    found = circle_asked(user, asked)
    rows = [
        (
            one.name,
            one.counts.received,
            one.counts.adopted,
            one.counts.higher,
            one.counts.instructions,
            one.points,
        )
        for one in members(user, unit_in_force(), found.circle, found.when)
    ]
    return len(rows), rows


def _of_circle(actor: Actor, asked: QueryDict) -> None:
    circle_asked(account_of(actor), asked)


def _circle_title(asked: QueryDict) -> str:
    key = whole_number(asked.get("circle", ""))
    found = Group.objects.filter(pk=key).first() if key is not None else None
    return f"{found.name if found else '界别与组织'}{period_in(asked, unit_in_force()).words}"


def _circle_items(actor: Actor, asked: QueryDict) -> Rows:
    return years.items_rows(items_asked(account_of(actor), asked)[-1])


def _circle_points(actor: Actor, asked: QueryDict) -> Rows:
    _asked, place, lines = points_asked(account_of(actor), asked)
    unit = unit_in_force()
    return ledger_rows(actor, unit, unit, place.rules, lines)


def _has_points(actor: Actor, asked: QueryDict) -> None:
    points_asked(account_of(actor), asked)


def _duties(_actor: Actor, asked: QueryDict) -> Rows:
    rows = [
        (duty.heading, duty.name, duty.get_counted_display(), duty.number, "是" if duty.needs_proof else "")
        for duty in dossiers.duties_of(list_year(asked.get("year", "")))
    ]
    return len(rows), rows


register(
    Exporter(
        kind="duties.awards",
        label="评优名单",
        right="duties.read",
        columns=_LISTS,
        rows=_lists,
        title=lambda asked: "评优名单",
    )
)
register(
    Exporter(
        kind="duties.circle",
        label="成员",
        right=None,
        columns=_MEMBERS,
        rows=_members,
        title=_circle_title,
        check=_of_circle,
    )
)
register(
    Exporter(
        kind="duties.circle_items",
        label="计数的信息",
        right=None,
        columns=years.HEADS,
        rows=_circle_items,
        title=_circle_title,
        check=_of_circle,
    )
)
register(
    Exporter(
        kind="duties.circle_points",
        label="得分明细",
        right=None,
        columns=LEDGER,
        rows=_circle_points,
        title=_circle_title,
        check=_has_points,
    )
)
register(
    Exporter(
        kind="duties.list",
        label="履职清单",
        right="duties.manage",
        columns=_DUTIES,
        rows=_duties,
        title=lambda asked: f"{list_year(asked.get('year', ''))}年履职清单",
    )
)
register(
    Exporter(
        kind="duties.targets",
        label="目标任务",
        right="duties.read",
        columns=_TARGETS,
        rows=_targets,
        title=lambda asked: f"目标任务（{TABS.get(asked.get('tab', ''), '全部')}）",
    )
)
register(
    Exporter(
        kind="duties.members",
        label="委员履职",
        right="duties.read",
        columns=_YEARS,
        rows=_years,
        title=lambda asked: f"{dossiers.asked_year(asked.get('year', ''))}年委员履职",
    )
)
register(
    Exporter(
        kind="duties.award",
        label="评优名单",
        right="duties.read",
        columns=_HONOURS,
        rows=_honours,
        title=lambda asked: "评优名单",
    )
)
