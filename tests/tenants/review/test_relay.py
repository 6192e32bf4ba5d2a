"""The working text handed to and fro in review: who writes, what is kept, and what the others may not do meanwhile."""

import re
from typing import Any

import pytest

from tenants.accounts.models import User
from tenants.items import operations as items
from tenants.items.models import Edition, State
from tenants.items.operations import AuthorInput
from tenants.items.queries import drafts_open_to
from tenants.items.texts import Texts
from tenants.notices.models import Notice
from tenants.review import operations as review
from tenants.review.models import Run, Task
from tests.factories import TEXT, client_for, make_draft, make_user
from tests.tenants.review.conftest import House, holders, item_of, pass_as, task_of
from tests.tenants.review.pages import page_of, said
from tests.tenants.review.test_asking import act
from zhitong.core.errors import NotAllowed, StaleVersion, WrongState
from zhitong.core.operations import system
from zhitong.units.operations import hide_reviewers


def texts(**changes: str) -> Texts:
    return Texts(**{name: TEXT[name] for name in ("title", "problem", "analysis", "suggestions")} | changes)


def save(user: User, run: Run, version: int | None = None, **changes: str) -> Edition:
    return review.edit_text(
        actor=user.actor,
        task_uuid=task_of(user, run).uuid,
        version=item_of(run).version if version is None else version,
        texts=texts(**changes),
    )


def editions(run: Run) -> list[tuple[str, str]]:
    return list(Edition.objects.filter(item=run.item_id).values_list("writer_label", "problem"))


def test_the_author_writes_on_and_hands_back(house: House, drain: Any) -> None:
    run = house.submit()
    act(review.relay, house.research, run, who=house.author.uuid, reason="请补充数据")
    assert holders(run) == ["liang"]
    assert task_of(house.author, run).kind == Task.Kind.WRITE
    drain()
    assert Notice.objects.filter(reader=house.author, title__startswith="请办理（接力撰写）").exists()
    with pytest.raises(WrongState, match="正在等梁晓岚的意见"):
        pass_as(house.research, run)
    save(house.author, run, problem="补充：共 12 处。")
    act(review.answer, house.author, run, words="已补充", texts=texts(problem="补充：共 12 处，已核。"))
    assert holders(run) == ["zhou"]
    save(house.research, run, problem="共 12 处，已核。")
    assert editions(run) == [
        ("梁晓岚", TEXT["problem"]),
        ("梁晓岚", "补充：共 12 处。"),
        ("梁晓岚", "补充：共 12 处，已核。"),
        ("周敏", "共 12 处，已核。"),
    ]
    act(review.decide_pass, house.research, run)
    assert item_of(run).state == State.APPROVED


def test_a_writer_decides_nothing(house: House) -> None:
    run = house.submit()
    act(review.relay, house.research, run, who=house.author.uuid, reason="请补充数据")
    task = task_of(house.author, run)
    for verb, extra in (
        (review.decide_pass, {}),
        (review.decide_keep, {"reason": "留"}),
        (review.decide_return, {"reason": "退"}),
        (review.add_before, {"who": [house.chair.uuid], "reason": "请看"}),
        (review.reassign, {"who": house.chair.uuid, "reason": "请看"}),
        (review.relay, {"who": house.chair.uuid, "reason": "请看"}),
    ):
        with pytest.raises((NotAllowed, WrongState)):
            verb(actor=house.author.actor, task_uuid=task.uuid, **extra)
    assert holders(run) == ["liang"]


def test_the_asker_takes_the_text_back(house: House) -> None:
    run = house.submit()
    act(review.relay, house.research, run, who=house.author.uuid, reason="请补充数据")
    version = item_of(run).version
    task = task_of(house.author, run)
    review.remove_signer(actor=house.research.actor, task_uuid=task.uuid, reason="我自己改")
    assert holders(run) == ["zhou"]
    with pytest.raises(WrongState, match="撤加签"):
        review.edit_text(actor=house.author.actor, task_uuid=task.uuid, version=version, texts=texts(problem="晚了"))
    assert "晚了" not in str(editions(run))


def test_of_two_who_write_the_second_sees_that_it_changed(house: House) -> None:
    lin = make_user(house.unit, "lin", name="林岚", roles=["reviewer"])
    house.publish({"posts": ["research", "secretary"], "mode": "all"})
    run = house.submit()
    act(review.relay, house.research, run, who=lin.uuid, reason="请改")
    version = item_of(run).version
    save(house.secretary, run, problem="秘书长改的")
    with pytest.raises(StaleVersion):
        save(lin, run, version, problem="林岚改的")
    save(lin, run, problem="林岚看过秘书长的再改")
    assert [problem for _, problem in editions(run)][1:] == ["秘书长改的", "林岚看过秘书长的再改"]


