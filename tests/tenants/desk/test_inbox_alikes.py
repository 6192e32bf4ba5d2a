"""Look-alikes of what came in: the receiver's own archive, and not the very report on its way up."""

from typing import Any

from tests.factories import client_for, make_user
from tests.tenants.desk.conftest import Office
from tests.tenants.review.test_alikes import BODY, COPY, HTMX
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
