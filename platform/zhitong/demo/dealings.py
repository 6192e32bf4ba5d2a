"""What units of the demo have open between them: routes with terms, a merged report, a matter on two lines, a report
that came back and went out anew, one that is asked back, and a list of outcomes that waits for a clerk.
"""

import csv
from datetime import date
from pathlib import Path

from django.conf import settings

from tenants.desk import merging
from tenants.desk import operations as desk
from tenants.desk.queries import Pick
from tenants.items.models import EditionKind, Item
from zhitong.core.operations import Actor, system
from zhitong.demo.content.dealings import Dealings, dealings
from zhitong.demo.history import Player, at_hour, clerk_of
from zhitong.demo.world import World
from zhitong.exchange import operations as exchange
from zhitong.exchange.models import Dispatch, ItemFact
from zhitong.units.models import QuotaPeriod, RouteKind
from zhitong.units.operations import limit_sender, name_senders, offer_route

LIST_NAME = "outcome-list.csv"
_MERGED = "关于系统治理电动自行车停放充电难题的建议"


def play_dealings(world: World, today: date, seed: int) -> None:
    """Open the routes, then let the units deal with one another."""
    _Dealing(world, dealings(today, seed)).play()
    _agree(world, today)


def _agree(world: World, today: date) -> None:
    """A direct-report county, an agreement of two neighbours, and what the city asks of its counties."""
    city, county, province = (world.units[host] for host in ("foshan", "nanhai", "guangdong"))
    first = date(today.year, 1, 1)
    with province:
        offer_route(
            actor=system(province.pk), sender=county, kind=RouteKind.DIRECT, valid_from=first,
            basis=f"{today.year} 年社情民意信息直报点名单",
        )  # fmt: skip
    with city:
        actor = system(city.pk)
        offer_route(
            actor=actor, sender=world.units["liwan"], kind=RouteKind.AGREEMENT, valid_from=first,
            valid_to=date(today.year + 1, 12, 31), basis="广佛同城化社情民意信息共享协议",
        )  # fmt: skip
        limit_sender(actor=actor, sender=county, quota=60, quota_period=QuotaPeriod.QUARTER)
        limit_sender(actor=actor, sender=world.units["gaoming"], only_signed=True)
        limit_sender(actor=actor, sender=world.units["chancheng"], receipts_at_once=True)
    with county:
        name_senders(actor=system(county.pk), receiver=province, posts=["research", "secretary"])


class _Dealing:
    """Plays the reports, each by the clerks of the units it passes through."""

    def __init__(self, world: World, told: Dealings) -> None:
        self.world, self.told = world, told
        self.items: dict[str, Item] = {}

    def play(self) -> None:
        """Write and send everything, then let the receivers do their part."""
        for name, seed in self.told.reports.items():
            self.items[name] = Player(self.world, seed).play()
        sent = {
            name: self._send(name, "foshan")
            for name in ("nanhai", "chancheng", "shunde", "party", "returned", "asked back")
        }
        for name in ("listed", "doubtful"):
            self._send(name, "foshan-party")
        self._join(sent["party"], self._merge([sent[name] for name in ("nanhai", "chancheng", "shunde")]))
        self._return(sent["returned"])
        self._ask_back(sent["asked back"])
        self._write_list()

    def _send(self, name: str, to: str, *, hour: int = 10) -> Dispatch:
        host = self.told.reports[name].unit_host
        unit, body = self.world.units.get(to), self.world.bodies.get(to)
        key = f"u:{unit.uuid}" if unit else f"b:{body.uuid}"  # type: ignore[union-attr]
        with self.world.units[host], at_hour(self.told.sent_on, hour=hour):
            item = Item.objects.get(pk=self.items[name].pk)
            [dispatch] = desk.send(actor=self._clerk(host), item_uuid=item.uuid, version=item.version, to=[key])
        return dispatch

    def _clerk(self, host: str) -> Actor:
        """Return a unit's clerk as the one who acts; the unit must be in force."""
        unit = self.world.units[host]
        return system(unit.pk, clerk_of(unit).name)

    def _merge(self, sent: list[Dispatch]) -> Item:
        """Let 佛山 make one of three; return its own item of the first."""
        picks = [Pick(one.uuid, is_dispatch=True) for one in sent]
        with self.world.units["foshan"], at_hour(self.told.answered_on, hour=15):
            merging.merge(actor=self._clerk("foshan"), picks=picks, title=_MERGED)
            return Item.objects.get(dispatch_uuid=sent[0].uuid)

    def _join(self, from_party: Dispatch, own: Item) -> None:
        """Let 佛山 see that the party's report is about what the county's is."""
        with self.world.units["foshan"], at_hour(self.told.answered_on, hour=16):
            actor = self._clerk("foshan")
            taken = desk.accept(actor=actor, dispatch_uuid=from_party.uuid)
            exchange.join_lines(actor=actor, item_uuid=taken.uuid, other_uuid=own.uuid)

    def _return(self, dispatch: Dispatch) -> None:
        """Let 佛山 send one back, and 南海 correct it and send it anew."""
        with self.world.units["foshan"], at_hour(self.told.answered_on, hour=11):
            exchange.return_dispatch(
                actor=self._clerk("foshan"), dispatch_uuid=dispatch.uuid, reason="请注明数据来源和统计时间后再报。"
            )
        with self.world.units["nanhai"], at_hour(self.told.lately, hour=9):
            item = Item.objects.get(uuid=dispatch.item_uuid)
            issued = item.editions.filter(kind=EditionKind.ISSUED).latest("number")
            texts = {name: getattr(issued, name) for name in ("title", "problem", "analysis", "suggestions")}
            texts["problem"] += "\n以上数据来自区住房城乡建设和水利局今年上半年的统计，由反映人实地核对。"
            item = desk.correct(actor=self._clerk("nanhai"), item_uuid=item.uuid, version=item.version, texts=texts)
            to = [f"u:{self.world.units['foshan'].uuid}"]
            desk.send(actor=self._clerk("nanhai"), item_uuid=item.uuid, version=item.version, to=to)

    def _ask_back(self, dispatch: Dispatch) -> None:
        """Let 南海 ask back what 佛山 has receipted; the city has not answered."""
        with self.world.units["foshan"], at_hour(self.told.answered_on, hour=9):
            exchange.receive(actor=self._clerk("foshan"), dispatch_uuid=dispatch.uuid)
        with self.world.units["nanhai"], at_hour(self.told.lately, hour=10):
            exchange.ask_recall(
                actor=self._clerk("nanhai"), dispatch_uuid=dispatch.uuid, reason="文中一处造价有误，改正后再报。"
            )

    def _write_list(self) -> None:
        """Write the month's list of 市委 as it would come: one row that is sure, one in doubt, one of nobody's."""
        county = self.world.units["nanhai"]
        found = ItemFact.objects.filter(unit=county, item_uuid__in=[self.items["listed"].uuid])
        number = found.values_list("number_label", flat=True).get()
        doubtful = self.items["doubtful"].title
        rows = [
            ("编号", "标题", "结果", "日期", "刊物", "期号"),
            (number, self.items["listed"].title, "单篇采用", f"{self.told.lately}", "佛山信息", "118"),
            ("", f"{doubtful[: len(doubtful) // 2]}情况的反映", "综合采用", f"{self.told.lately}", "佛山信息", "119"),
            ("", "关于规范农村集体资产交易的建议", "综合采用", f"{self.told.lately}", "佛山信息", "119"),
        ]
        with (Path(settings.HOME) / LIST_NAME).open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows(rows)