def test_a_step_can_withhold_the_relay_but_not_the_writing(house: House) -> None:
    house.publish({"posts": ["research"], "may": ["relay"]})
    run = house.submit()
    act(review.relay, house.research, run, who=house.author.uuid, reason="请补充数据")
    save(house.author, run, problem="反映人改的")
    house.publish({"posts": ["research"], "may": ["edit"]})
    second = house.submit(title="另一件事的建议")
    with pytest.raises(NotAllowed, match="不能接力撰写"):
        act(review.relay, house.research, second, who=house.author.uuid, reason="请补充数据")


def test_drafts_written_in_turns_are_compared_with_the_texts_of_review(house: House) -> None:
    ou = make_user(house.unit, "ou", name="区嘉豪", roles=["reviewer"])
    su = make_user(house.unit, "su", name="苏明")
    item = make_draft(house.unit, house.author)
    signers = [AuthorInput(user=one.uuid) for one in (house.author, su)]
    item = items.set_authors(actor=house.author.actor, item_uuid=item.uuid, version=item.version, authors=signers)
    for words in ("嘉豪补的第一句", "嘉豪补的第二句"):
        item = items.hand_pen(actor=house.author.actor, item_uuid=item.uuid, version=item.version, to=ou.uuid)
        changes = {"problem": words}
        item = items.save_draft(actor=ou.actor, item_uuid=item.uuid, version=item.version, changes=changes)
        item = items.give_pen_back(actor=ou.actor, item_uuid=item.uuid, version=item.version)
    changes = {"problem": "作者最后定的一句"}
    item = items.save_draft(actor=house.author.actor, item_uuid=item.uuid, version=item.version, changes=changes)
    run = review.submit(actor=house.author.actor, item_uuid=item.uuid, version=item.version)
    save(house.research, run, problem="审核时改的一句")

    numbers = {one.problem: one.number for one in Edition.every.filter(item=item)}
    pair = f"from={numbers['嘉豪补的第一句']}&to={numbers['审核时改的一句']}"
    page = said(client_for(house.author, house.unit).get(f"/review/runs/{run.uuid}/?text=diff&{pair}"))
    assert re.search(r"第 2 稿 接力稿 区嘉豪 \d\d-\d\d", page)
    assert re.search("<del>[^<]*嘉豪", page)
    assert re.search("<ins>[^<]*审核", page)

    def reads(user: User) -> set[str]:
        client = client_for(user, house.unit)
        answers = [client.get(f"/review/runs/{run.uuid}/?text=diff&{pair}")]
        answers += [client.get(f"/items/{item.uuid}/texts/?view=diff&{pair}")]
        return {words for words in ("接力稿", "嘉豪补") if all(words in said(one) for one in answers)}

    assert reads(house.author) == {"接力稿", "嘉豪补"}
    assert reads(su) == set()  # signs the report, and has not read what was written before they were shown it
    assert reads(house.research) == set()  # a draft is its author's, whoever reviews the report
    assert "接力稿" not in page_of(house, house.research, run, "?text=diff")[1]
    hide_reviewers(actor=system(house.unit.pk), hidden=True)
    house.unit.refresh_from_db()
    page = said(client_for(house.author, house.unit).get(f"/items/{item.uuid}/texts/?view=diff&{pair}"))
    assert "周敏" not in page
    assert "区嘉豪" not in page
    assert "第 1 稿 接力稿 梁晓岚" in page


def test_what_is_written_after_a_return_stays_with_those_who_wrote(house: House) -> None:
    ou = make_user(house.unit, "ou", name="区嘉豪", roles=["reviewer"])
    run = house.submit()
    act(review.decide_return, house.research, run, reason="请补充数据")
    item = item_of(run)
    item = items.hand_pen(actor=house.author.actor, item_uuid=item.uuid, version=item.version, to=ou.uuid)
    changes = {"problem": "还没交上去的一句"}
    item = items.save_draft(actor=ou.actor, item_uuid=item.uuid, version=item.version, changes=changes)
    item = items.give_pen_back(actor=ou.actor, item_uuid=item.uuid, version=item.version)
    assert [one.number for one in drafts_open_to(ou, item)] == [2, 3]
    assert [one.number for one in drafts_open_to(house.author, item)] == [2, 3]
    changes = {"problem": "交上去的一句"}
    item = items.save_draft(actor=house.author.actor, item_uuid=item.uuid, version=item.version, changes=changes)
    review.submit(actor=house.author.actor, item_uuid=item.uuid, version=item.version)
    assert drafts_open_to(house.research, item) == []
