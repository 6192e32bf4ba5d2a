"""The people of the demo: posts, members and informants of every unit.

All are invented but one: 路俊峰 of 民盟南海总支 is named as author in 南海's published yearly summary
for 2019. Mobile numbers run in 199 0000 xxxx, a block that stands for no one in the demo.
"""

from dataclasses import dataclass
from functools import cache
from typing import Literal

from zhitong.demo.content.chance import seeded
from zhitong.demo.content.groups import COMMITTEES, SECTORS, groups
from zhitong.demo.content.names import Name, NameSource
from zhitong.demo.content.units import PARTY_PREFIXES, UnitSeed, unit_by_host, units

MemberKind = Literal["委员", "特邀信息员", "骨干信息员", ""]
Rank = Literal["province", "city", "county", "none"]

_SEED = 2019
_OFFICES = ("nanhai", "foshan", "guangdong")
_MEMBERS_OF_OFFICE = {"nanhai": 60, "foshan": 26, "guangdong": 24}
_RANK_OF_OFFICE: dict[str, Rank] = {"nanhai": "county", "foshan": "city", "guangdong": "province"}
_NAMED_AUTHOR = Name("路俊峰", "lujunfeng")

# Username, post and roles of each of an office's staff.
_STAFF: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("clerk", "研究室", ("clerk", "reviewer")),
    ("director", "研究室主任", ("clerk", "reviewer")),
    ("secretary", "秘书长", ("reviewer", "leader")),
    ("vicechair", "分管副主席", ("reviewer", "leader")),
    ("chair", "主席", ("leader",)),
    ("admin", "", ("unit_admin",)),
    ("viewer", "", ("read_only",)),
)


@dataclass(frozen=True, slots=True)
class PersonSeed:
    """One account in one unit.

    `username` is unique within the unit. One human with accounts in several units has the same name
    and the same mobile number in each. `groups` name groups of the unit, `rank` the highest CPPCC
    committee the person is a member of, `party` the short name of the party, empty for none.
    """

    username: str
    name: str
    unit_host: str
    mobile: str
    member_kind: MemberKind
    posts: tuple[str, ...]
    roles: tuple[str, ...]
    groups: tuple[str, ...]
    party: str
    rank: Rank


@dataclass(slots=True)
class _Mobiles:
    """Numbers out of the demo's block, one after the other."""

    last: int = 0

    def draw(self) -> str:
        self.last += 1
        return f"1990000{self.last:04d}"


def _staff(host: str, names: NameSource, mobiles: _Mobiles) -> list[PersonSeed]:
    return [
        PersonSeed(
            username=stem,
            name=names.draw().text,
            unit_host=host,
            mobile=mobiles.draw(),
            member_kind="",
            posts=(post,) if post else (),
            roles=roles,
            groups=(),
            party="",
            rank="none",
        )
        for stem, post, roles in _STAFF
    ]


def _kind_of(index: int) -> MemberKind:
    """Of six who may submit, four are members, one an invited and one a core informant."""
    return ("委员", "委员", "特邀信息员", "委员", "委员", "骨干信息员")[index % 6]


