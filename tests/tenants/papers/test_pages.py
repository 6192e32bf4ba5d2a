"""Pages of papers: people read and answer, clerks receive and pass on, senders see numbers and press."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenants.accounts import operations as accounts
from tenants.accounts.models import User
from tenants.items.models import Item
from tenants.papers import operations as papers
from tests.factories import client_for, make_user
from tests.tenants.desk.conftest import Office
from tests.tenants.desk.test_verify import verify
from tests.tenants.papers.conftest import Network, new_paper
from zhitong.core import clock
from zhitong.core.operations import system
from zhitong.documents import storage
from zhitong.exchange.models import Audience, Delivery, Enclosure, Paper, PaperKind
from zhitong.units.models import Unit

pytestmark = pytest.mark.django_db
DUE = f"{clock.today() + timedelta(days=9):%Y-%m-%d}"


def page(office: Office, user: User, path: str, **data: object) -> str:
    answer = client_for(user, office.unit).get(path, data)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


def form(**fields: object) -> dict[str, object]:
    known = {"token": str(uuid4()), "kind": "call", "title": "老旧小区加装电梯", "body": "请结合本地实际。"}
    return {**known, "due_on": DUE, "audience": "nobody", **fields}


def test_a_clerk_sends_a_call_down_and_sees_how_far_it_is(network: Network) -> None:
    city, county = network.city, network.county
    client = client_for(city.clerk, city.unit)
    text = SimpleUploadedFile("提纲.txt", "提纲".encode())
    answer = client.post("/papers/out/new/", form(sets=["committee-county"], file=text), follow=True)
    assert "约稿已发出" in answer.content.decode()
    call = Paper.objects.get()
    assert {d.receiver for d in call.deliveries.all()} == {county.unit, network.neighbour.unit}
    assert Enclosure.objects.get().name == "提纲.txt"
    seen = page(city, city.clerk, f"/papers/out/{call.uuid}/")
    assert "南海区政协" in seen
    assert "待签收" in seen
    assert "催办 2 个单位" in seen
    assert "老旧小区加装电梯" in page(city, city.clerk, "/papers/out/")
    inbox = page(county, county.clerk, "/papers/in/")
    assert "老旧小区加装电梯" in inbox
    assert "佛山市政协" in inbox


def test_a_clerk_receives_passes_on_and_a_member_writes(network: Network) -> None:
    city, county = network.city, network.county
    call = network.publish(city, county.unit)
    delivery = Delivery.objects.get()
    clerk, member = client_for(county.clerk, county.unit), client_for(county.author, county.unit)
    done = clerk.post(f"/papers/in/{delivery.uuid}/receive/", follow=True).content.decode()
    assert "已签收" in done
    assert "转发" in done
    offered = clerk.get("/papers/out/new/", {"from": delivery.uuid, "person": county.author.uuid}).content.decode()
    assert call.title in offered
    assert f'value="{county.author.uuid}"' in offered
    sent = clerk.post(
        f"/papers/out/new/?from={delivery.uuid}&person={county.author.uuid}",
        form(audience="named", people=[str(county.author.uuid)], due_on=f"{call.due_on}"),
        follow=True,
    )
    assert "约稿已转发" in sent.content.decode()
    own = Paper.objects.get(parent=delivery)
    assert "老旧小区加装电梯" in page(county, county.author, "/")
    assert "老旧小区加装电梯" in page(county, county.author, "/papers/")
    assert "写信息" in page(county, county.author, f"/papers/{own.uuid}/")
    begun = member.post(f"/papers/{own.uuid}/write/")
    with county.unit:
        draft = Item.objects.get(call_uuid=own.uuid)
    assert begun.url == f"/items/{draft.uuid}/edit/"
    assert "老旧小区加装电梯" in member.get(begun.url).content.decode()  # what it answers stands beside the text
    network.answer(county, own)
    assert "已写 1 篇" in page(county, county.author, "/papers/")
    assert own.title not in page(county, county.author, "/").split("我的信息")[0]
    assert "已写 1 篇" in page(city, city.clerk, f"/papers/out/{call.uuid}/")
    assert verify() == []


def test_what_was_typed_is_kept_when_it_is_refused(network: Network) -> None:
    city = network.city
    client = client_for(city.clerk, city.unit)
    for fields, said in (
        ({"title": ""}, "请填写标题"),
        ({"due_on": "2020-01-01", "sets": ["committee-county"]}, "截止日期已经过去"),
        ({}, "请选择接收单位"),
        ({"audience": "named"}, "请选择人员、标签或者界别"),
        ({"kind": "notice", "body": "", "sets": ["committee-county"]}, "请填写正文"),
    ):
        answer = client.post("/papers/out/new/", form(**{"body": "写了很久的话", **fields}))
        text = answer.content.decode()
        assert answer.status_code == 422, fields
        assert said in text, fields
        assert "写了很久的话" in text or fields.get("body") == ""
    assert not Paper.objects.exists()


def test_the_same_form_twice_publishes_once(network: Network) -> None:
    city = network.city
    client, sent = client_for(city.clerk, city.unit), form(sets=["committee-county"])
    first, second = (client.post("/papers/out/new/", sent) for _ in range(2))
    assert first.url == second.url
    assert Paper.objects.count() == 1


def test_reading_and_confirming(network: Network) -> None:
    city, county = network.city, network.county
    notice = network.publish(
        city, county.unit, kind=PaperKind.NOTICE, open_to_members=True, needs_confirm=True, title="关于会议的通知"
    )
    assert "请确认已阅" in page(county, county.author, "/")
    assert "确认已阅" in page(county, county.author, f"/papers/{notice.uuid}/")
    client = client_for(county.author, county.unit)
    assert "您已确认" in client.post(f"/papers/{notice.uuid}/confirm/", follow=True).content.decode()
    assert "请确认已阅" not in page(county, county.author, "/")
    seen = page(city, city.clerk, f"/papers/out/{notice.uuid}/")
    assert "1 人" in seen
    assert county.author.name not in seen  # of another unit's readers there are numbers alone


def test_urging_and_withdrawing(network: Network) -> None:
    city, county = network.city, network.county
    call = network.publish(city, county.unit, people=(city.author,))
    client = client_for(city.clerk, city.unit)
    path = f"/papers/out/{call.uuid}/"
    assert "已催办 1 个单位" in client.post(f"{path}urge/", {"whom": "units"}, follow=True).content.decode()
    assert "已催办 1 人" in client.post(f"{path}urge/", {"whom": "people"}, follow=True).content.decode()
    again = client.post(f"{path}urge/", {"whom": "units"})
    assert again.status_code == 409
    assert "今天已经催办过" in again.content.decode()
    assert "今天已经催办过" in client.get(path).content.decode()  # the button says so before it is pressed
    refused = client.post(f"{path}withdraw/", {"reason": ""})
    assert refused.status_code == 422
    assert "已撤回" in client.post(f"{path}withdraw/", {"reason": "另行通知"}, follow=True).content.decode()
    gone = page(county, county.clerk, f"/papers/in/{Delivery.objects.get().uuid}/")
    assert "另行通知" in gone
    assert call.body not in gone
    assert client_for(city.author, city.unit).get(f"/papers/{call.uuid}/").status_code == 404


def test_an_exemplar_is_made_from_an_item(network: Network) -> None:
    city, county = network.city, network.county
    item = city.approved(title="关于电梯的建议")
    client = client_for(city.clerk, city.unit)
    path = f"/papers/out/new/?item={item.uuid}"
    assert "关于电梯的建议" in client.get(path).content.decode()
    sent = form(
        kind="exemplar", title="关于电梯的建议", body="数据扎实", sets=["committee-county"], open_to_members="on"
    )
    client.post(path, sent)
    shown = Paper.objects.get()
    seen = page(county, county.author, f"/papers/{shown.uuid}/")
    assert "数据扎实" in seen
    assert item.suggestions[:12] in seen
    waiting = city.submitted(problem="未审")
    assert client.get(f"/papers/out/new/?item={waiting.uuid}").status_code == 409


def test_the_directory_leads_to_a_call(network: Network) -> None:
    county = network.county
    with county.unit:
        accounts.update_user(actor=system(county.unit.pk), user=county.author, changes={"tags": "骨干"})
    make_user(county.unit, "feng", name="冯雅琪", expertise="养老服务")
    listed = page(county, county.clerk, "/papers/out/people/", q="养老")
    assert "冯雅琪" in listed
    assert "梁晓岚" not in listed
    assert "冯雅琪" not in page(county, county.clerk, "/papers/out/people/", tag="骨干")
    client = client_for(county.clerk, county.unit)
    sent = form(audience="named", tags=["骨干"])
    client.post("/papers/out/new/", sent)
    seen = page(county, county.clerk, f"/papers/out/{Paper.objects.get().uuid}/")
    assert "梁晓岚" in seen
    assert "冯雅琪" not in seen


def test_files_are_handed_out_to_whom_the_paper_is_for(network: Network, stranger: Unit) -> None:
    city, county = network.city, network.county
    with city.unit:
        kept = storage.store(city.unit, SimpleUploadedFile("选题.txt", "选题全文".encode()))
        new = new_paper(PaperKind.TOPICS, open_to_members=True)
        paper = papers.publish(actor=city.clerk.actor, new=new, to=[county.unit.uuid], files=[kept])
    path = f"/papers/{paper.uuid}/files/{Enclosure.objects.get().uuid}/"
    for office, user in ((county, county.author), (county, county.clerk), (city, city.clerk)):
        answer = client_for(user, office.unit).get(path)
        assert b"".join(answer.streaming_content) == "选题全文".encode()  # type: ignore[attr-defined]
    outsiders = (
        (city, city.author),
        (network.neighbour, network.neighbour.clerk),
        (network.province, network.province.clerk),
    )
    for office, user in outsiders:
        assert client_for(user, office.unit).get(path).status_code == 404


def test_strangers_and_readers_without_rights(network: Network) -> None:
    city, county, neighbour = network.city, network.county, network.neighbour
    call = network.publish(city, county.unit, people=(city.author,))
    delivery = Delivery.objects.get()
    theirs = [f"/papers/{call.uuid}/", f"/papers/in/{delivery.uuid}/", f"/papers/out/{call.uuid}/"]
    posts = [f"/papers/{call.uuid}/write/", f"/papers/{call.uuid}/confirm/", f"/papers/in/{delivery.uuid}/receive/"]
    posts += [f"/papers/out/{call.uuid}/urge/"]
    stranger = client_for(neighbour.clerk, neighbour.unit)
    assert {stranger.get(path).status_code for path in theirs} == {404}
    assert {stranger.post(path, {"reason": "x"}).status_code for path in posts} == {404}
    member = client_for(county.author, county.unit)
    assert member.get(f"/papers/{call.uuid}/").status_code == 404
    for path in ("/papers/in/", "/papers/out/", "/papers/out/new/", "/papers/out/people/", *theirs[1:]):
        assert member.get(path).status_code == 403, path
    assert member.post(posts[0]).status_code == 404


def test_a_list_costs_the_same_for_many(network: Network) -> None:
    city, county = network.city, network.county

    def cost(user: User, office: Office, path: str) -> int:
        client = client_for(user, office.unit)
        client.get(path)
        with CaptureQueriesContext(connection) as found:
            client.get(path)
        return len(found)

    network.publish(city, county.unit, audience=Audience.ALL)
    asked = [(city.clerk, city, "/papers/out/"), (city.author, city, "/papers/"), (county.clerk, county, "/papers/in/")]
    few = [cost(*one) for one in asked]
    for n in range(4):
        network.publish(city, county.unit, audience=Audience.ALL, title=f"第{n}次约稿")
    assert [cost(*one) for one in asked] == few
