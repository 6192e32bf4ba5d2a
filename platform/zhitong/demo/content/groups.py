"""The circles inside the demo's units: 界别, 专委会, 联络组."""

from dataclasses import dataclass
from functools import cache
from typing import Literal

from zhitong.demo.content.divisions import children_of
from zhitong.demo.content.units import FOSHAN, PROVINCE

GroupKind = Literal["界别", "专委会", "联络组"]

NANHAI_TOWNS = ("桂城", "狮山", "大沥", "里水", "九江", "丹灶", "西樵")

SECTORS = (
    "民革",
    "民盟",
    "民建",
    "民进",
    "农工党",
    "致公党",
    "九三学社",
    "工商联",
    "工会",
    "经济",
    "农业",
    "教育",
    "文化艺术",
    "科技",
    "医药卫生",
    "社会福利",
    "港澳",
)
COMMITTEES = ("提案委员会", "经济委员会", "社会建设委员会", "教科文卫体委员会", "港澳台侨委员会", "文化文史委员会")


@dataclass(frozen=True, slots=True)
class GroupSeed:
    """One group of a unit; members name it by `name`, unique within the unit."""

    unit_host: str
    kind: GroupKind
    name: str


def _liaison_places(host: str) -> tuple[str, ...]:
    if host == "nanhai":
        return NANHAI_TOWNS
    code = {"foshan": FOSHAN, "guangdong": PROVINCE}[host]
    return tuple(division.name for division in children_of(code))


@cache
def groups() -> tuple[GroupSeed, ...]:
    """The groups of 南海, 佛山 and 广东; the other committees of the demo have none."""
    return tuple(
        seed
        for host in ("nanhai", "foshan", "guangdong")
        for seed in (
            *(GroupSeed(host, "界别", f"{sector}界") for sector in SECTORS),
            *(GroupSeed(host, "专委会", name) for name in COMMITTEES),
            *(GroupSeed(host, "联络组", f"{place}联络组") for place in _liaison_places(host)),
        )
    )
