"""Before a decision, by real clicks: a department answers on a phone, an author writes on, remarks are settled."""

from collections.abc import Callable

import pytest

from tenants.items.models import Item
from tenants.review import operations as review
from tenants.review.models import Question, Remark, Task
from tests.e2e.conftest import PICTURES
from tests.e2e.people import Person
from tests.factories import make_draft, make_user
from zhitong.core.operations import system
from zhitong.units.models import Unit

pytestmark = pytest.mark.e2e
SitDown = Callable[..., Person]
PASSAGE = "桂城街道部分老旧小区充电桩不足"


@pytest.fixture
def unit(committed: None) -> Unit:
    found = Unit.objects.get(domains__domain="nanhai.localhost")
    with found:
        review.ensure_default_flow(actor=system(found.pk))
    return found


def select(person: Person, words: str) -> None:
    """Mark words of the text as a reader does with the mouse."""
    person.page.evaluate(
        """words => {
            const walker = document.createTreeWalker(document.querySelector('.zt-doc'), NodeFilter.SHOW_TEXT);
            for (let node = walker.nextNode(); node; node = walker.nextNode()) {
                const at = node.data.indexOf(words);
                if (at < 0) continue;
                const range = document.createRange();
                range.setStart(node, at); range.setEnd(node, at + words.length);
                const selection = document.getSelection();
                selection.removeAllRanges(); selection.addRange(range);
                return;
            }
            throw new Error('not in the text');
        }""",
        words,
    )
    person.page.wait_for_timeout(50)  # selectionchange comes with the next task


def test_asking_outside_remarking_and_writing_in_turns(unit: Unit, sit_down: SitDown) -> None:
    liang = make_user(unit, "liang", name="梁晓岚")
    make_user(unit, "qu", name="区嘉豪", roles=["author"], groups=[("committee", "经济委")])
    author = sit_down(liang, unit, phone=True)
    reviewer = sit_down(make_user(unit, "zhou", name="周敏", roles=["clerk"], posts=["research"]), unit)
    outside = sit_down(liang, unit, phone=True)  # another browser, where nobody logs in
    draft = make_draft(unit, liang)
    with unit:
        run = review.submit(actor=liang.actor, item_uuid=draft.uuid, version=draft.version)
        task = Task.objects.get(run=run)
    reviewer.login()

    reviewer.go(f"/review/tasks/{task.uuid}/verify/")
    reviewer.page.get_by_label("要核实什么").fill("充电桩 12 处不足的数量是否属实")
    reviewer.page.get_by_label("经济委").check()
    for label, words in (("单位", "区住建局"), ("姓名", "王建国"), ("手机号或邮箱", "13800138000")):
        reviewer.page.get_by_label(f"外单位 1：{label}").fill(words)
    select(reviewer, PASSAGE)
    reviewer.press("把选中的文字放进来")
    assert reviewer.page.get_by_label("给外单位看的原文").input_value() == PASSAGE
    reviewer.look("verify-desk")
    reviewer.press("发出")
    reviewer.sees("验证码请打电话告诉对方")
    reviewer.look("links-desk")
    link = reviewer.page.get_by_label("链接", exact=True).input_value()
    code = reviewer.page.get_by_label("验证码", exact=True).input_value()

    outside.page.goto(link)
    outside.look("outside-code")
    outside.page.get_by_label("验证码").fill(code)
    outside.press("打开")
    outside.sees("充电桩 12 处不足的数量是否属实", PASSAGE, "请不要转发")
    assert "周敏" not in outside.text
    assert draft.title not in outside.text
    outside.page.get_by_label("核实结果").fill("经核，共 12 处，其中 3 处已列入今年计划。")
    outside.look("outside-question")
    outside.press("交上答复")
    outside.sees("已收到您的答复")
    outside.look("outside-done")

    reviewer.press("都记下了")
    reviewer.sees("经核，共 12 处", "区住建局 王建国", "等区嘉豪回复")
    reviewer.look("verify-answered")

    reviewer.go(f"/review/runs/{run.uuid}/remarks/")
    select(reviewer, "存在火灾隐患")
    reviewer.press("引用选中的文字")
    reviewer.page.get_by_label("意见").fill("请注明消防部门的数据")
    reviewer.page.get_by_label("请反映人看并答复").check()
    reviewer.press("存批注")
    reviewer.sees("反映人可见", "1 条未了结")
    reviewer.look("remarks-desk")

    reviewer.go(f"/review/tasks/{task.uuid}/relay/")
    reviewer.page.get_by_label("交给谁写").select_option(label="梁晓岚（反映人）")
    reviewer.page.get_by_label("请对方写什么").fill("请按批注补充数据")
    reviewer.look("relay-desk")
    reviewer.press("交出")

    author.login()
    author.sees("接力撰写")
    author.look("author-home")
    with unit:
        writing = Task.objects.get(run=run, kind=Task.Kind.WRITE)
    author.go(f"/review/runs/{run.uuid}/remarks/")
    author.look("remarks-phone")
    author.page.get_by_label("答复这条批注").fill("已补，见区消防大队通报")
    author.press("答复")
    author.sees("见区消防大队通报")
    author.go(f"/review/tasks/{writing.uuid}/relay/")
    author.sees("请按批注补充数据")
    author.page.get_by_label("情况反映").fill("据区消防大队通报，今年以来已发生 4 起。")
    author.look("write-phone")
    author.press("写好交回")
    author.sees("已交回")

    reviewer.go(f"/review/runs/{run.uuid}/remarks/")
    reviewer.sees("据区消防大队通报", "见区消防大队通报")
    reviewer.press("了结")
    reviewer.sees("研究室 周敏")
    reviewer.look("remarks-settled")
    with unit:
        assert Item.objects.get(pk=draft.pk).problem == "据区消防大队通报，今年以来已发生 4 起。"
        assert Remark.objects.filter(settled_by__username="zhou").count() == 1
        assert Question.objects.filter(answered_at__isnull=False).count() == 1


