"""Makes units, people and items for tests, through the product's own operations."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.test import Client

from tenants.accounts import operations as accounts
from tenants.accounts.models import MemberKind, User
from tenants.items import operations as items
from tenants.items.models import Item
from zhitong.core import clock
from zhitong.core.models import OutboxMessage
from zhitong.core.operations import system
from zhitong.units.models import Level, Unit, UnitKind
from zhitong.units.operations import NewUnit, create_unit

C, P = UnitKind.COMMITTEE, UnitKind.PARTY
UNITS: list[tuple[str, str, str, UnitKind, Level, str | None, str | None]] = [
    ("guangdong", "政协广东省委员会", "广东省政协", C, Level.PROVINCE, None, None),
    ("foshan", "政协佛山市委员会", "佛山市政协", C, Level.CITY, "guangdong", None),
    ("nanhai", "政协佛山市南海区委员会", "南海区政协", C, Level.COUNTY, "foshan", None),
    ("chancheng", "政协佛山市禅城区委员会", "禅城区政协", C, Level.COUNTY, "foshan", None),
    ("mm-foshan", "中国民主同盟佛山市委员会", "民盟佛山市委会", P, Level.CITY, None, "foshan"),
    ("mm-nanhai", "中国民主同盟南海总支部委员会", "民盟南海总支", P, Level.COUNTY, "mm-foshan", "nanhai"),
]
PASSWORD = "Zhi-tong-2026"  # for accounts of the test database only


def create_units() -> dict[str, Unit]:
    """Create the units of every test."""
    made: dict[str, Unit] = {}
    for host, name, short_name, kind, level, parent, committee in UNITS:
        made[host] = create_unit(
            actor=system(None),
            new=NewUnit(
                host=host,
                name=name,
                short_name=short_name,
                kind=kind,
                level=level,
                division_code="440605" if host == "nanhai" else "",
                parent=made.get(parent or ""),
                participates_in=made.get(committee or ""),
            ),
        )
    return made


def make_user(
    unit: Unit,
    username: str,
    *,
    name: str = "",
    roles: Sequence[str] = ("author",),
    posts: Sequence[str] = (),
    groups: Sequence[tuple[str, str]] = (),
    **fields: Any,
) -> User:
    """Create a user in `unit` with role presets, posts held since 2019, groups, and PASSWORD."""
    actor = system(unit.pk)
    with unit:
        user = accounts.create_user(
            actor=actor,
            username=username,
            name=name or username,
            member_kind=fields.pop("member_kind", MemberKind.MEMBER if "author" in roles else MemberKind.STAFF),
            roles=list(roles),
            groups=list(groups),
            **fields,
        )
        user.set_password(PASSWORD)
        user.password_changed_at = clock.now()
        user.save(update_fields=["password", "password_changed_at"])
        for code in posts:
            accounts.put_in_post(actor=actor, user=user, position_code=code, held_from=date(2019, 1, 1))
    return user


def join(user: User, unit: Unit, account: User, other: Unit) -> None:
    """Let a human join two accounts: a code from the one, told to the other. Both bear one name."""
    with unit:
        code, _ = accounts.open_join_code(actor=user.actor, password=PASSWORD)
    with other:
        accounts.join_accounts(actor=account.actor, password=PASSWORD, code=code)


TEXT = {
    "title": "关于规范电动自行车充电的建议",
    "problem": "桂城街道部分老旧小区充电桩不足，居民拉线充电，存在火灾隐患。",
    "analysis": "一是场地有限；二是运营单位盈利难；三是日常巡查不到位。",
    "suggestions": "一是由区住建部门牵头制定布点计划；二是由供电部门核定电价；三是由镇街落实巡查。",
    "category": "社会建设",
}


def make_draft(unit: Unit, user: User, **changes: Any) -> Item:
    """Create a complete draft of `user`."""
    with unit:
        return items.create_draft(actor=user.actor, changes={**TEXT, **changes})


def client_for(user: User | None, unit: Unit) -> Client:
    """Return a client on the unit's host, logged in as `user` when given."""
    client = Client(SERVER_NAME=f"{unit.get_primary_domain().domain}")
    if user is not None:
        with unit:
            client.force_login(user)
            session = client.session
            session["unit_id"] = unit.pk
            session.save()
    return client


def public_client() -> Client:
    """Return an anonymous client on the bare host."""
    return Client(SERVER_NAME=settings.BASE_DOMAIN)


def refuse_failed_messages() -> None:
    """Fail the test when a consumer failed."""
    failed = [f"{m.topic}: {m.last_error}" for m in OutboxMessage.objects.exclude(last_error="")]
    assert not failed, failed


def exported(client: Client, kind: str, query: str = "", *, wanted: str = "xlsx") -> bytes:
    """Return the file that an export of a small list comes as."""
    answer: Any = client.post("/exports/ask/", {"kind": kind, "query": query, "format": wanted})
    assert answer.status_code == 200, (kind, answer.status_code)
    return b"".join(answer.streaming_content)
