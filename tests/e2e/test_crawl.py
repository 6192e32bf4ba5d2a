"""Every page that every role can reach: no dead link, one heading, labels, and in Chromium no fault and no barrier."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from playwright.sync_api import Browser

from tenants.review import operations as review
from tenants.review.models import Task
from tests.e2e.barriers import barriers
from tests.e2e.crawling import Kind, PageReader, Walk, walk
from tests.e2e.people import DESK, PHONE
from tests.factories import PASSWORD, client_for, make_draft, make_user, public_client
from tests.leaks.world import build, dispatch_to_city
from tests.platform.ranking.histories import recompute
from zhitong.ranking.models import RuleSet
from zhitong.units.models import Unit

pytestmark = pytest.mark.e2e


@dataclass(frozen=True)
class Reader:
    """One role: a client that is signed in, and where it begins."""

    name: str
    client: Client
    start: str = "/"
    urlconf: str = settings.ROOT_URLCONF

    def walk(self) -> Walk:
        """Follow every link as this reader."""
        return walk(self.client, self.start, self.urlconf)


def readers() -> list[Reader]:
    """Everybody of a little network in which one item has gone up, one waits for review and one for the signature."""
    units = {
        host: Unit.objects.get(domains__domain=f"{host}.{settings.BASE_DOMAIN}")
        for host in ("nanhai", "foshan", "guangdong", "chancheng")
    }
    nanhai, foshan, guangdong = units["nanhai"], units["foshan"], units["guangdong"]
    world = build(nanhai, foshan, guangdong, units["chancheng"])
    dispatch_to_city(world)
    leader = make_user(nanhai, "chen", name="陈立", roles=["leader"], posts=["secretary", "vice_chair", "chair"])
    with nanhai:
        for title in ("关于整治夜市占用盲道问题的建议", "关于完善绿道配套服务的建议"):
            waiting = make_draft(nanhai, world.author, title=title, urgency="important")
            review.submit(actor=world.author.actor, item_uuid=waiting.uuid, version=waiting.version)
        task = Task.objects.filter(run__item=waiting).latest("pk")
        review.decide_pass(actor=world.reviewer.actor, task_uuid=task.uuid)
    for rule_set in RuleSet.objects.order_by("pk"):
        recompute(rule_set)
    inside = [
        ("author", world.author, nanhai),
        ("reviewer", world.reviewer, nanhai),
        ("clerk", world.clerk, nanhai),
        ("leader", leader, nanhai),
        ("administrator", make_user(nanhai, "admin", roles=["administrator"]), nanhai),
        ("reader", world.reader, nanhai),
        ("city clerk", world.city_clerk, foshan),
        ("province clerk", make_user(guangdong, "huang", roles=["clerk"], posts=["research"]), guangdong),
        ("province office", make_user(guangdong, "tongji", roles=["province_office"]), guangdong),
    ]
    return [
        *(Reader(name, client_for(user, unit)) for name, user, unit in inside),
        Reader("stranger", client_for(None, nanhai), "/accounts/login/"),
        Reader("operator", _operator(), "/operators/", settings.PUBLIC_SCHEMA_URLCONF),
        Reader("visitor", public_client(), "/", settings.PUBLIC_SCHEMA_URLCONF),
    ]


def _operator() -> Client:
    out = StringIO()
    call_command("operator_create", "--username", "ops", "--name", "运维甲", stdout=out, stderr=StringIO())
    client = public_client()
    path = out.getvalue().strip().removeprefix(f"http://{settings.BASE_DOMAIN}")
    client.post(path, {"password": PASSWORD, "again": PASSWORD})
    return client


def test_the_walker_sees_what_is_wrong() -> None:
    page = PageReader(
        """<h1>一</h1><h1>二</h1><a href="#">空</a><a href="#nowhere">无</a><a href="#here">有</a><i id="here"></i>
        <i id="here"></i><img src="x.png"><img src="y.png" alt=""><input name="q"><input type="hidden" name="h">
        <label for="a">甲</label><input id="a"><label>乙<select name="b"></select></label><a href="/z/"><svg></svg></a>
        <button aria-label="关闭"></button><button>好</button><input name="r" aria-label="检索词">
        <button hidden></button><template><button></button><input name="t"></template>"""
    )
    assert page.headings == 2
    assert page.links == ["#", "#nowhere", "#here", "/z/"]
    assert sorted(page.faults) == sorted(
        [
            "dead link #",
            "dead link #nowhere",
            "id here stands twice",
            "no alt: x.png",
            "no label: input q",
            'no name: <a href="/z/">',
        ]
    )


@pytest.mark.django_db
def test_every_link_of_every_role_leads_to_a_sound_page() -> None:
    faults, reached = [], {}
    for reader in readers():
        found = reader.walk()
        faults += [f"{reader.name} {fault}" for fault in found.faults]
        reached[reader.name] = {name for name, _ in found.reached}
    assert faults == [], "\n" + "\n".join(faults)
    # The walk is only worth something when it gets about.
    assert {"desk:send", "desk:inbox", "desk:outcome", "items:texts", "ranking:ledger"} <= reached["clerk"]
    assert {"review:task", "desk:item", "ranking:standings"} <= reached["leader"]
    assert {"accounts:person", "accounts:roles", "accounts:positions"} <= reached["administrator"]
    assert {"items:edit", "desk:journey", "notices:index"} <= reached["author"]
    assert {"monitor:province_units", "ranking:list"} <= reached["province office"]
    assert {"operators:unit", "operators:outbox", "operators:audit", "operators:search"} <= reached["operator"]


def test_every_kind_of_page_works_in_a_browser_without_a_barrier(port: int, browser: Browser) -> None:
    """Console, content security policy, width and the rules of axe, as wide as a phone and as a desk."""
    seen: set[Any] = set()
    faults: list[str] = []
    for reader in readers():
        new = {kind: address for kind, address in reader.walk().reached.items() if _is_new(kind, reader, seen)}
        faults += [f"{reader.name} {fault}" for fault in _look(browser, reader, port, new)]
    assert faults == [], "\n" + "\n".join(faults)
    assert len(seen) > 40


def _is_new(kind: Kind, reader: Reader, seen: set[Any]) -> bool:
    """Homes differ by role, everything else is the same page for all who may open it."""
    key = (kind, reader.name if kind[0] == "home" else "", reader.urlconf)
    if key in seen:
        return False
    seen.add(key)
    return True


def _look(browser: Browser, reader: Reader, port: int, pages: dict[Kind, str]) -> Iterator[str]:
    base = f"http://{reader.client.defaults['SERVER_NAME']}:{port}"
    context = browser.new_context(viewport=PHONE, locale="zh-CN", timezone_id="Asia/Shanghai")  # type: ignore[arg-type]
    cookies = reader.client.cookies.items()
    context.add_cookies([{"name": name, "value": cookie.value, "url": base} for name, cookie in cookies])
    page = context.new_page()
    noted = list[str]()
    page.on("console", lambda line: noted.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: noted.append(str(error)))
    for kind, address in pages.items():
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        page.goto(base + address, wait_until="load")
        noted += barriers(page)
        page.set_viewport_size(DESK)  # type: ignore[arg-type]
        # On the desk the rules are asked of each page once, not of its tabs and orders again.
        noted += [] if kind[1] else barriers(page)
        yield from (f"{address}: {fault}" for fault in noted)
        noted.clear()
    context.close()