def test_a_draft_is_written_in_turns(unit: Unit, sit_down: SitDown) -> None:
    liang = make_user(unit, "liang", name="梁晓岚")
    author = sit_down(liang, unit, phone=True)
    helper = sit_down(make_user(unit, "zhou", name="周敏", roles=["clerk"]), unit)
    draft = make_draft(unit, liang)
    author.login()
    author.go(f"/items/{draft.uuid}/edit/")
    author.page.get_by_label("交给").select_option(label="周敏")
    author.page.get_by_label("想请对方写什么").fill("请把建议写具体")
    author.look("pen-hand-phone")
    author.press("交出")
    author.sees("周敏在写")
    author.look("pen-away-phone")
    helper.login()
    helper.go(f"/items/{draft.uuid}/edit/")
    helper.sees("请把建议写具体")
    helper.page.wait_for_load_state("networkidle")
    # What is saved is compared anew after two seconds: whoever has given the pen back may not read on.
    with helper.page.expect_response("**/review/alikes/**"):
        helper.page.get_by_label("意见建议").fill("由区住建局牵头，三个月内完成布点。")
    helper.look("pen-desk")
    helper.press("写好交回")
    author.go(f"/items/{draft.uuid}/pen/?edition=2")
    author.look("pen-hands-phone")
    author.press("接着写")
    assert "三个月内完成布点" in author.page.get_by_label("意见建议").input_value()
    author.look("pen-back-phone")


@pytest.mark.parametrize("scripts", [True, False])
def test_two_reviewers_merge_and_marks_lead_to_and_fro(unit: Unit, sit_down: SitDown, scripts: bool) -> None:
    liang = make_user(unit, "liang", name="梁晓岚")
    zhou = make_user(unit, "zhou", name="周敏", roles=["clerk"], posts=["research"])
    he = make_user(unit, "he", name="何静", roles=["reviewer"], posts=["secretary"])
    step = {"key": "both", "name": "会签", "posts": ["research", "secretary"], "mode": "all"}
    draft = make_draft(unit, liang)
    with unit:
        review.publish_flow(
            actor=system(unit.pk), flow_code="main", name="会签", definition={"steps": [step]}, is_default=True
        )
        run = review.submit(actor=liang.actor, item_uuid=draft.uuid, version=draft.version)
        tasks = {task.holder_id: task for task in Task.objects.filter(run=run)}
        made = review.write_remark(actor=zhou.actor, run_uuid=run.uuid, quote="存在火灾隐患", words="请注明依据")
    first, second = (sit_down(user, unit, scripts=scripts) for user in (zhou, he))
    for person in (first, second):
        person.login()
        person.go(f"/review/tasks/{tasks[person.user.pk].uuid}/?text=edit")
    first.page.get_by_label("情况反映").fill("周敏改的情况，共 12 处。")
    first.page.get_by_label("原因分析").fill("周敏改的原因。")
    first.page.locator("button", has_text="保存核稿").click()
    first.page.wait_for_url("**text=diff")
    second.page.get_by_label("情况反映").fill("何静改的情况，共 9 处。")
    second.page.get_by_label("意见建议").fill("何静改的建议。")
    second.page.locator("button", has_text="保存核稿").click()
    second.sees("改过这一篇，刚才没有存上", "您没有改这一段")
    assert second.faults.pop().endswith("409 (Conflict)")  # which the browser tells on its console
    second.page.screenshot(path=PICTURES / f"merge-{'scripts' if scripts else 'plain'}.png")
    second.page.get_by_role("group", name="情况反映").get_by_label("留对方的").check()
    second.page.get_by_label("意见建议", exact=True).fill("何静看过以后再改的建议。")
    second.page.locator("button", has_text="合并后保存").click()
    second.page.wait_for_url("**text=diff")
    with unit:
        item = Item.objects.get(pk=draft.pk)
    assert (item.problem, item.analysis) == ("周敏改的情况，共 12 处。", "周敏改的原因。")
    assert item.suggestions == "何静看过以后再改的建议。"

    second.go(f"/review/tasks/{tasks[he.pk].uuid}/?text=original")
    number = second.page.locator(f"#mark-{made.uuid}")
    number.focus()
    second.page.keyboard.press("Enter")
    second.page.wait_for_url(f"**#remark-{made.uuid}")
    second.look(f"marks-{'scripts' if scripts else 'plain'}")
    second.page.get_by_label("批注 1，看原文").click()
    second.page.wait_for_url(f"**#mark-{made.uuid}")
    second.page.locator(".zt-marked").first.click()
    second.page.wait_for_url(f"**#remark-{made.uuid}")
    if scripts:
        second.go(f"/review/runs/{run.uuid}/remarks/")
        quoted = second.page.evaluate(
            "() => { const text = document.querySelector('.zt-doc p'); getSelection().selectAllChildren(text);"
            " return getSelection().toString(); }"
        )
        assert "何静" not in quoted
        assert "批注" not in quoted
