"""Accounts, roles, circles and posts: what operations accept, refuse and write."""

from datetime import date, timedelta

import pytest

from tenants.accounts import operations, queries
from tenants.accounts.models import Group, Role, User
from tests.factories import make_user
from zhitong.core import audit, clock
from zhitong.core.errors import InvalidInput, NotAllowed, WrongState
from zhitong.core.models import AuditEntry
from zhitong.core.operations import system
from zhitong.people.models import Person, PersonAccount
from zhitong.units.models import Unit


def test_an_account_is_created_with_roles_circles_and_person(unit: Unit) -> None:
    with unit:
        user = operations.create_user(
            actor=system(unit.pk),
            username=" Ｌi.Mei ",
            name="李梅",
            mobile="+86 138-0013-8000",
            member_kind="member",
            party="民盟",
            duty="区第一中学教师",
            rank="city",
            roles=["author"],
            groups=[("sector", "教育界"), ("liaison", "桂城联络组")],
            email="limei@example.cn",
        )
        assert (user.username, user.mobile, user.has_usable_password()) == ("li.mei", "13800138000", False)
        assert user.granted == {"items.write", "search.use"}
        assert set(user.circles.values_list("kind", "name")) == {("sector", "教育界"), ("liaison", "桂城联络组")}
    account = PersonAccount.objects.select_related("person").get(unit=unit, user_uuid=user.uuid)
    assert (account.kind, account.group_name, account.person.name) == ("member", "教育界", "李梅")
    assert (account.person.rank, account.person.uuid) == ("city", user.person_uuid)
    actions = AuditEntry.objects.filter(unit_key=unit.pk).values_list("action", flat=True)
    assert list(actions) == ["people.account.linked", "accounts.user.created"]
    assert list(audit.verify(unit.pk)) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("username", ""),
        ("username", "13800138000"),
        ("username", "li mei"),
        ("username", "a" * 41),
        ("username", "li\x00mei"),
        ("name", "   "),
        ("name", "李\u202e梅"),
        ("name", "梅" * 61),
        ("mobile", "12345"),
        ("email", "nobody"),
        ("member_kind", "king"),
        ("rank", "galaxy"),
        ("party", "x" * 21),
    ],
)
def test_wrong_fields_are_named_and_nothing_is_written(unit: Unit, field: str, value: str) -> None:
    fields = {"username": "limei", "name": "李梅"} | {field: value}
    with unit, pytest.raises(InvalidInput) as refused:
        operations.create_user(actor=system(unit.pk), **fields)  # type: ignore[arg-type]
    assert list(refused.value.fields) == [field]
    with unit:
        assert not User.objects.exists()
    assert not Person.objects.exists()


def test_login_name_and_mobile_are_taken_once_a_unit(unit: Unit, stranger: Unit) -> None:
    make_user(unit, "limei", mobile="13800138000")
    make_user(stranger, "limei", mobile="13800138000")
    with unit:
        with pytest.raises(InvalidInput) as name_taken:
            operations.create_user(actor=system(unit.pk), username="LiMei", name="李梅")
        with pytest.raises(InvalidInput) as mobile_taken:
            operations.create_user(actor=system(unit.pk), username="other", name="李梅", mobile="138 0013 8000")
    assert list(name_taken.value.fields) == ["username"]
    assert list(mobile_taken.value.fields) == ["mobile"]


def test_a_change_names_fields_but_keeps_values_out_of_the_audit(unit: Unit) -> None:
    user = make_user(unit, "limei", mobile="13800138000")
    with unit:
        operations.update_user(
            actor=system(unit.pk), user=user, changes={"mobile": "13900139000", "duty": "教师", "name": "limei"}
        )
        assert User.objects.get().mobile == "13900139000"
    entry = AuditEntry.objects.filter(action="accounts.user.changed").get()
    assert '"fields":["duty","mobile"]' in entry.content
    assert "13900139000" not in entry.content


def test_only_who_manages_people_may_change_them(unit: Unit) -> None:
    clerk = make_user(unit, "clerk", roles=["clerk"])
    with unit, pytest.raises(NotAllowed):
        operations.create_user(actor=clerk.actor_in(unit), username="x", name="x")
    with unit, pytest.raises(NotAllowed):
        operations.set_roles(actor=clerk.actor_in(unit), user=clerk, roles=["administrator"])


def test_a_unit_cannot_give_the_rights_of_platform_or_province(unit: Unit, province: Unit) -> None:
    user = make_user(unit, "limei")
    for role in ("operator", "province_office"):
        with unit, pytest.raises(InvalidInput):
            operations.set_roles(actor=system(unit.pk), user=user, roles=[role])
    with unit, pytest.raises(InvalidInput):
        operations.define_role(actor=system(unit.pk), code="spy", name="总览", granted=["monitor.province"])
    with unit:
        assert user.granted == {"items.write", "search.use"}
    with pytest.raises(InvalidInput):
        make_user(province, "ops", roles=["operator"])
    office = make_user(province, "office", roles=["province_office"])
    with province:
        assert office.has_zt_perm("monitor.province")


def test_an_unknown_permission_is_refused_by_name(unit: Unit) -> None:
    user = make_user(unit, "limei")
    with unit:
        with pytest.raises(InvalidInput, match=r"items\.fly"):
            operations.define_role(actor=system(unit.pk), code="pilot", name="飞行员", granted=["items.fly"])
        Role.objects.create(code="old", name="旧角色", permissions=["items.gone"])
        with pytest.raises(InvalidInput, match=r"items\.gone"):
            operations.set_roles(actor=system(unit.pk), user=user, roles=["old"])
        with pytest.raises(InvalidInput):
            operations.set_roles(actor=system(unit.pk), user=user, roles=["nobody"])


