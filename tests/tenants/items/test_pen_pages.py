"""The pages of writing in turns: handing over, reading meanwhile, giving back, and nothing typed lost."""

from typing import Any

import pytest
from django.test import Client

from tenants.accounts.models import User
from tenants.items import operations
from tenants.items.models import Item
from tests.factories import TEXT, client_for, make_draft, make_user
from zhitong.units.models import Unit


@pytest.fixture
def liang(unit: Unit) -> User:
    return make_user(unit, "liang", name="梁晓岚")


@pytest.fixture
def ou(unit: Unit) -> User:
    return make_user(unit, "ou", name="区嘉豪", roles=["reviewer"])


@pytest.fixture
def item(unit: Unit, liang: User) -> Item:
    return make_draft(unit, liang)


def post(client: Client, unit: Unit, item: Item, action: str, **changes: Any) -> Any:
    with unit:
        version = Item.objects.get(pk=item.pk).version
    form = {**TEXT, "version": version, "action": action, **changes}
    return client.post(f"/items/{item.uuid}/edit/", form)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_draft_is_handed_over_and_given_back(unit: Unit, item: Item, liang: User, ou: User) -> None:
    author, helper = client_for(liang, unit), client_for(ou, unit)
    edit, pen = f"/items/{item.uuid}/edit/", f"/items/{item.uuid}/pen/"
    assert f'<option value="{ou.uuid}">区嘉豪</option>' in text(author.get(edit))
    answer = post(author, unit, item, "hand", pen_to=ou.uuid, pen_note="请补数据", problem="先存下的这一句")
    assert (answer.status_code, answer.url) == (302, pen)
    assert author.get(edit).url == pen
    page = text(author.get(pen))
    assert "区嘉豪在写" in page
    assert "收回来写" in page
    page = text(helper.get(edit))
    assert "写好交回" in page
    assert "请补数据" in page
    assert "先存下的这一句" in page
    for other_hand in ('value="submit"', 'name="add_author"', 'id="find"', "删除草稿"):
        assert other_hand not in page
    assert "区嘉豪在写" in text(author.get("/items/"))
    assert "梁晓岚请您接着写" in text(helper.get("/items/"))
    assert post(helper, unit, item, "give_back", problem="区嘉豪补上的").status_code == 302
    assert helper.get(edit).status_code == 404
    page = text(author.get(pen))
    assert "接力记录 2" in page
    assert "区嘉豪补上的" in text(author.get(edit))
    page = text(author.get(f"{pen}?edition=2"))
    assert "<ins>" in page
    assert "<del>" in page


@pytest.mark.usefixtures("ou")
def test_whom_it_is_handed_to_must_be_said_and_what_was_typed_stays(unit: Unit, item: Item, liang: User) -> None:
    other = make_user(unit, "mo", name="莫青")
    for to in ("", other.uuid, "x"):
        answer = post(client_for(liang, unit), unit, item, "hand", pen_to=to, pen_note="请补", problem="刚写的一句")
        assert answer.status_code == 422
        for words in ("请选择联名反映人", "刚写的一句", "请补"):
            assert words in text(answer)


def test_taking_back_while_the_other_types_loses_nothing(unit: Unit, item: Item, liang: User, ou: User) -> None:
    author, helper = client_for(liang, unit), client_for(ou, unit)
    post(author, unit, item, "hand", pen_to=ou.uuid)
    assert author.post(f"/items/{item.uuid}/pen/take/").status_code == 302
    answer = post(helper, unit, item, "give_back", problem="还没有存的一句")
    assert answer.status_code == 404
    assert "还没有存的一句" in text(answer)
    assert "由您写了" in text(answer)
    answer = helper.post(f"/items/{item.uuid}/autosave/", {"version": 1, "problem": "还没有存的一句"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/json")
    assert author.post(f"/items/{item.uuid}/pen/take/").status_code == 409


def test_the_creator_who_types_on_is_told_and_keeps_the_words(unit: Unit, item: Item, liang: User, ou: User) -> None:
    author = client_for(liang, unit)
    post(author, unit, item, "hand", pen_to=ou.uuid)
    answer = post(author, unit, item, "save", problem="另一个窗口里写的")
    assert answer.status_code == 409
    for words in ("正由区嘉豪接着写", "另一个窗口里写的"):
        assert words in text(answer)
    answer = author.post(f"/items/{item.uuid}/autosave/", {"version": 1, "problem": "另一个窗口里写的"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (409, "application/json")
    assert "正由区嘉豪接着写" in answer.json()["message"]


def test_others_find_nothing(unit: Unit, stranger: Unit, item: Item, liang: User, ou: User) -> None:
    post(client_for(liang, unit), unit, item, "hand", pen_to=ou.uuid)
    clerk, neighbour = make_user(unit, "zhou", roles=["clerk"]), make_user(stranger, "cc", roles=["clerk"])
    for client in (client_for(clerk, unit), client_for(neighbour, stranger)):
        for path in ("edit/", "pen/"):
            assert client.get(f"/items/{item.uuid}/{path}").status_code == 404
        assert client.post(f"/items/{item.uuid}/pen/take/").status_code in {403, 404}
    assert client_for(ou, unit).post(f"/items/{item.uuid}/pen/take/").status_code == 403
    assert client_for(None, unit).get(f"/items/{item.uuid}/pen/").status_code == 302


def test_the_home_page_says_whose_turn_it_is(unit: Unit, item: Item, liang: User) -> None:
    su = make_user(unit, "su", name="苏明")
    with unit:
        signers = [operations.AuthorInput(user=one.uuid) for one in (liang, su)]
        operations.set_authors(actor=liang.actor, item_uuid=item.uuid, version=item.version, authors=signers)
    post(client_for(liang, unit), unit, item, "hand", pen_to=su.uuid)
    assert "梁晓岚请您接着写" in text(client_for(su, unit).get("/"))
