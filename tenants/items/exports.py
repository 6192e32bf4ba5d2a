"""Lists of items that can be exported: the unit's and everybody's own."""

from collections.abc import Iterator, Sequence

from django.http import QueryDict

from tenants.accounts.queries import account_of
from tenants.items.listing import ORDERS, OWN_ORDER, OWN_TABS, narrowed, own_in_tab, submitted
from tenants.items.models import Item
from tenants.items.queries import author_names, number_label, with_authors
from zhitong.core.operations import Actor
from zhitong.core.tables import Value
from zhitong.exports.registry import Exporter, Rows, by_batches, register
from zhitong.units.current import unit_in_force

_COLUMNS = ("编号", "提交时间", "标题", "反映人", "来源单位", "类别", "紧急程度", "状态", "最后改动")


def _everything(actor: Actor, asked: QueryDict) -> Rows:
    found, _form, sort = narrowed(submitted(account_of(actor)), asked)
    return found.count(), by_batches(with_authors(found).order_by(*ORDERS[sort]), _told)


def _own(actor: Actor, asked: QueryDict) -> Rows:
    found = own_in_tab(account_of(actor), asked.get("tab", ""))
    return found.count(), by_batches(with_authors(found).order_by(*OWN_ORDER), _told)


def _told(items: Sequence[Item]) -> Iterator[Sequence[Value]]:
    unit = unit_in_force()
    for item in items:
        yield (
            number_label(item, unit.mark),
            item.submitted_at,
            str(item),
            "、".join(author_names(item)),
            item.from_unit or unit.short_name,
            item.category,
            item.get_urgency_display(),
            item.get_state_display(),
            item.changed_at,
        )


def _tab(asked: QueryDict) -> str:
    word = OWN_TABS.get(asked.get("tab", ""), OWN_TABS[""])[0]
    return f"我的信息（{word}）"


register(Exporter("items.all", "稿件", "items.read_all", _COLUMNS, _everything, lambda _asked: "稿件"))
register(Exporter("items.own", "我的信息", None, _COLUMNS, _own, _tab))
