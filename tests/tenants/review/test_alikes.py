"""Look-alikes on the pages of review: who sees which, side by side, verdicts, and what never shows."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from search.models import PairVerdict
from tenants.items import operations as items
from tenants.items.models import Item
from tenants.review import operations as review
from tenants.review.models import Run
from tests.factories import TEXT, make_draft, make_user
from tests.tenants.review.conftest import House, item_of, pass_as, task_of
from tests.tenants.review.pages import client, page_of, said
from zhitong.core.models import AuditEntry
from zhitong.units.models import Unit

BODY = {
    "problem": "桂城街道部分老旧小区充电桩不足，居民从楼上拉线，存在火灾隐患。\n今年消防到映月社区检查三十二次。",
    "analysis": "一是公共场地有限，物业不愿让出停车位；二是运营单位电价高、盈利难；三是镇街日常巡查不到位。",
    "suggestions": "由区住建部门牵头制定布点计划，供电部门核定电价，镇街落实巡查。",
}
COPY = BODY | {
    "title": "电动自行车充电隐患应当重视",
    "suggestions": "建议供电部门核定电价，镇街落实巡查。<b>尽快</b>。",
}
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def two(house: House, drain: Any) -> tuple[Run, Run]:
    """Two alike items in review, indexed."""
    runs = house.submit(**BODY), house.submit(**COPY)
    drain()
    return runs


def list_url(item: Item) -> str:
    return f"/review/alikes/{item.uuid}/"


def pair_url(one: Item, other: Item) -> str:
    return f"/review/alikes/{one.uuid}/{other.uuid}/"


def test_the_screen_asks_for_look_alikes_and_gets_them_with_kind_share_and_what_became(
    house: House, two: tuple[Run, Run]
) -> None:
    first, second = two
    _, page = page_of(house, house.research, first)
    assert f'hx-get="{list_url(item_of(first))}" hx-trigger="load"' in page
    part = said(client(house, house.research).get(list_url(item_of(first)), **HTMX))
    assert "雷同提示 1" in part
    for words in (COPY["title"], "改写", "梁晓岚", "审核中", pair_url(item_of(first), item_of(second)), "%"):
        assert words in part
    assert "<html" not in part
    assert "<h1>" in said(client(house, house.research).get(list_url(item_of(second))))


def test_nothing_alike_says_so(house: House, drain: Any) -> None:
    run = house.submit(**BODY)
    drain()
    assert "未发现雷同" in said(client(house, house.research).get(list_url(item_of(run)), **HTMX))


def test_the_pair_shows_both_texts_with_common_passages_numbered(house: House, two: tuple[Run, Run]) -> None:
    one, other = (item_of(run) for run in two)
    answer = client(house, house.research).get(pair_url(one, other))
    raw, words = answer.content.decode(), said(answer)
    assert raw.count("<sup>1</sup>") == 2
    assert f"<mark><sup>1</sup>{BODY['problem'].split(chr(10))[0].rstrip('。')}" in raw
    assert "&lt;b&gt;尽快&lt;/b&gt;" in raw
    assert f"/items/{other.uuid}/" in words
    assert "改写" in words
    assert "同一天" in words


def test_a_verdict_is_kept_shown_and_heeded(house: House, two: tuple[Run, Run]) -> None:
    one, other = (item_of(run) for run in two)
    desk = client(house, house.research)
    answer = desk.post(f"{pair_url(one, other)}judge/", {"verdict": "different"})
    assert (answer.status_code, answer.url) == (302, pair_url(one, other))
    assert "周敏" in said(desk.get(pair_url(other, one)))
    assert "另有 1 篇已判为不是同一件" in said(desk.get(list_url(other), **HTMX))
    desk.post(f"{pair_url(one, other)}judge/", {"verdict": "same"})
    assert PairVerdict.objects.get().same
    assert COPY["title"] in said(desk.get(list_url(one), **HTMX))
    assert AuditEntry.objects.filter(action="search.pair.judged").count() == 2
    assert desk.post(f"{pair_url(one, other)}judge/", {"verdict": "perhaps"}).status_code == 422


def test_an_author_sees_own_look_alikes_only_and_judges_nothing(house: House, two: tuple[Run, Run], drain: Any) -> None:
    colleague = make_user(house.unit, "wu", name="吴秘密")
    draft = make_draft(house.unit, colleague, **(BODY | {"title": "同事的信息"}))
    review.submit(actor=colleague.actor, item_uuid=draft.uuid, version=draft.version)
    drain()
    one, other = (item_of(run) for run in two)
    mine = client(house, house.author)
    part = said(mine.get(list_url(one), **HTMX))
    assert COPY["title"] in part
    assert "本单位也有您看不到的稿件反映了大致相同的情况" in part
    assert "同事" not in part
    assert "秘密" not in part
    assert str(draft.uuid) not in part
    assert mine.get(pair_url(one, draft)).status_code == 404
    assert mine.get(list_url(draft)).status_code == 404
    page = said(mine.get(pair_url(one, other)))
    assert "/judge/" not in page
    assert mine.post(f"{pair_url(one, other)}judge/", {"verdict": "same"}).status_code == 403


def test_of_another_unit_nothing_but_its_name_is_on_the_page(house: House, stranger: Unit, drain: Any) -> None:
    writer = make_user(stranger, "chen_x", name="陈秘密")
    theirs = make_draft(stranger, writer, **(BODY | {"title": "禅城的标题"}))
    with stranger:
        items.register_submission(actor=writer.actor, item=theirs)
    with house.unit:
        run = house.submit(**BODY)
    drain()
    with house.unit:
        item = item_of(run)
        part = said(client(house, house.research).get(list_url(item), **HTMX))
        assert "全省另有 1 个单位反映了大致相同的情况：禅城区政协。" in part
        for secret in ("禅城的标题", "秘密", str(theirs.uuid), "禅城〔"):
            assert secret not in part
        assert client(house, house.research).get(pair_url(item, theirs)).status_code == 404


def test_a_reviewer_without_the_archive_reads_the_item_at_hand_but_not_the_others(
    house: House, two: tuple[Run, Run]
) -> None:
    one, other = (item_of(run) for run in two)
    helper = make_user(house.unit, "helper", name="帮手", roles=["author"])
    assert client(house, helper).get(list_url(one)).status_code == 404
    review.copy_to(actor=house.research.actor, task_uuid=task_of(house.research, two[0]).uuid, who=[helper.uuid])
    part = said(client(house, helper).get(list_url(one), **HTMX))
    assert COPY["title"] not in part
    assert "本单位也有您看不到的稿件" in part
    assert client(house, helper).get(pair_url(one, other)).status_code == 404


def test_nobody_unknown_gets_in_and_a_text_is_no_pair_with_itself(house: House, two: tuple[Run, Run]) -> None:
    one, other = (item_of(run) for run in two)
    for url in (list_url(one), pair_url(one, other)):
        assert client(house, None).get(url).status_code == 302
    desk = client(house, house.research)
    assert desk.get(pair_url(one, one)).status_code == 404
    assert desk.get(f"{pair_url(one, other)}judge/").status_code == 405


def test_many_look_alikes_cost_no_more_queries(house: House, two: tuple[Run, Run], drain: Any) -> None:
    one = item_of(two[0])
    desk = client(house, house.research)

    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            desk.get(list_url(one), **HTMX)
        return len(queries)

    cost()
    before = cost()
    for n in range(6):
        house.submit(**(COPY | {"title": f"{COPY['title']}{n}"}))
    drain()
    assert cost() == before


def test_the_item_page_asks_for_them_too(house: House, two: tuple[Run, Run]) -> None:
    pass_as(house.research, two[0])
    one = item_of(two[0])
    assert f'hx-get="{list_url(one)}"' in said(client(house, house.author).get(f"/items/{one.uuid}/"))
    assert TEXT["title"] in said(client(house, house.author).get(list_url(one)))


def test_a_draft_is_compared_but_not_judged(house: House, two: tuple[Run, Run]) -> None:
    clerk = house.research
    draft = make_draft(house.unit, clerk, **COPY)
    desk = client(house, clerk)
    assert f'hx-get="{list_url(draft)}"' in said(desk.get(f"/items/{draft.uuid}/edit/"))
    assert "逐字相同" in said(desk.get(list_url(draft), **HTMX))
    pair = said(desk.get(pair_url(draft, item_of(two[1]))))
    assert "逐字相同" in pair
    assert "/judge/" not in pair
    assert client(house, house.secretary).get(list_url(draft)).status_code == 404
