"""The page of a run: who may open it, what each may do there, what authors are told of their reviewers."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tenants.accounts.models import User
from tenants.items import operations as items
from tenants.items.models import State
from tenants.review import operations as review
from tenants.review.models import Act, Copy, Run
from tests.factories import make_draft, make_user
from tests.tenants.review.conftest import House, holders, item_of, pass_as, task_of
from tests.tenants.review.pages import client, said
from zhitong.core import clock

TYPED = "这是我写了很久的一段理由"


@pytest.fixture
def lin(house: House) -> User:
    """A member of the unit without any right of review."""
    return make_user(house.unit, "lin", name="林岚")


def page(house: House, user: User | None, run: Run, query: str = "") -> Any:
    return client(house, user).get(f"/review/runs/{run.uuid}/{query}")


def act(house: House, user: User, run: Run, **data: Any) -> Any:
    return client(house, user).post(f"/review/runs/{run.uuid}/act/", data)


def test_a_run_is_open_to_whom_it_concerns_and_to_nobody_else(house: House, lin: User) -> None:
    run = house.submit(urgency="important")
    pass_as(house.research, run)
    for user in (house.author, house.research, house.secretary, house.chair):
        answer = page(house, user, run)
        assert answer.status_code == 200, user.username
        assert "秘书长初审" in said(answer)
    assert page(house, lin, run).status_code == 404
    assert act(house, lin, run, verb="comment", reason="x").status_code == 404
    assert page(house, None, run).status_code == 302
    assert page(house, house.chair, Run(uuid=uuid4())).status_code == 404
    review.copy_to(actor=house.secretary.actor, task_uuid=task_of(house.secretary, run).uuid, who=[lin.uuid])
    assert page(house, lin, run).status_code == 200
    assert Copy.objects.get(run=run).read_at
    assert "已看" in said(page(house, house.secretary, run))


def test_the_chain_is_drawn_with_where_it_stands(house: House) -> None:
    run = house.submit(urgency="important")
    pass_as(house.research, run, comment="数据已核")
    words = said(page(house, house.author, run))
    chain = words[words.index('class="zt-chain"') : words.index("</ol>", words.index('class="zt-chain"'))]
    assert [chain.count(mark) for mark in ("<li", "is-ok", 'aria-current="step"')] == [3, 1, 1]
    for text in ("重要信息三审 · 按第 1 版办理", "现在在“秘书长初审”", "等秘书长 何静", "研究室编审：通过", "数据已核"):
        assert text in words, text
    assert "拉线充电" in said(page(house, house.author, run, "?text=original"))


def test_urging_from_the_page_is_limited_and_says_so(house: House) -> None:
    run = house.submit()
    assert act(house, house.author, run, verb="urge", reason="会前要用").status_code == 302
    words = said(page(house, house.author, run))
    assert "刚催办过" in words
    assert "4 小时内催办一次" in words
    again = act(house, house.author, run, verb="urge", reason=TYPED)
    assert again.status_code == 409
    assert "刚催办过" in said(again)
    assert TYPED in said(again)
    assert act(house, house.research, run, verb="urge").status_code == 409  # it waits for nobody but the reader
    with clock.at(clock.now() + timedelta(hours=5)):
        assert act(house, house.author, run, verb="urge").status_code == 302
    urgent = house.submit(title="关于台风的建议", urgency="urgent")
    act(house, house.author, urgent, verb="urge")
    assert "1 小时内催办一次" in said(page(house, house.author, urgent))


def test_remarks_of_all_who_see_the_run(house: House) -> None:
    run = house.submit()
    assert act(house, house.author, run, verb="comment", reason="数据可以补").status_code == 302
    assert act(house, house.author, run, verb="comment", reason="").status_code == 422
    assert act(house, house.author, run, verb="explode", reason=TYPED).status_code == 422
    assert "数据可以补" in said(page(house, house.research, run))


def test_files_of_the_item_are_read_through_the_run(house: House, lin: User) -> None:
    item = make_draft(house.unit, house.author)
    items.attach(actor=house.author.actor, item_uuid=item.uuid, file=SimpleUploadedFile("名单.txt", b"abc"))
    item.refresh_from_db()
    run = review.submit(actor=house.author.actor, item_uuid=item.uuid, version=item.version)
    file = item.attachments.get()
    url = f"/review/runs/{run.uuid}/files/{file.uuid}/"
    assert url in said(page(house, house.chair, run, "?text=original"))
    assert client(house, house.chair).get(url).status_code == 200
    assert client(house, lin).get(url).status_code == 404
    assert client(house, house.admin).get(url).status_code == 404  # sees where it stands, not what it says
    review.copy_to(actor=house.research.actor, task_uuid=task_of(house.research, run).uuid, who=[lin.uuid])
    assert client(house, lin).get(url).status_code == 200
    assert client(house, lin).get(f"/review/runs/{run.uuid}/files/{uuid4()}/").status_code == 404


def test_administrators_see_where_a_run_stands_without_its_text(house: House) -> None:
    run = house.submit()
    words = said(page(house, house.admin, run, "?text=original"))
    assert "正文不在您可以看的范围内" in words
    assert "拉线充电" not in words
    assert client(house, house.admin).get("/review/?tab=all").status_code == 200
    for verb in ("改派", "跳转", "重新开始", "终止"):
        assert verb in words
        assert verb not in said(page(house, house.chair, run))


def test_the_administrator_intervenes_with_a_reason(house: House, lin: User) -> None:
    run = house.submit(urgency="important")
    for verb in ("jump", "end", "restart", "reassign"):
        assert page(house, house.admin, run, f"?do={verb}").status_code == 200
        refused = act(house, house.chair, run, verb=verb, to="chair", as_verb="keep", reason=TYPED)
        assert refused.status_code in {403, 422}, verb
        assert holders(run) == ["zhou"]
        assert act(house, house.admin, run, verb=verb, to="chair", as_verb="keep", reason=" ").status_code == 422
    wrong = act(house, house.admin, run, verb="jump", to="nowhere", reason=TYPED)
    assert wrong.status_code == 422
    assert TYPED in said(wrong)
    assert act(house, house.admin, run, verb="jump", to="chair", reason="主席要先看").status_code == 302
    assert holders(run) == ["chen"]
    task = str(task_of(house.chair, run).uuid)
    nobody = act(house, house.admin, run, verb="reassign", task=task, reason=TYPED)
    assert "请选择一位" in said(nobody)
    cannot = act(house, house.admin, run, verb="reassign", task=task, who=str(lin.uuid), reason=TYPED)
    assert "没有审核信息的权限" in said(cannot)
    give = {"verb": "reassign", "task": task, "who": str(house.secretary.uuid), "reason": "主席出访"}
    assert act(house, house.admin, run, **give).status_code == 302
    assert holders(run) == ["he"]
    assert act(house, house.admin, run, verb="restart", reason="重新研究").status_code == 302
    assert holders(run) == ["zhou"]
    assert act(house, house.admin, run, verb="end", as_verb="x", reason=TYPED).status_code == 422
    assert act(house, house.admin, run, verb="end", as_verb="keep", reason="已过时").status_code == 302
    assert item_of(run).state == State.KEPT
    ended = act(house, house.admin, run, verb="end", as_verb="keep", reason=TYPED)
    assert ended.status_code == 409
    assert TYPED in said(ended)
    assert Act.objects.filter(run=run, verb__in=["jump", "reassign", "restart", "end"]).count() == 4


def test_people_are_searched_for_by_the_administrator(house: House) -> None:
    run = house.submit()
    url = f"/review/runs/{run.uuid}/people/?search=reassign&find=秘书长"
    assert "何静" in client(house, house.admin).get(url).content.decode()
    assert client(house, house.chair).get(url).status_code == 404
    without_script = act(house, house.admin, run, search="reassign", find="秘书长", reason=TYPED)
    assert without_script.status_code == 200
    assert TYPED in said(without_script)


def test_an_administrator_leaves_own_items_alone(house: House) -> None:
    admin = make_user(house.unit, "both", name="李两用", roles=["author", "administrator"])
    item = make_draft(house.unit, admin)
    run = review.submit(actor=admin.actor, item_uuid=item.uuid, version=item.version)
    refused = act(house, admin, run, verb="end", as_verb="keep", reason=TYPED)
    assert refused.status_code == 403
    assert "您是这一篇的反映人" in said(refused)