def _office_members(host: str, names: NameSource, mobiles: _Mobiles) -> list[PersonSeed]:
    liaison = [group.name for group in groups() if group.unit_host == host and group.kind == "联络组"]
    members: list[PersonSeed] = []
    for index in range(_MEMBERS_OF_OFFICE[host]):
        sector = SECTORS[index % len(SECTORS)]
        kind = _kind_of(index // len(SECTORS) + index)
        is_named = host == "nanhai" and sector == "民盟" and index < len(SECTORS)
        name = _NAMED_AUTHOR if is_named else names.draw()
        if is_named:
            kind = "骨干信息员"
        is_member = kind == "委员"
        circles: tuple[str, ...] = (f"{sector}界",) if is_member else ()
        if is_member and index % 3 == 0:
            circles += (COMMITTEES[index % len(COMMITTEES)],)
        members.append(
            PersonSeed(
                username=name.pinyin,
                name=name.text,
                unit_host=host,
                mobile=mobiles.draw(),
                member_kind=kind,
                posts=(),
                roles=("author",),
                groups=(*circles, liaison[index % len(liaison)]),
                party=sector if sector in PARTY_PREFIXES and sector != "工商联" else "",
                rank=_RANK_OF_OFFICE[host] if is_member else "none",
            )
        )
    return members


def _small_unit(unit: UnitSeed, names: NameSource, mobiles: _Mobiles, count: int) -> list[PersonSeed]:
    """A clerk, a leader and some who submit; a party's first author also submits to its committee."""
    is_committee = unit.kind == "committee"
    party = next((short for short, prefix in PARTY_PREFIXES.items() if unit.host.startswith(f"{prefix}-")), "")
    clerk_post, leader_post = ("研究室", "主席") if is_committee else ("信息专员", "主委")
    if unit.kind == "federation":
        party, leader_post = "", "主席"
    rank: Rank = unit.level if is_committee and unit.level != "branch" else "none"

    def person(
        username: str, name: str, kind: MemberKind, posts: tuple[str, ...], roles: tuple[str, ...]
    ) -> PersonSeed:
        return PersonSeed(
            username, name, unit.host, mobiles.draw(), kind, posts, roles, (), party, rank if kind else "none"
        )

    people = [
        person("clerk", names.draw().text, "", (clerk_post,), ("clerk", "reviewer", "unit_admin")),
        person("chair", names.draw().text, "", (leader_post,), ("reviewer", "leader")),
    ]
    for _ in range(count):
        name = names.draw()
        kind: MemberKind = "委员" if is_committee else "骨干信息员"
        people.append(person(name.pinyin, name.text, kind, (), ("author",)))
    return people


def _shared_author(unit: UnitSeed, committee: tuple[PersonSeed, ...]) -> PersonSeed | None:
    """The account a party's unit holds for its first author in the committee of its level."""
    prefix, _, _ = unit.host.partition("-")
    party = next((short for short, code in PARTY_PREFIXES.items() if code == prefix), "")
    same = [person for person in committee if person.party == party and person.member_kind]
    if not party or not same:
        return None
    human = same[0]
    return PersonSeed(
        human.username, human.name, unit.host, human.mobile, "骨干信息员", (), ("author",), (), party, human.rank
    )


def _unique_usernames(people: list[PersonSeed]) -> list[PersonSeed]:
    """Number the later ones of those whose names sound alike within a unit."""
    seen: dict[str, int] = {}
    result = []
    for person in people:
        seen[person.username] = seen.get(person.username, 0) + 1
        number = seen[person.username]
        suffix = "" if number == 1 else str(number)
        values = {slot: getattr(person, slot) for slot in PersonSeed.__slots__}
        result.append(PersonSeed(**(values | {"username": f"{person.username}{suffix}"})))
    return result


@cache
def _people_by_host() -> dict[str, tuple[PersonSeed, ...]]:
    names = NameSource(seeded(_SEED, "names"), used={_NAMED_AUTHOR.text})
    mobiles = _Mobiles()
    found: dict[str, tuple[PersonSeed, ...]] = {}
    for host in _OFFICES:
        members = _staff(host, names, mobiles) + _office_members(host, names, mobiles)
        found[host] = tuple(_unique_usernames(members))
    for index, unit in enumerate(units()):
        if unit.host in found:
            continue
        people = _small_unit(unit, names, mobiles, 2 + index % 2)
        committee = found.get(unit.participates_in_host or "", ())
        shared = _shared_author(unit, committee)
        found[unit.host] = tuple(_unique_usernames(([shared] if shared else []) + people))
    return found


@cache
def people() -> tuple[PersonSeed, ...]:
    """Every account of the demo, unit after unit."""
    by_host = _people_by_host()
    return tuple(person for host in unit_by_host() for person in by_host[host])


def people_of(host: str) -> tuple[PersonSeed, ...]:
    """The accounts of one unit; KeyError for a host the demo does not have."""
    return _people_by_host()[host]


def walker() -> PersonSeed:
    """The member of 南海 whose login the demo prints, and who writes the report of the walk."""
    return next(person for person in authors_of("nanhai") if person.member_kind == "委员")


def authors_of(host: str) -> tuple[PersonSeed, ...]:
    """Those of a unit who may submit."""
    return tuple(person for person in people_of(host) if "author" in person.roles)
