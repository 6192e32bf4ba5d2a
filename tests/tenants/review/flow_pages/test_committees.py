"""Committees and checklists of flows: chosen, kept in editions, shown with those behind them."""

import re

import pytest
from django.test import Client

from tenants.accounts.models import Group, GroupKind, Position, User
from tenants.review import operations as review
from tenants.review.models import CategoryCommittee, Checklist
from tests.tenants.review.conftest import House
from tests.tenants.review.flow_pages.drafts import MAIN, draft, save, text


def test_committees_are_chosen_for_categories(house: House, admin: Client) -> None:
    assert "本单位还没有专委会" in text(admin.get("/review/committees/"))
    group = Group.objects.create(kind=GroupKind.COMMITTEE, name="社法委")
    Group.objects.create(kind=GroupKind.SECTOR, name="教育界")
    page = text(admin.get("/review/committees/"))
    assert "社法委" in page
    assert "教育界" not in page
    field = re.search(r'<label for="id_(c-\d+)">社会建设</label>', page)
    assert field
    assert admin.post("/review/committees/", {field.group(1): group.pk}).status_code == 302
    assert list(CategoryCommittee.objects.values_list("category", "group__name")) == [("社会建设", "社法委")]
    for wrong in ("9" * 9, "x", str(Group.objects.get(name="教育界").pk)):
        answer = admin.post("/review/committees/", {field.group(1): wrong})
        assert answer.status_code == 422
        assert "请从列出的专委会里选择" in text(answer)
    assert CategoryCommittee.objects.count() == 1
    assert admin.post("/review/committees/", {}).status_code == 302
    assert not CategoryCommittee.objects.exists()


def test_a_checklist_gets_editions_and_old_answers_keep_theirs(house: House, admin: Client) -> None:
    house.publish({"posts": ["research"], "checklist": "topics"})
    run = house.submit()
    task = run.tasks.get()
    old = Checklist.objects.get(code="topics")
    checks = {line["key"]: {"ok": True} for line in old.lines}
    review.save_checks(actor=house.research.actor, task_uuid=task.uuid, checks=checks)
    lines = [*(line["text"] for line in old.lines[:2]), "新加的一项"]
    form = {"name": old.name, "lines": "\n".join(lines), "edition": old.edition}
    assert admin.post("/review/checklists/topics/", form).status_code == 302
    new = Checklist.objects.filter(code="topics").order_by("-edition").first()
    assert new
    assert new.edition == 2
    assert [line["key"] for line in new.lines] == [old.lines[0]["key"], old.lines[1]["key"], "line_1"]
    task.refresh_from_db()
    assert task.checklist["edition"] == 1
    assert len(task.checklist["lines"]) == len(old.lines)
    stale = admin.post("/review/checklists/topics/", {**form, "lines": "我写的另一项"})
    assert stale.status_code == 409
    for words in ("刚换了第 2 版", "我写的另一项", "新加的一项"):
        assert words in text(stale)
    page = text(admin.get("/review/checklists/"))
    assert "试验流程：第1步" in page
    assert "在用的流程都没有用它" in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": " "}, "请填写名称"),
        ({"name": "长" * 41}, "41"),
        ({"name": "响\x07铃"}, "看不见的控制字符"),
        ({"lines": " \n "}, "请填写检查哪些"),
        ({"lines": "一样\n一样"}, "写了两遍"),
        ({"lines": "\n".join(f"第{n}项" for n in range(31))}, "1 到 30 项，现在 31 项"),
        ({"lines": "长" * 101}, "1 到 100 个字，现在 101 个"),
    ],
)
def test_a_wrong_checklist_is_kept_as_typed(house: House, admin: Client, changes: dict[str, str], words: str) -> None:
    form = {"name": "我们的检查单", "lines": "数据有出处", **changes}
    answer = admin.post("/review/checklists/new/", form)
    assert answer.status_code == 422
    page = text(answer)
    assert words in page
    assert form["lines"].strip() in page
    assert not Checklist.objects.filter(code__startswith="list_").exists()


def test_a_new_checklist_can_be_asked_for_by_a_step(house: House, admin: Client) -> None:
    form = {"name": "我们的检查单", "lines": "数据有出处\r\n措施可操作"}
    assert admin.post("/review/checklists/new/", form).status_code == 302
    assert [line["text"] for line in Checklist.objects.get(code="list_1").lines] == ["数据有出处", "措施可操作"]
    draft(house, {})
    assert "我们的检查单" in text(admin.get(f"{MAIN}?step=s1"))
    assert save(admin, checklist="list_1").status_code == 302
    assert admin.get("/review/checklists/nothing/").status_code == 404


def test_people_behind_the_choices_are_shown(house: House, admin: Client) -> None:
    Position.objects.create(code="empty", name="督查专员", order=90)
    User.objects.filter(pk=house.secretary.pk).update(is_active=False)
    draft(house, {"posts": ["research", "empty", "secretary"]})
    page = text(admin.get(f"{MAIN}?step=s1"))
    panel = page[page.index("data-flow-form") :]
    assert "周敏" in panel
    assert "督查专员空岗" in panel
    assert "秘书长空岗" in panel
