"""Builds the demo's units, bodies, routes, rules and people through the product's own operations."""

import secrets
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import make_password

from tenants.accounts import operations as accounts
from tenants.accounts.models import GroupKind, MemberKind, User
from zhitong.core import clock
from zhitong.core.operations import system
from zhitong.demo.content.bodies import bodies
from zhitong.demo.content.groups import groups
from zhitong.demo.content.people import PersonSeed, people_of
from zhitong.demo.content.units import units
from zhitong.demo.flows import set_up
from zhitong.people.operations import join_account, open_code
from zhitong.ranking.operations import add_term, publish_rules
from zhitong.ranking.scoring.presets import FOLDER
from zhitong.units.models import BodyKind, ExternalBody, Level, RouteKind, Unit, UnitKind
from zhitong.units.operations import NewUnit, create_unit, open_route, register_body

BEGIN = date(2018, 1, 1)
# Who has rules, under which code, and after which of those that come with the product.
_RULES = (("guangdong", "province", "A"), ("nanhai", "members", "E"))
_TERMS = (
    ("guangdong", "第十二届", date(2018, 1, 23), date(2023, 1, 10)),
    ("guangdong", "第十三届", date(2023, 1, 11), date(2028, 1, 10)),
    ("nanhai", "上届", date(2016, 11, 1), date(2021, 10, 31)),
    ("nanhai", "本届", date(2021, 11, 1), date(2026, 12, 31)),
)

_BODY_KINDS = {
    "cppcc": BodyKind.CPPCC,
    "party_committee": BodyKind.PARTY_OFFICE,
    "government": BodyKind.GOVERNMENT,
    "party_central": BodyKind.PARTY_CENTRAL,
}
_MEMBER_KINDS = {
    "委员": MemberKind.MEMBER,
    "特邀信息员": MemberKind.INFORMANT,
    "骨干信息员": MemberKind.CORE_INFORMANT,
    "": MemberKind.STAFF,
}
_ROLES = {"unit_admin": "administrator", "read_only": "reader"}
_POSTS = {
    "研究室": "research",
    "研究室主任": "research",
    "信息专员": "info_officer",
    "秘书长": "secretary",
    "分管副主席": "vice_chair",
    "主席": "chair",
    "主委": "chief",
}
_OFFICES = frozenset({"nanhai", "foshan"})
_GROUP_KINDS = {"界别": GroupKind.SECTOR, "专委会": GroupKind.COMMITTEE, "联络组": GroupKind.LIAISON}


@dataclass
class World:
    """What stands: units by host, bodies by code, users by host and username."""

    units: dict[str, Unit] = field(default_factory=dict)
    bodies: dict[str, ExternalBody] = field(default_factory=dict)
    users: dict[tuple[str, str], User] = field(default_factory=dict)

    def user(self, host: str, username: str) -> User:
        """Return an account of a unit, fresh enough to act in its unit.

        Raises:
            KeyError: nobody of that name.
        """
        return self.users[host, username]


def build_units(world: World) -> None:
    """Create every unit, the bodies outside, the routes to them, and the province's rules."""
    platform = system(None, "平台")
    for seed in units():
        world.units[seed.host] = create_unit(
            actor=platform,
            new=NewUnit(
                host=seed.host,
                name=seed.name,
                short_name=seed.short_name,
                kind=UnitKind(seed.kind),
                level=Level(seed.level),
                division_code=seed.division_code,
                mark=seed.mark,
                parent=world.units.get(seed.parent_host or ""),
                participates_in=world.units.get(seed.participates_in_host or ""),
            ),
        )
    open_bodies(world)
    set_rules(world)


def open_bodies(world: World) -> None:
    """Register the bodies outside and open the routes to them, of whoever stands in the world."""
    platform = system(None, "平台")
    for body in bodies():
        world.bodies[body.code] = register_body(
            actor=platform,
            name=body.name,
            short_name=body.short_name,
            kind=_BODY_KINDS[body.kind],
            level=Level(body.level),
        )
        for host in (one for one in body.used_by if one in world.units):
            open_route(
                actor=platform,
                sender=world.units[host],
                kind=RouteKind.EXTERNAL,
                body=world.bodies[body.code],
                valid_from=BEGIN,
            )


def set_rules(world: World) -> None:
    """Put the rules of province and county into force, and name their terms."""
    for host, code, preset in _RULES:
        owner = world.units[host]
        source = (FOLDER / f"{preset}.yaml").read_text(encoding="utf-8")
        with owner:
            publish_rules(
                actor=system(owner.pk, "平台"),
                owner=owner,
                code=code,
                source=source.replace(f"code: {preset}", f"code: {code}", 1),
                valid_from=BEGIN,
            )
    for host, name, first, last in _TERMS:
        unit = world.units[host]
        with unit:
            add_term(actor=system(unit.pk, "平台"), unit=unit, name=name, first=first, last=last)


def build_people(world: World) -> None:
    """Create every account, its groups and posts; a human with accounts in several units joins them."""
    first: dict[str, tuple[Unit, User]] = {}
    password = make_password(demo_password())
    kinds = {(group.unit_host, group.name): _GROUP_KINDS[group.kind] for group in groups()}
    for host, unit in world.units.items():
        actor = system(unit.pk, "平台")
        with unit:
            set_up(unit, is_office=host in _OFFICES)
            for seed in people_of(host):
                user = world.users[host, seed.username] = _create(unit, seed, kinds)
                for code in dict.fromkeys(_POSTS[post] for post in seed.posts):
                    accounts.put_in_post(actor=actor, user=user, position_code=code, held_from=BEGIN)
            User.objects.update(password=password, password_changed_at=clock.now())
        for seed in people_of(host):
            user = world.users[host, seed.username]
            if seed.mobile and first.setdefault(seed.mobile, (unit, user)) != (unit, user):
                _join(*first[seed.mobile], unit, user)


def _join(one: Unit, user: User, other: Unit, account: User) -> None:
    """Let a human join two accounts, as people do it: a code from the one, told to the other."""
    with one:
        _, code = open_code(actor=user.actor_in(one))
    with other:
        join_account(actor=account.actor_in(other), code=code)


def _create(unit: Unit, seed: PersonSeed, kinds: dict[tuple[str, str], GroupKind]) -> User:
    roles = [_ROLES.get(role, role) for role in seed.roles]
    if seed.unit_host == "guangdong" and "clerk" in roles:
        roles.append("province_office")
    return accounts.create_user(
        actor=system(unit.pk, "平台"),
        username=seed.username,
        name=seed.name,
        mobile=seed.mobile or None,
        member_kind=_MEMBER_KINDS[seed.member_kind],
        party=seed.party,
        duty="、".join(seed.posts),
        rank="" if seed.rank == "none" else seed.rank,
        roles=roles,
        groups=[(kinds[seed.unit_host, name], name) for name in seed.groups if (seed.unit_host, name) in kinds],
    )


def demo_password() -> str:
    """Return this installation's password of all demo accounts, drawn once and kept readable for its owner alone."""
    path = Path(settings.HOME) / "demo-password"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(f"Zt-{secrets.token_hex(4)}-{secrets.randbelow(90) + 10}", encoding="ascii")
    return path.read_text(encoding="ascii").strip()
