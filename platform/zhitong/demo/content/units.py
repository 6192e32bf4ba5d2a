"""The units of the demo: every committee of the province, and the party trees at three levels."""

from dataclasses import dataclass
from functools import cache
from typing import Literal

from zhitong.demo.content.divisions import Division, division_by_code, divisions, host_of_division

UnitKind = Literal["committee", "party", "federation"]
UnitLevel = Literal["province", "city", "county", "branch"]

PROVINCE = "440000"
FOSHAN = "440600"
NANHAI = "440605"


@dataclass(frozen=True, slots=True)
class UnitSeed:
    """One unit. `host` is its label under the platform's domain; `mark` the character of its emblem.

    `parent_host` is the line it reports along (committee or party), `participates_in_host` the
    committee of its own level that a party or federation takes part in.
    """

    host: str
    name: str
    short_name: str
    kind: UnitKind
    level: UnitLevel
    division_code: str
    parent_host: str | None
    participates_in_host: str | None
    mark: str


@dataclass(frozen=True, slots=True)
class _Party:
    """A party or federation: host prefix, short and full name, name of its body in 南海, emblem."""

    prefix: str
    short: str
    full: str
    branch: str
    mark: str


_PARTIES = (
    _Party("mg", "民革", "中国国民党革命委员会", "总支", "革"),
    _Party("mm", "民盟", "中国民主同盟", "总支", "盟"),
    _Party("mj", "民建", "中国民主建国会", "总支", "建"),
    _Party("mjin", "民进", "中国民主促进会", "总支", "进"),
    _Party("ngd", "农工党", "中国农工民主党", "总支", "农"),
    _Party("zgd", "致公党", "中国致公党", "总支", "致"),
    _Party("js", "九三学社", "九三学社", "支社", "九"),
    _Party("tm", "台盟", "台湾民主自治同盟", "支部", "台"),
)
_BRANCH_FULL_NAME = {"总支": "总支部委员会", "支社": "支社委员会", "支部": "支部委员会"}

PARTY_PREFIXES: dict[str, str] = {party.short: party.prefix for party in _PARTIES} | {"工商联": "gsl"}


def _committee(division: Division) -> UnitSeed:
    hosts = host_of_division()
    parent = division_by_code().get(division.parent or "")
    is_urban_district = division.level == "county" and division.name.endswith("区")
    city = parent.name if parent is not None and is_urban_district else ""
    # 汕尾's district is called just 城区: alone, that names no place.
    spoken = f"{city}{division.name}" if division.name == "城区" else division.name
    return UnitSeed(
        host=hosts[division.code],
        name=f"政协{city}{division.name}委员会",
        short_name=f"{spoken}政协",
        kind="committee",
        level=division.level,
        division_code=division.code,
        parent_host=hosts[division.parent] if division.parent else None,
        participates_in_host=None,
        mark=division.name[0],
    )


def _party_units(party: _Party) -> tuple[UnitSeed, UnitSeed, UnitSeed]:
    province, city, branch = (f"{party.prefix}-{place}" for place in ("guangdong", "foshan", "nanhai"))
    return (
        UnitSeed(
            province,
            f"{party.full}广东省委员会",
            f"{party.short}广东省委会",
            "party",
            "province",
            PROVINCE,
            None,
            "guangdong",
            party.mark,
        ),
        UnitSeed(
            city,
            f"{party.full}佛山市委员会",
            f"{party.short}佛山市委会",
            "party",
            "city",
            FOSHAN,
            province,
            "foshan",
            party.mark,
        ),
        UnitSeed(
            branch,
            f"{party.full}佛山市南海区{_BRANCH_FULL_NAME[party.branch]}",
            f"{party.short}南海{party.branch}",
            "party",
            "branch",
            NANHAI,
            city,
            "nanhai",
            party.mark,
        ),
    )


def _federation_units() -> tuple[UnitSeed, ...]:
    rows: tuple[tuple[str, str, UnitLevel, str, str | None, str], ...] = (
        ("gsl-guangdong", "广东省", "province", PROVINCE, None, "guangdong"),
        ("gsl-foshan", "佛山市", "city", FOSHAN, "gsl-guangdong", "foshan"),
        ("gsl-nanhai", "南海区", "county", NANHAI, "gsl-foshan", "nanhai"),
    )
    return tuple(
        UnitSeed(
            host,
            f"佛山市{place}工商业联合会" if place == "南海区" else f"{place}工商业联合会",
            f"{place}工商联",
            "federation",
            level,
            code,
            parent,
            committee,
            "商",
        )
        for host, place, level, code, parent, committee in rows
    )


@cache
def units() -> tuple[UnitSeed, ...]:
    """All units, parents before their children."""
    committees = tuple(_committee(division) for division in divisions())
    parties = tuple(unit for party in _PARTIES for unit in _party_units(party))
    return committees + parties + _federation_units()


@cache
def unit_by_host() -> dict[str, UnitSeed]:
    """Each unit under its host."""
    return {unit.host: unit for unit in units()}
