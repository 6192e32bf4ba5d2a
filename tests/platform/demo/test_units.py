"""The demo's divisions, units, bodies and people are whole and refer to each other."""

import re
from collections import Counter

from zhitong.demo.content.bodies import bodies
from zhitong.demo.content.divisions import divisions, host_of_division
from zhitong.demo.content.groups import groups
from zhitong.demo.content.people import authors_of, people, people_of
from zhitong.demo.content.units import unit_by_host, units


def test_divisions_of_the_province() -> None:
    assert Counter(division.level for division in divisions()) == {"province": 1, "city": 21, "county": 122}
    assert set(host_of_division()) == {division.code for division in divisions()}


def test_units_at_every_level() -> None:
    assert Counter((unit.kind, unit.level) for unit in units()) == {
        ("committee", "province"): 1,
        ("committee", "city"): 21,
        ("committee", "county"): 122,
        ("party", "province"): 8,
        ("party", "city"): 8,
        ("party", "branch"): 8,
        ("federation", "province"): 1,
        ("federation", "city"): 1,
        ("federation", "county"): 1,
    }


def test_names_in_the_words_of_the_trade() -> None:
    by_host = unit_by_host()
    assert by_host["nanhai"].name == "政协佛山市南海区委员会"
    assert by_host["nanhai"].short_name == "南海区政协"
    assert by_host["taishan"].name == "政协台山市委员会"
    assert by_host["shanwei-chengqu"].short_name == "汕尾市城区政协"
    assert by_host["mm-nanhai"].short_name == "民盟南海总支"
    assert by_host["mm-foshan"].short_name == "民盟佛山市委会"
    assert by_host["gsl-nanhai"].short_name == "南海区工商联"


def test_hosts_are_unique_labels_and_parents_come_first() -> None:
    hosts = [unit.host for unit in units()]
    assert len(set(hosts)) == len(hosts)
    assert len({unit.short_name for unit in units()}) == len(hosts)
    assert all(re.fullmatch(r"[a-z][a-z-]{1,30}[a-z]", host) for host in hosts)
    for index, unit in enumerate(units()):
        for above in (unit.parent_host, unit.participates_in_host):
            assert above is None or above in hosts[:index]


def test_bodies_are_used_by_units_and_share_no_label_with_them() -> None:
    codes = [body.code for body in bodies()]
    assert len(set(codes)) == len(codes)
    assert not set(codes) & set(unit_by_host())
    assert all(host in unit_by_host() for body in bodies() for host in body.used_by)


def test_people_have_unique_usernames_within_their_unit() -> None:
    pairs = [(person.unit_host, person.username) for person in people()]
    assert len(set(pairs)) == len(pairs)
    assert all(re.fullmatch(r"[a-z]+\d*", person.username) for person in people())


def test_one_mobile_number_is_one_human() -> None:
    names = {(person.mobile, person.name) for person in people()}
    assert len(names) == len({mobile for mobile, _ in names})
    assert all(re.fullmatch(r"1990000\d{4}", mobile) for mobile, _ in names)


def test_every_unit_has_a_clerk_a_leader_and_authors() -> None:
    for unit in units():
        roles = Counter(role for person in people_of(unit.host) for role in person.roles)
        assert roles["clerk"], unit.host
        assert roles["leader"], unit.host
        assert roles["unit_admin"], unit.host
        assert len(authors_of(unit.host)) >= 2, unit.host


def test_offices_have_all_posts() -> None:
    for host in ("nanhai", "foshan", "guangdong"):
        posts = {post for person in people_of(host) for post in person.posts}
        assert posts == {"研究室", "研究室主任", "秘书长", "分管副主席", "主席"}
    assert len(authors_of("nanhai")) == 60


def test_groups_of_people_exist_and_are_named_once() -> None:
    known = [(group.unit_host, group.name) for group in groups()]
    assert len(set(known)) == len(known)
    assert all((person.unit_host, name) in known for person in people() for name in person.groups)


def test_the_named_author_is_one_human_in_two_units() -> None:
    named = [person for person in people() if person.name == "路俊峰"]
    assert {person.unit_host for person in named} == {"nanhai", "mm-nanhai"}
    assert len({person.mobile for person in named}) == 1
