"""Every list can be taken away: no page with rows is without its export, and the file has the rows of the page."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import get_resolver

from tests.factories import client_for, exported, make_user
from tests.leaks.world import LISTS, World, _fill, build, dispatch_to_city, patterns
from zhitong.exports.registry import exporters
from zhitong.ranking.views.rankings import BY
from zhitong.units.models import Unit

_ROOT = Path(__file__).parents[2]
_INCLUDE = re.compile(r'{% include "([^"]+)"')
_LIST = re.compile(r"<table|<tbody|zt-todo|components/(table|pager|batch-bar)\.html")
_MENU = "exports/menu.html"
# Pages with rows and without an export, each with the reason.
_OPERATORS = "of the platform's operators, who belong to no unit: an export is a unit's"
_PRINT = "paper itself"
_OWN_FILES = "hands out its own files (PDF, Word, Excel)"
_HALF = "a step on the way of a form, not a list that stays"
_SETTING = "a setting of the unit that has its own form or file"
_PARTS = "tops of lists, each leading to the whole list, which exports"
WITHOUT = {
    "accounts/console_audit.html": _OPERATORS,
    "accounts/console_calendar.html": _OPERATORS,
    "accounts/console_outbox.html": _OPERATORS,
    "accounts/console_search.html": _OPERATORS,
    "accounts/console_unit.html": _OPERATORS,
    "accounts/console_unit_preview.html": _OPERATORS,
    "accounts/console_units.html": _OPERATORS,
    "accounts/keys.html": "the reader's own keys, of which nothing but the name is left to read",
    "accounts/people_imported.html": _HALF,
    "accounts/person.html": "one person's posts",
    "accounts/setup.html": _SETTING,
    "circulars/circular.html": _OWN_FILES,
    "circulars/print.html": _PRINT,
    "circulars/year.html": _OWN_FILES,
    "desk/author.html": _PARTS,
    "desk/leader.html": _PARTS,
    "desk/office.html": _PARTS,
    "desk/prints/journey.html": _PRINT,
    "desk/prints/register.html": _PRINT,
    "desk/prints/year.html": _PRINT,
    "desk/received.html": _HALF,
    "duties/dossier.html": _OWN_FILES,
    "duties/prints/awards.html": _PRINT,
    "duties/prints/dossier.html": _PRINT,
    "duties/targets_set.html": _HALF,
    "exports/page.html": "the exports themselves",
    "handling/sheet.html": _PRINT,
    "monitor/dashboard.html": _PARTS,
    "monitor/mine.html": _PARTS,
    "proposals/import.html": _HALF,
    "ranking/trial.html": "what a change of rules would do: a comparison of two rankings, each of which exports",
    "review/batch_done.html": _HALF,
    "review/flows/committees.html": _SETTING,
    "review/flows/compare.html": _SETTING,
    "review/flows/editor.html": _SETTING,
    "review/sheet.html": _PRINT,
}
# Pages that show a list in another shape than rows under heads: how many rows a file has is said elsewhere.
_OTHER_SHAPES = {"ranking.statistics", "desk.routes", "duties.list", "duties.award", "search.hits"}


def templates() -> dict[str, str]:
    """Return every template of the product by name."""
    folders = [
        folder
        for top in ("platform/zhitong", "tenants", "search", "api")
        for folder in (_ROOT / top).rglob("templates")
        if folder.is_dir()
    ]
    return {str(path.relative_to(folder)): path.read_text() for folder in folders for path in folder.rglob("*.html")}


def whole(name: str, every: dict[str, str], above: tuple[str, ...] = ()) -> str:
    """Return a template with all that it includes."""
    text = every.get(name, "")
    parts = [part for part in _INCLUDE.findall(text) if part not in above]
    return text + "".join(f"{part}\n{whole(part, every, (*above, name))}" for part in parts)


def test_no_page_with_a_list_is_without_its_export() -> None:
    every = templates()
    pages = {name: whole(name, every) for name, text in every.items() if "{% extends" in text}
    lists = {name for name, text in pages.items() if _LIST.search(text)}
    offering = {name for name, text in pages.items() if _MENU in text}
    assert len(lists) > 50
    assert sorted(lists - offering) == sorted(WITHOUT)


def test_what_can_be_exported_is_offered_on_a_page() -> None:
    views = [
        path.read_text()
        for top in ("platform/zhitong", "tenants", "search")
        for path in (_ROOT / top).rglob("*.py")
        if "views" in str(path)
    ]
    said = "\n".join([*templates().values(), *views])
    rankings = {f"ranking.{by}" for by in BY}  # the page makes their kinds of what it ranks by
    assert 'f"ranking.{by}"' in said
    assert [one.kind for one in exporters() if f'"{one.kind}"' not in said and one.kind not in rankings] == []


@pytest.mark.django_db
def test_a_file_has_as_many_rows_as_its_page(unit: Unit, city: Unit, province: Unit, stranger: Unit) -> None:
    world = build(unit, city, province, stranger)
    dispatch_to_city(world)
    offered: dict[str, int] = {}
    wrong: dict[tuple[str, str], tuple[int, int]] = {}  # rows of the page, rows of the file
    for client, rows in readers(world, province):
        for path in pages_of(rows):
            for kind, query, shown in menus(client, path):
                lines = list(csv.reader(io.StringIO(exported(client, kind, query, wanted="csv").decode("utf-8-sig"))))
                if kind not in _OTHER_SHAPES and len(lines) - 1 != shown:
                    wrong[path, kind] = (shown, len(lines) - 1)
                offered[kind] = max(offered.get(kind, 0), len(lines) - 1)
    assert wrong == {}
    assert {kind for kind, number in offered.items() if number} >= set(_SEEN)


_SEEN = (
    "accounts.people", "circulars.all", "desk.inbox", "desk.register", "desk.routes", "items.all", "items.own",
    "monitor.mine", "monitor.units", "notices.own", "papers.directory", "papers.own", "papers.people",
    "papers.received", "papers.sent", "ranking.counted", "review.worklist",
)  # fmt: skip


def readers(world: World, province: Unit) -> list[tuple[Client, dict[str, list[Any]]]]:
    """Return those who open lists, with the rows they ask for."""
    admin = make_user(world.unit, "guan", roles=["administrator"])
    office = make_user(province, "tongji", roles=["province_office"])
    return [
        (client_for(world.author, world.unit), world.rows),
        (client_for(world.clerk, world.unit), world.rows),
        (client_for(admin, world.unit), world.rows),
        (client_for(world.city_clerk, world.city), world.city_rows),
        (client_for(office, province), world.rows),
    ]


def pages_of(rows: dict[str, list[Any]]) -> Iterator[str]:
    """Return every address once, and the lists that are asked for with words."""
    first = {argument: values[:1] for argument, values in rows.items()}
    for name, arguments in patterns(get_resolver(settings.ROOT_URLCONF)):
        yield _fill(name, arguments, first, settings.ROOT_URLCONF)[0]
    yield from LISTS


def menus(client: Client, path: str) -> Iterator[tuple[str, str, int]]:
    """Return the exports that a page offers: kind, query, and how many rows stand on the page beside it."""
    answer: Any = client.get(path)
    if answer.status_code != 200 or "text/html" not in answer.headers.get("Content-Type", ""):
        return
    said = b"".join(answer.streaming_content).decode() if answer.streaming else answer.content.decode()
    places = said.split('action="/exports/ask/"')[1:]
    for place in places:
        kind = re.search(r'name="kind" value="([^"]*)"', place)
        query = re.search(r'name="query" value="([^"]*)"', place)
        assert kind is not None
        assert query is not None
        here = place if len(places) > 1 else said
        body = re.search(r"<tbody>(.*?)</tbody>", here, re.S)
        shown = body[1].count("<tr") if body else here.count('<a class="zt-todo"') or here.count('class="zt-item')
        yield kind[1], query[1].replace("&amp;", "&"), shown
