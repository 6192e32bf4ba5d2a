"""Lists of administration that can be exported: the unit's people, and what was refused in the unit."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.http import QueryDict

from tenants.accounts import listing
from tenants.accounts.forms import PeopleFilter
from tenants.accounts.oddities import ORDER, oddities, told
from zhitong.core.operations import Actor
from zhitong.core.tables import Value
from zhitong.exports.registry import Exporter, Rows, by_batches, register

_PEOPLE = ("姓名", "登录名", "手机号", "身份", "职务", "党派", "界别与组织", "岗位", "角色", "状态")


def _people(_actor: Actor, asked: QueryDict) -> Rows:
    found = listing.listed(PeopleFilter(asked))
    return found.count(), by_batches(found.order_by(*listing.ORDER), _listed)


def _listed(some: Sequence[Any]) -> Iterator[Sequence[Value]]:
    for user in some:  # with `current` posts
        yield (
            user.name,
            user.username,
            user.mobile or "",
            user.get_member_kind_display(),
            user.duty,
            user.party,
            "、".join(group.name for group in user.circles.all()),
            "、".join(holding.position.name for holding in user.current),
            "、".join(role.name for role in user.roles.all()),
            listing.state_of(user).word,
        )


def _oddities(_actor: Actor, _asked: QueryDict) -> Rows:
    found = oddities()
    rows = by_batches(
        found.order_by(*ORDER), lambda some: ((one.at, one.what, one.more, one.who) for one in told(some))
    )
    return found.count(), rows


register(
    Exporter(
        kind="accounts.oddities",
        label="异常记录",
        right="audit.read",
        columns=("时间", "什么事", "说明", "谁"),
        rows=_oddities,
        title=lambda _asked: "异常记录",
    )
)
register(Exporter("accounts.people", "人员", "accounts.manage", _PEOPLE, _people, lambda _asked: "人员"))
