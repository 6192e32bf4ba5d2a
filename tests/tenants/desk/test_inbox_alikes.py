"""Look-alikes of what came in: the receiver's own archive, and not the very report on its way up."""

from typing import Any

from tenants.desk import operations as desk
from tests.factories import client_for, make_user
from tests.tenants.desk.conftest import Office
from tests.tenants.review.test_alikes import BODY, COPY, HTMX
from zhitong.exchange import operations as exchange
from zhitong.exchange.models import Dispatch


def part(office: Office, dispatch: Dispatch, **head: str) -> Any:
    return client_for(office.clerk, office.unit).get(f"/inbox/{dispatch.uuid}/alikes/", **head)


def sent(office: Office) -> Dispatch:
    return office.send(office.approved(**BODY), "佛山市政协")[0]


def test_what_came_in_is_held_against_the_own_archive(office: Office, city_office: Office, drain: Any) -> None:
    dispatch, own = sent(office), city_office.submitted(**COPY)
    drain()
    page = client_for(city_office.clerk, city_office.unit).get(f"/inbox/{dispatch.uuid}/").content.decode()
    assert f'hx-get="/inbox/{dispatch.uuid}/alikes/"' in page
    words = part(city_office, dispatch, **HTMX).content.decode()
    assert COPY["title"] in words
    assert "改写" in words
    assert f'href="/items/{own.uuid}/"' in words
    assert "逐段对比" not in words
    assert "<h1>雷同提示</h1>" in part(city_office, dispatch).content.decode()


def test_the_report_itself_is_no_look_alike_at_its_sender(office: Office, city_office: Office, drain: Any) -> None:
    dispatch = sent(office)
    drain()
    assert "未发现雷同" in part(city_office, dispatch, **HTMX).content.decode()
    office.submitted(**BODY, title="另外报的一篇")  # another matter with the same text
    drain()
    words = part(city_office, dispatch, **HTMX).content.decode()
    assert "全省另有 1 个单位反映了大致相同的情况：南海区政协。" in words
    assert "梁晓岚" not in words


def test_only_who_receives_may_ask_and_not_of_what_was_taken_back(
    office: Office, city_office: Office, drain: Any
) -> None:
    dispatch = sent(office)
    assert part(office, dispatch, **HTMX).status_code == 404
    writer = make_user(city_office.unit, "b_writer", name="写信人")
    answer = client_for(writer, city_office.unit).get(f"/inbox/{dispatch.uuid}/alikes/", **HTMX)
    assert answer.status_code == 403
    Dispatch.objects.filter(pk=dispatch.pk).update(state=Dispatch.State.RECALLED)
    assert part(city_office, dispatch, **HTMX).status_code == 404


def test_the_inbox_marks_what_is_like_the_own_archive_until_it_is_taken_in(
    office: Office, city_office: Office, drain: Any
) -> None:
    city_office.submitted(**COPY)
    drain()
    dispatch = sent(office)
    drain()
    clerk = client_for(city_office.clerk, city_office.unit)
    page = clerk.get("/inbox/").content.decode()
    assert "疑似雷同 1" in page
    assert f'href="/inbox/{dispatch.uuid}/alikes/"' in page
    with city_office.unit:
        desk.accept(actor=city_office.clerk.actor, dispatch_uuid=dispatch.uuid)
    drain()
    assert "疑似雷同" not in clerk.get("/inbox/?tab=all").content.decode()
    assert "疑似雷同 1" in clerk.get("/review/").content.decode()


def test_what_is_taken_back_is_marked_no_more(office: Office, city_office: Office, drain: Any) -> None:
    city_office.submitted(**COPY)
    dispatch = sent(office)
    drain()
    with office.unit:
        exchange.recall(actor=office.clerk.actor, dispatch_uuid=dispatch.uuid, reason="数据有误")
    drain()
    assert "疑似雷同" not in client_for(city_office.clerk, city_office.unit).get("/inbox/?tab=all").content.decode()
