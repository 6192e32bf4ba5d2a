"""The list of circulars as an export. The tables of one circular are its own files (`views.pages.file`)."""

from collections.abc import Iterator, Sequence

from django.http import QueryDict

from tenants.accounts.queries import account_of
from tenants.circulars import body, queries
from tenants.circulars.models import Circular
from tenants.circulars.operations import period_of
from tenants.circulars.views import common
from zhitong.core.operations import Actor
from zhitong.core.tables import Value
from zhitong.exports.registry import Exporter, Rows, by_batches, register
from zhitong.units.current import unit_in_force

_COLUMNS = ("标题", "时段", "期号", "版次", "状态", "数据截至", "起草", "下发时间")


def _circulars(actor: Actor, _asked: QueryDict) -> Rows:
    found = queries.visible(account_of(actor))
    return found.count(), by_batches(found.order_by(*queries.ORDER), _told)


def _told(some: Sequence[Circular]) -> Iterator[Sequence[Value]]:
    gone, mark = common.replaced(some), unit_in_force().mark
    for one in some:
        drafter = one.item.created_by
        yield (
            one.item.title,
            period_of(one).words,
            body.number_words(one, mark),
            body.edition_words(one).strip("（）"),
            common.state_of(one, replaced=one.pk in gone).word,
            one.as_of,
            drafter.name if drafter else "",
            one.published_at,
        )


def _allowed(actor: Actor, _asked: QueryDict) -> None:
    queries.require_any(account_of(actor))


register(Exporter("circulars.all", "通报", None, _COLUMNS, _circulars, lambda _asked: "通报", _allowed))
