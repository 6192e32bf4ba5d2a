"""One matter that went many ways: two lines that meet, a return, a recall, a merge, bodies outside, a correction."""

from dataclasses import dataclass

from tenants.desk import merging
from tenants.desk import operations as desk
from tenants.desk.queries import Pick
from tenants.items.models import Item
from tenants.review import operations as review
from tests.tenants.desk.conftest import Office
from zhitong.core import clock
from zhitong.core.operations import system
from zhitong.exchange import operations as exchange
from zhitong.exchange.models import EventKind, Visibility
from zhitong.units.models import BodyKind, Level, RouteKind
from zhitong.units.operations import open_route, register_body

LEADER, WORDS = "某副市长", "请市住建局研究"


@dataclass(frozen=True)
class Offices:
    """The offices on both lines."""

    county: Office
    city: Office
    province: Office
    branch: Office
    party: Office

    @property
    def every(self) -> tuple[Office, ...]:
        """All of them."""
        return self.county, self.city, self.province, self.branch, self.party


@dataclass(frozen=True)
class Ways:
    """The items of the matter, by where they are."""

    county: Item
    branch: Item
    at_party: Item
    from_county: Item
    from_party: Item
    whole: Item
    top: Item


def up(sender: Office, item: Item, receiver: Office) -> Item:
    """Send an item up, let the receiver make its own of it."""
    [dispatch] = sender.send(item, receiver.unit.short_name)
    with receiver.unit:
        return desk.accept(actor=receiver.clerk.actor, dispatch_uuid=dispatch.uuid)


def adopt(office: Office, item: Item) -> Item:
    """Let every holder of the office pass an item."""
    with office.unit:
        office.pass_through(item)
        return Item.objects.get(pk=item.pk)


def go_all_ways(offices: Offices) -> Ways:
    """Let one matter go up from a county and from a party branch, meet in the city as one report, reach the nation."""
    for one in offices.every:
        with one.unit:
            review.ensure_default_flow(actor=system(one.unit.pk))
    county, city, province = offices.county, offices.city, offices.province
    own = county.approved()
    [returned] = county.send(own, city.unit.short_name)
    with city.unit:
        exchange.return_dispatch(actor=city.clerk.actor, dispatch_uuid=returned.uuid, reason="请补充数据")
    from_county = up(county, own, city)
    below = offices.branch.approved(title="关于充电棚的建议")
    [lost] = offices.branch.send(below, county.unit.short_name)
    with offices.branch.unit:
        exchange.recall(actor=offices.branch.clerk.actor, dispatch_uuid=lost.uuid, reason="报错了单位")
    at_party = adopt(offices.party, up(offices.branch, below, offices.party))
    from_party = up(offices.party, at_party, city)
    with city.unit:
        whole = merging.merge(
            actor=city.clerk.actor, picks=[Pick(from_county.uuid), Pick(from_party.uuid)], title="关于规范充电的建议"
        )
    whole = adopt(city, whole)
    for kind, leader in ((EventKind.INSTRUCTION, LEADER), (EventKind.REPLIED, "")):
        with city.unit:
            desk.record_outcome(
                actor=city.clerk.actor,
                item_uuid=whole.uuid,
                kind=kind,
                leader=leader,
                leader_rank="city" if leader else "",
                words=WORDS,
                visibility=Visibility.FACT,
            )
    top = adopt(province, up(city, whole, province))
    nation = register_body(
        actor=system(None),
        name="中国人民政治协商会议全国委员会",
        short_name="全国政协",
        level=Level.NATIONAL,
        kind=BodyKind.CPPCC,
    )
    open_route(actor=system(None), sender=province.unit, body=nation, kind=RouteKind.EXTERNAL, valid_from=clock.today())
    province.send(top, nation.short_name)
    with province.unit:
        wrong = desk.record_outcome(
            actor=province.clerk.actor, item_uuid=top.uuid, kind=EventKind.INSTRUCTION, leader="某省长", words="阅"
        )
        exchange.reverse(actor=province.clerk.actor, event_uuid=wrong.uuid, reason="登记在另一篇上了")
    return Ways(own, below, at_party, from_county, from_party, whole, top)
