"""Remarks on passages: who writes, reads, answers and settles them; they never stop a decision."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from tenants.accounts.models import User
from tenants.items.texts import Texts
from tenants.notices.models import Notice
from tenants.review import operations as review
from tenants.review.models import Remark, Run
from tests.factories import TEXT, make_draft, make_user
from tests.tenants.review.conftest import House, item_of, pass_as, task_of
from zhitong.core import clock
from zhitong.core.errors import InvalidInput, NotAllowed, NotFound, WrongState

QUOTE = "存在火灾隐患"


def remark(user: User, run: Run, **changes: Any) -> Remark:
    given = {"quote": QUOTE, "words": "请注明依据", **changes}
    return review.write_remark(actor=user.actor, run_uuid=run.uuid, **given)


def told(user: User) -> list[str]:
    return list(Notice.objects.filter(reader=user, kind="review.remark").order_by("pk").values_list("title", flat=True))


def test_a_remark_is_written_answered_and_settled(house: House, drain: Any) -> None:
    run = house.submit(urgency="important")
    pass_as(house.research, run)
    made = remark(house.secretary, run)
    assert (made.section, made.by_label) == ("problem", "秘书长 何静")
    answer = review.reply_remark(actor=house.research.actor, remark_uuid=made.uuid, words="见消防通报")
    settled = review.settle_remark(actor=house.secretary.actor, remark_uuid=made.uuid)
    assert (settled.settled_by, settled.settled_label) == (house.secretary, "秘书长 何静")
    assert (answer.parent, answer.by_label) == (made, "研究室 周敏")
    with pytest.raises(WrongState, match="已由秘书长 何静于"):
        review.reply_remark(actor=house.research.actor, remark_uuid=made.uuid, words="再说一句")
    with pytest.raises(WrongState, match="已由秘书长 何静于"):
        review.settle_remark(actor=house.secretary.actor, remark_uuid=made.uuid)
    drain()
    assert told(house.secretary) == ["研究室 周敏答复了批注：关于规范电动自行车充电的建议"]
    assert told(house.author) == []


def test_an_open_remark_stops_nobody(house: House) -> None:
    run = house.submit()
    remark(house.research, run)
    pass_as(house.research, run)
    with pytest.raises(WrongState, match="审核已经结束"):
        remark(house.research, run)
    with pytest.raises(WrongState, match="审核已经结束"):
        review.settle_remark(actor=house.research.actor, remark_uuid=Remark.objects.get().uuid)


def test_authors_answer_what_is_for_them_and_know_of_nothing_else(house: House, drain: Any) -> None:
    run = house.submit()
    inner, handed = remark(house.research, run), remark(house.research, run, words="请补数据", for_authors=True)
    drain()
    assert told(house.author) == ["研究室 周敏请您看一处批注：关于规范电动自行车充电的建议"]
    answer = review.reply_remark(actor=house.author.actor, remark_uuid=handed.uuid, words="已补")
    assert answer.for_authors
    author = house.author.actor
    for refused in (
        lambda: review.reply_remark(actor=author, remark_uuid=inner.uuid, words="我也看看"),
        lambda: review.settle_remark(actor=author, remark_uuid=handed.uuid),
        lambda: review.write_remark(actor=author, run_uuid=run.uuid, quote=QUOTE, words="我自己批"),
    ):
        with pytest.raises(NotFound):
            refused()
    drain()
    assert told(house.research) == ["梁晓岚答复了批注：关于规范电动自行车充电的建议"]


def test_an_author_with_a_post_is_an_author_first(house: House) -> None:
    both = make_user(house.unit, "wu", name="吴谦", roles=["author", "reviewer"], posts=["research"])
    item = make_draft(house.unit, both)
    run = review.submit(actor=both.actor, item_uuid=item.uuid, version=item.version)
    with pytest.raises(NotFound):
        remark(both, run)
    assert remark(house.research, run)


def test_a_passage_may_stand_in_an_earlier_edition(house: House) -> None:
    run = house.submit()
    texts = Texts(**{name: TEXT[name] for name in ("title", "analysis", "suggestions")}, problem="全部重写。")
    item = item_of(run)
    review.edit_text(
        actor=house.research.actor, task_uuid=task_of(house.research, run).uuid, version=item.version, texts=texts
    )
    assert remark(house.research, run).section == "problem"
    assert remark(house.research, run, quote="全部重写").section == "problem"
    assert remark(house.research, run, quote="规范电动自行车").section == "title"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"quote": " "}, "quote"),
        ({"quote": "这里没有这句话"}, "quote"),
        ({"quote": "火" * 501}, "quote"),
        ({"quote": "火\x00"}, "quote"),
        ({"words": ""}, "words"),
        ({"words": "长" * 501}, "words"),
    ],
)
def test_remarks_that_cannot_be_written(house: House, changes: dict[str, str], field: str) -> None:
    run = house.submit()
    with pytest.raises(InvalidInput) as refused:
        remark(house.research, run, **changes)
    assert list(refused.value.fields) == [field]


def test_who_may_settle(house: House) -> None:
    lin = make_user(house.unit, "lin", roles=["reviewer"])
    run = house.submit(urgency="important")
    made = remark(house.research, run)
    review.copy_to(actor=house.research.actor, task_uuid=task_of(house.research, run).uuid, who=[lin.uuid])
    with pytest.raises(NotAllowed, match="写的人或者正在办理"):
        review.settle_remark(actor=lin.actor, remark_uuid=made.uuid)
    pass_as(house.research, run)
    review.settle_remark(actor=house.secretary.actor, remark_uuid=made.uuid)


def test_strangers_of_the_unit_find_nothing(house: House) -> None:
    lin = make_user(house.unit, "lin", roles=["author", "reviewer"])
    run = house.submit()
    made = remark(house.research, run, for_authors=True)
    for refused in (
        lambda: remark(lin, run),
        lambda: review.reply_remark(actor=lin.actor, remark_uuid=made.uuid, words="也看看"),
        lambda: review.settle_remark(actor=lin.actor, remark_uuid=made.uuid),
    ):
        with pytest.raises(NotFound):
            refused()


def test_the_database_keeps_remarks_whole(house: House) -> None:
    run = house.submit()
    made = remark(house.research, run)
    broken: list[dict[str, Any]] = [{"settled_at": clock.now()}, {"quote": ""}, {"settled_label": "谁"}]
    for columns in broken:
        with pytest.raises(IntegrityError), transaction.atomic():
            Remark.objects.filter(pk=made.pk).update(**columns)
