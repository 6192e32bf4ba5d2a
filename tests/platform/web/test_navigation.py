"""Who sees which entry, which one is marked, and what the check finds."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import resolve

from tests.platform.web.conftest import Reader
from zhitong.web import navigation
from zhitong.web.checks import navigation_leads_somewhere
from zhitong.web.context_processors import reader_mark, shell
from zhitong.web.navigation import MenuEntry, NavEntry, UnitLink

Make = Callable[..., HttpRequest]


def test_a_reader_sees_only_what_they_may_open(request_of: Make) -> None:
    navigation.register(
        NavEntry("b", "审核", "web:healthz", "home", permission="review.read", order=2),
        NavEntry("a", "首页", "web:healthz", "home", order=1),
        NavEntry("c", "台账", "web:healthz", "home", permission="items.read", order=3),
    )
    reader = Reader(frozenset({"items.read"}))
    assert [item.label for item in navigation.visible(request_of(reader=reader))] == ["首页", "台账"]


def test_an_entry_opens_by_another_right_or_while_something_waits(request_of: Make) -> None:
    waiting = [0]
    navigation.register(
        NavEntry(
            "a",
            "审核",
            "web:healthz",
            "home",
            permission="review.decide",
            or_permission="review.administer",
            while_waiting=True,
            count=lambda _request: waiting[0],
        )
    )
    assert [item.label for item in navigation.visible(request_of())] == []
    administrator = Reader(frozenset({"review.administer"}))
    assert [item.count for item in navigation.visible(request_of(reader=administrator))] == [0]
    waiting[0] = 2
    assert [item.count for item in navigation.visible(request_of())] == [2]


def test_whoever_has_the_wider_page_is_not_shown_the_narrow_one(request_of: Make) -> None:
    wide = NavEntry("province", "全省态势", "web:healthz", "chart-bar", permission="monitor.province")
    narrow = NavEntry(
        "overview",
        "态势",
        "home",
        "chart-bar",
        permission="ranking.read",
        unless_permission="monitor.province",
    )
    navigation.register(wide, narrow)
    for rights, shown in (
        ({"ranking.read"}, ["态势"]),
        ({"ranking.read", "monitor.province"}, ["全省态势"]),
        (set(), []),
    ):
        reader = Reader(frozenset(rights))
        assert [item.label for item in navigation.visible(request_of(reader=reader))] == shown


def test_a_stranger_sees_nothing(request_of: Make) -> None:
    navigation.register(NavEntry("a", "首页", "web:healthz", "home"))
    navigation.register_menu(MenuEntry("out", "退出", "web:healthz", "logout"))
    navigation.register_unread(lambda _request: 1 // 0)
    request = request_of(reader=AnonymousUser())
    assert navigation.visible(request) == []
    assert navigation.own_menu(request) == []
    assert navigation.unread(request) == 0
    assert reader_mark(request) == ""


def test_counts_are_computed_once_a_request_and_only_when_shown(request_of: Make) -> None:
    calls: list[int] = []
    navigation.register(
        NavEntry("a", "收件", "web:healthz", "inbox", count=lambda _request: calls.append(1) or 7)  # type: ignore[func-returns-value]
    )
    request = request_of()
    values = shell(request)
    assert calls == []
    assert [item.count for item in values["nav"]] == [7]
    assert [item.count for item in shell(request)["nav"]] == [7]
    assert calls == [1]


def test_a_phone_has_room_for_four_tabs(request_of: Make) -> None:
    navigation.register(
        *(NavEntry(key, key, "web:healthz", "home", order=n, phone=key != "c") for n, key in enumerate("abcdef"))
    )
    assert [item.key for item in shell(request_of())["phone_tabs"]] == ["a", "b", "d", "e"]


def _words(keys: str, **groups: str) -> None:
    navigation.register(
        *(NavEntry(key, key, "web:healthz", "home", order=n, group=groups.get(key, "")) for n, key in enumerate(keys))
    )


def test_ten_words_stand_side_by_side(request_of: Make) -> None:
    _words("abcdefghij", c=navigation.FIGURES, d=navigation.FIGURES)
    navigation.register(NavEntry("search", "检索", "web:healthz", "search"))
    words = shell(request_of())["nav_words"]
    assert [word.page.key for word in words] == list("abcdefghij")


def test_a_longer_bar_folds_its_groups_where_their_first_page_stands(request_of: Make) -> None:
    _words("abcdefghij", b=navigation.ITEMS, d=navigation.ITEMS, e=navigation.ITEMS, j=navigation.SETTINGS)
    navigation.register(
        NavEntry("notices", "通知", "web:healthz", "bell"),
        NavEntry("k", "排名", "web:healthz", "home", count=lambda _request: 3, group=navigation.FIGURES),
        NavEntry("l", "热点", "web:healthz", "home", count=lambda _request: 4, group=navigation.FIGURES),
    )
    request = request_of()
    navigation.mark(request, "d")
    words = navigation.bar(navigation.visible(request))
    assert [word.label for word in words] == ["a", "信息", "c", "f", "g", "h", "i", "j", "统计"]
    assert [[page.key for page in word.pages] for word in words if not word.page] == [["b", "d", "e"], ["k", "l"]]
    assert [word.label for word in words if word.active] == ["信息"]
    assert words[-1].count == 7
    for part in ("components/topbar.html", "components/phone-bar.html"):
        html = render_to_string(part, request=request)
        assert html.count('aria-current="page"') == 1, part
        assert "统计" in html, part
        assert "热点" in html, part
    assert 'aria-current="true">信息' in render_to_string("components/topbar.html", request=request)


def test_the_entry_of_the_page_is_marked(request_of: Make) -> None:
    navigation.register(
        NavEntry("a", "首页", "web:healthz", "home"), NavEntry("b", "收件", "web:healthz", "inbox", order=200)
    )
    request = request_of("/healthz")
    request.resolver_match = resolve("/healthz")
    assert [item.key for item in navigation.visible(request) if item.active] == ["a"]
    navigation.mark(request, "b")
    assert [item.key for item in navigation.visible(request) if item.active] == ["b"]


def test_a_key_is_registered_once() -> None:
    entry = NavEntry("a", "首页", "web:healthz", "home")
    navigation.register(entry, entry)
    with pytest.raises(ValueError, match="'a'"):
        navigation.register(NavEntry("a", "收件", "web:healthz", "inbox"))


def test_the_check_names_an_entry_that_leads_nowhere() -> None:
    navigation.register(NavEntry("a", "首页", "web:healthz", "home"), NavEntry("b", "收件", "web:nowhere", "inbox"))
    assert [(fault.id, "web:nowhere" in fault.msg) for fault in navigation_leads_somewhere()] == [("web.E001", True)]


def test_the_switcher_shows_with_two_units(request_of: Make) -> None:
    one = [UnitLink("佛山市政协", "http://foshan.localhost/", active=True)]
    navigation.register_units(lambda _request: one)
    assert not navigation.units(request_of())
    one.append(UnitLink("南海区政协", "http://nanhai.localhost/"))
    bar = render_to_string("components/topbar.html", request=request_of())
    assert "南海区政协" in bar
    assert "http://nanhai.localhost/" in bar


def test_bar_and_mark_name_the_reader(request_of: Make) -> None:
    navigation.register(
        NavEntry("notices", "通知", "web:healthz", "bell"), NavEntry("inbox", "收件", "web:healthz", "inbox")
    )
    navigation.register_unread(lambda _request: 120)
    navigation.register_post(lambda _request: "研究室")
    request = request_of()
    assert reader_mark(request) == "周敏 2026-06-17 10:42"
    bar = render_to_string("components/topbar.html", request=request)
    assert "周敏 · 研究室" in bar
    assert "120 条未读" in bar
    assert 'data-n="99+"' in bar
