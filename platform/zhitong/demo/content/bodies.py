"""The receivers outside the platform, whose answers a unit records by hand."""

from dataclasses import dataclass
from functools import cache
from typing import Literal

BodyKind = Literal["cppcc", "party_committee", "government", "party_central"]
BodyLevel = Literal["national", "province", "city", "county"]


@dataclass(frozen=True, slots=True)
class BodySeed:
    """One external body. `used_by` lists the hosts of the units that report to it."""

    code: str
    name: str
    short_name: str
    kind: BodyKind
    level: BodyLevel
    used_by: tuple[str, ...]


_CENTRALS = (
    ("mg", "中国国民党革命委员会中央委员会", "民革中央"),
    ("mm", "中国民主同盟中央委员会", "民盟中央"),
    ("mj", "中国民主建国会中央委员会", "民建中央"),
    ("mjin", "中国民主促进会中央委员会", "民进中央"),
    ("ngd", "中国农工民主党中央委员会", "农工党中央"),
    ("zgd", "中国致公党中央委员会", "致公党中央"),
    ("js", "九三学社中央委员会", "九三学社中央"),
    ("tm", "台湾民主自治同盟中央委员会", "台盟中央"),
    ("gsl", "中华全国工商业联合会", "全国工商联"),
)


@cache
def bodies() -> tuple[BodySeed, ...]:
    """All external bodies, the highest first."""
    return (
        BodySeed(
            "cppcc-national",
            "中国人民政治协商会议全国委员会",
            "全国政协",
            "cppcc",
            "national",
            ("guangdong",),
        ),
        BodySeed(
            "ccp-general-office",
            "中共中央办公厅",
            "中办",
            "party_committee",
            "national",
            ("guangdong",),
        ),
        BodySeed(
            "state-council-office",
            "国务院办公厅",
            "国办",
            "government",
            "national",
            ("guangdong",),
        ),
        *(
            BodySeed(f"{prefix}-central", name, short, "party_central", "national", (f"{prefix}-guangdong",))
            for prefix, name, short in _CENTRALS
        ),
        BodySeed("gd-party", "中共广东省委", "省委", "party_committee", "province", ("guangdong",)),
        BodySeed("gd-government", "广东省人民政府", "省政府", "government", "province", ("guangdong",)),
        BodySeed("foshan-party", "中共佛山市委", "市委", "party_committee", "city", ("foshan", "nanhai")),
        BodySeed("foshan-government", "佛山市人民政府", "市政府", "government", "city", ("foshan",)),
        BodySeed("nanhai-party", "中共佛山市南海区委", "区委", "party_committee", "county", ("nanhai",)),
        BodySeed("nanhai-government", "佛山市南海区人民政府", "区政府", "government", "county", ("nanhai",)),
    )


@cache
def body_by_code() -> dict[str, BodySeed]:
    """Each external body under its code."""
    return {body.code: body for body in bodies()}