def test_presets_stand_in_every_unit_and_cannot_be_changed(unit: Unit) -> None:
    with unit:
        assert Role.objects.filter(is_preset=True).count() == 8
        with pytest.raises(WrongState):
            operations.define_role(actor=system(unit.pk), code="author", name="反映人", granted=["items.read_all"])


def test_the_last_administrator_remains(unit: Unit) -> None:
    first = make_user(unit, "first", roles=["administrator"])
    with unit:
        actor = first.actor_in(unit)
        with pytest.raises(WrongState):
            operations.set_roles(actor=actor, user=first, roles=["author"])
        with pytest.raises(WrongState):
            operations.deactivate_user(actor=actor, user=first)
    second = make_user(unit, "second", roles=["administrator"])
    with unit:
        operations.deactivate_user(actor=second.actor_in(unit), user=first)
        with pytest.raises(WrongState):
            operations.deactivate_user(actor=second.actor_in(unit), user=second)


def test_an_account_out_of_use_has_no_rights_and_comes_back_without_a_password(unit: Unit) -> None:
    make_user(unit, "boss", roles=["administrator"])
    user = make_user(unit, "limei")
    with unit:
        path = operations.invite(actor=system(unit.pk), user=user)
        operations.create_api_token(actor=system(unit.pk), user=user, label="取数", days=30)
        gone = operations.deactivate_user(actor=system(unit.pk), user=user)
        assert User.objects.get(pk=gone.pk).granted == frozenset()
        assert not user.api_tokens.filter(revoked_at__isnull=True).exists()
        with pytest.raises(WrongState):
            operations.invite(actor=system(unit.pk), user=gone)
        with pytest.raises(WrongState):
            operations.deactivate_user(actor=system(unit.pk), user=user)
        back = operations.reactivate_user(actor=system(unit.pk), user=user)
        assert back.is_active
        assert not back.has_usable_password()
        with pytest.raises(operations.InvitationGone):
            operations.invited_user(token=path.split("/")[-2])


def test_posts_are_held_for_periods_that_never_overlap(unit: Unit) -> None:
    user = make_user(unit, "zhou", roles=["reviewer"])
    other = make_user(unit, "chen", roles=["reviewer"])
    actor = system(unit.pk)
    with unit:
        operations.ensure_position(actor=actor, code="desk-one", name="信息专员")
        operations.ensure_position(actor=actor, code="desk-one", name="别的名称")
        start = date(2024, 3, 1)
        held = operations.put_in_post(actor=actor, user=user, position_code="desk-one", held_from=start)
        operations.put_in_post(actor=actor, user=other, position_code="desk-one", held_from=start + timedelta(days=9))
        with pytest.raises(InvalidInput):
            operations.put_in_post(actor=actor, user=user, position_code="desk-one", held_from=date(2025, 1, 1))
        assert queries.holders_of("desk-one", date(2024, 2, 29)) == []
        assert queries.holders_of("desk-one", date(2024, 6, 1)) == [user, other]
        with pytest.raises(WrongState):
            operations.end_holding(actor=actor, holding=held, on=start)
        operations.end_holding(actor=actor, holding=held, on=date(2024, 5, 1))
        assert queries.holders_of("desk-one", date(2024, 4, 30)) == [user, other]
        assert queries.holders_of("desk-one", date(2024, 5, 1)) == [other]
        with pytest.raises(WrongState):
            operations.end_holding(actor=actor, holding=held)
        operations.put_in_post(actor=actor, user=user, position_code="desk-one", held_from=date(2024, 5, 1))
        assert queries.posts_of(user, clock.today()) == ["信息专员"]
        with pytest.raises(InvalidInput):
            operations.put_in_post(actor=actor, user=user, position_code="none", held_from=start)
        for never in (date(1, 1, 1), date(9999, 12, 31)):
            with pytest.raises(InvalidInput, match="1949"):
                operations.put_in_post(actor=actor, user=other, position_code="desk-one", held_from=never)
        with pytest.raises(InvalidInput):
            operations.put_in_post(actor=actor, user=other, position_code="desk-one", held_from=start, held_to=start)


def test_circles_follow_what_is_set(unit: Unit) -> None:
    user = make_user(unit, "limei", groups=[("sector", "教育界")])
    with unit:
        operations.set_groups(actor=system(unit.pk), user=user, groups=[("branch", "第一支部")])
        assert list(user.circles.values_list("name", flat=True)) == ["第一支部"]
        assert Group.objects.count() == 2
        with pytest.raises(InvalidInput):
            operations.set_groups(actor=system(unit.pk), user=user, groups=[("club", "棋社")])
    assert PersonAccount.objects.get(user_uuid=user.uuid).group_name == "第一支部"


def test_members_are_narrowed(unit: Unit) -> None:
    li = make_user(unit, "limei", name="李梅", groups=[("sector", "教育界")], mobile="13800138000")
    wang = make_user(unit, "wang", name="王强", roles=["clerk"])
    with unit:
        group = Group.objects.get()
        assert set(queries.members()) == {li, wang}
        assert set(queries.members(text="李")) == set(queries.members(text="13800")) == {li}
        assert set(queries.members(role="clerk")) == {wang}
        assert set(queries.members(group=group.pk)) == {li}
        assert set(queries.members(position="research")) == set()
        assert set(queries.with_permission("items.read_all")) == {wang}
