"""The pages of merging: picked in the inbox, put in order, merged, shown with its sources, taken apart."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenants.items.models import Item, State
from tests.factories import make_user
from tests.tenants.desk.conftest import Office
from tests.tenants.desk.test_merging import TITLE, come_in, merge, neighbour_office, own_item
from zhitong.exchange.models import Dispatch
from zhitong.exchange.queries import parts_of
from zhitong.units.models import Unit

__all__ = ["come_in", "neighbour_office"]
pytestmark = pytest.mark.django_db


def shown(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[:2000]
    return str(answer.content.decode())


def order_of(page: str) -> list[str]:
    return re.findall(r'name="pick" value="([^"]+)"', page)


def test_from_the_inbox_to_a_merged_item(come_in: list[Dispatch], city_office: Office, client_for: Any) -> None:
    client = client_for(city_office.clerk, city_office.unit)
    assert 'formaction="/merge/"' in shown(client.get("/inbox/"))
    first, second = (f"d:{one.uuid}" for one in come_in)
    page = shown(client.post("/merge/", {"dispatch": [str(one.uuid) for one in come_in]}))
    assert order_of(page) == [first, second]
    assert f'value="{come_in[0].title}"' in page
    with city_office.unit:
        assert not Item.objects.filter(is_merged=True).exists()
    own = city_office.submitted(title="关于充电电价的建议")
    page = shown(client.post("/merge/", {"pick": [first, second], "title": TITLE, "verb": "find", "find": "电价"}))
    assert f'name="add" value="i:{own.uuid}"' in page
    page = shown(client.post("/merge/", {"pick": [first, second], "title": TITLE, "add": f"i:{own.uuid}"}))
    assert order_of(page) == [first, second, f"i:{own.uuid}"]
    page = shown(client.post("/merge/", {"pick": order_of(page), "title": TITLE, "up": "2"}))
    assert order_of(page) == [first, f"i:{own.uuid}", second]
    page = shown(client.post("/merge/", {"pick": order_of(page), "title": TITLE, "down": "0"}))
    assert order_of(page) == [f"i:{own.uuid}", first, second]
    dropped = shown(client.post("/merge/", {"pick": order_of(page), "title": TITLE, "drop": first[2:]}))
    assert order_of(dropped) == [f"i:{own.uuid}", second]
    done = client.post("/merge/", {"pick": order_of(page), "title": TITLE, "verb": "merge"}, follow=True)
    words = shown(done)
    assert "3 篇已综合成一篇" in words
    assert "来源 3" in words
    assert words.index("关于充电电价的建议") < words.index("关于小区充电棚的建议") < words.index("关于充电桩布点的建议")


def test_what_was_typed_stays_when_merging_is_refused(
    come_in: list[Dispatch], city_office: Office, client_for: Any
) -> None:
    client = client_for(city_office.clerk, city_office.unit)
    keys = [f"d:{one.uuid}" for one in come_in]
    page = shown(client.post("/merge/", {"pick": keys, "title": "长" * 101, "verb": "merge"}), 422)
    assert "最多 100 字" in page
    assert "长" * 101 in page
    assert order_of(page) == keys
    page = shown(client.post("/merge/", {"pick": keys[:1], "title": TITLE, "verb": "merge"}), 422)
    assert "合并至少要选两篇" in page
    assert TITLE in page
    for nonsense in (["x:1", "d:nonsense", ""], ["i:00000000-0000-0000-0000-000000000000"]):
        assert order_of(shown(client.post("/merge/", {"pick": nonsense, "up": "99", "down": "-1"}))) == []


def test_sources_are_arranged_shared_and_taken_apart(
    come_in: list[Dispatch], city_office: Office, client_for: Any
) -> None:
    item = merge(city_office, *come_in)
    client = client_for(city_office.clerk, city_office.unit)
    url = f"/items/{item.uuid}/sources/"
    with city_office.unit:
        south, west = (own_item(one) for one in come_in)
    order = [str(south.uuid), str(west.uuid)]
    assert "存顺序和份额" in shown(client.get(url))
    page = shown(client.post(url, {"source": order, "share": ["70", "20"], "save": "1"}), 422)
    assert "现在合计 90" in page
    assert 'value="70"' in page
    page = shown(client.post(url, {"source": order, "share": ["七十", "30"], "save": "1"}), 422)
    assert "1 到 100 的整数" in page
    assert "七十" in page
    assert client.post(url, {"source": order, "share": ["70", "30"], "save": "1"}).status_code == 302
    assert "份额 70%" in shown(client.get(f"/items/{item.uuid}/"))
    assert client.post(url, {"source": order, "share": ["70", "30"], "up": "1"}).status_code == 302
    with city_office.unit:
        parts = parts_of(city_office.unit.pk, item.uuid)
    assert [(part.source_uuid, part.share) for part in parts] == [(west.uuid, None), (south.uuid, None)]
    assert "请写明" in shown(client.post(f"{url}act/", {"withdrawn": "", "reason": " "}), 422)
    words = shown(client.get(f"/items/{south.uuid}/"))
    assert "已并入综合稿" in words
    assert client.post(f"{url}act/", {"reason": "两件事，分开报"}).status_code == 302
    with city_office.unit:
        assert {Item.objects.get(pk=one.pk).state for one in (south, west)} == {State.IN_REVIEW}
    assert client.get(url).status_code == 404


def test_a_withdrawal_is_shown_with_its_reason(come_in: list[Dispatch], city_office: Office, client_for: Any) -> None:
    item = merge(city_office, *come_in)
    client = client_for(city_office.clerk, city_office.unit)
    with city_office.unit:
        south = own_item(come_in[0])
    act = f"/items/{item.uuid}/sources/act/"
    assert client.post(act, {"withdrawn": str(south.uuid), "reason": "南海区政协来函收回"}).status_code == 302
    assert client.post(act, {"withdrawn": str(south.uuid), "reason": "再收一次"}).status_code == 409
    for url in (f"/items/{item.uuid}/", f"/items/{item.uuid}/sources/"):
        assert "撤回：南海区政协来函收回" in shown(client.get(url))


def test_who_may_open_and_press_what(
    come_in: list[Dispatch], office: Office, city_office: Office, stranger: Unit, client_for: Any
) -> None:
    item = merge(city_office, *come_in)
    with city_office.unit:
        south = own_item(come_in[0])
    neighbour = make_user(stranger, "c_wang", roles=["clerk"])
    post = {"source": [str(south.uuid)], "reason": "理由", "withdrawn": str(south.uuid), "title": TITLE}
    for user, unit, status in (
        (city_office.author, city_office.unit, 403),
        (city_office.leader, city_office.unit, 403),
        (city_office.reader, city_office.unit, 403),
        (office.clerk, office.unit, 404),
        (neighbour, stranger, 404),
    ):
        client = client_for(user, unit)
        assert client.get(f"/items/{item.uuid}/sources/").status_code == status, user
        assert client.post(f"/items/{item.uuid}/sources/", post).status_code == status, user
        assert client.post(f"/items/{item.uuid}/sources/act/", post).status_code == status, user
    nobody = client_for(None, city_office.unit)
    assert nobody.get(f"/items/{item.uuid}/sources/").status_code == 302
    assert nobody.post(f"/items/{item.uuid}/sources/act/", post).status_code in {302, 403}
    # What a page of merging shows to another unit: nothing of what was picked, whatever keys are sent.
    spying = [f"d:{come_in[0].uuid}", f"i:{item.uuid}", f"i:{south.uuid}"]
    for user, unit in ((neighbour, stranger), (office.clerk, office.unit)):
        page = shown(client_for(user, unit).post("/merge/", {"pick": spying, "find": "充电"}))
        assert order_of(page) == []
        assert unit == office.unit or come_in[0].title not in page
        refused = client_for(user, unit).post("/merge/", {"pick": spying, "title": TITLE, "verb": "merge"})
        assert refused.status_code == 404
    assert client_for(city_office.reader, city_office.unit).post("/merge/", post).status_code == 403
    assert client_for(city_office.clerk, city_office.unit).get("/merge/").status_code == 405


def test_a_contributors_pages_say_nothing_of_the_others(
    come_in: list[Dispatch], office: Office, city_office: Office, client_for: Any, drain: Any
) -> None:
    merge(city_office, *come_in)
    drain()
    with office.unit:
        own = Item.objects.get(state=State.APPROVED)
    for user in (office.author, office.clerk, office.leader):
        client = client_for(user, office.unit)
        pages = [
            f"/items/{own.uuid}/",
            f"/items/{own.uuid}/journey/",
            f"/api/v1/items/{own.uuid}/journey/",
            "/notices/",
        ]
        words = "".join(shown(client.get(page)) for page in pages)
        assert "与另外 1 篇综合成一篇" in words
        for secret in ("禅城", "关于充电桩布点的建议", "禅城独有的一句", TITLE):
            assert secret not in words, (user.username, secret)


def test_a_merged_items_page_costs_the_same_with_any_number_of_sources(city_office: Office, client_for: Any) -> None:
    client = client_for(city_office.clerk, city_office.unit)
    costs = []
    for number in (2, 6):
        own = [
            city_office.submitted(title=f"关于第{number}{n}件事的建议", problem=f"{number}{n}") for n in range(number)
        ]
        item = merge(city_office, *own)
        for url in (f"/items/{item.uuid}/", f"/items/{item.uuid}/sources/"):
            client.get(url)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(url).status_code == 200
            costs.append(len(queries))
    assert costs[:2] == costs[2:]
