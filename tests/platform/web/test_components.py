"""Components say in markup what a reader needs: order, state in words, links to lists, nothing but what was given."""

import re
from collections.abc import Callable
from decimal import Decimal

from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message

from zhitong.web import parts, toasts

Draw = Callable[..., str]
ADOPTED = parts.State("单篇采用", "ok")


def words(markup: str) -> str:
    """What a screen reader would read."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", markup)).strip()


def test_a_track_is_an_ordered_list_of_the_last_four(drawn: Draw) -> None:
    stations = [parts.Station(name, "单篇采用", "ok") for name in ("支部", "南海区", "佛山市", "广东省")]
    markup = drawn("track", track=parts.Track([*stations, parts.Station("全国政协", "等反馈", "now")]))
    assert markup.count("<li") == 4
    assert "支部" not in markup
    assert "南海区，单篇采用" in words(markup)
    assert 'class="is-now"' in markup
    assert 'aria-label="去向"' in markup


def test_a_journey_keeps_what_was_undone_and_says_what_is_hidden(drawn: Draw) -> None:
    markup = drawn(
        "journey",
        steps=[
            parts.JourneyStep(
                "广东省政协",
                ADOPTED,
                [
                    parts.JourneyEvent("04-10 09:00", "转送采用", undone=True, note="登记有误，已冲正"),
                    parts.JourneyEvent("04-15 09:40", "单篇采用", outcome=True, quote="建议切实可行。"),
                    parts.JourneyEvent("04-27 15:08", "批示", hidden="批示全文未开放"),
                ],
                tags=[parts.Tag("批示", "pishi")],
            )
        ],
    )
    assert 'class="is-undone"' in markup
    assert "登记有误，已冲正" in markup
    assert "<b>单篇采用</b>" in markup
    assert "建议切实可行。" in markup
    assert "批示全文未开放" in markup
    assert "is-last" in markup


def test_nothing_to_do_says_what_to_do_next(drawn: Draw) -> None:
    box = parts.empty("没有要办的", "写一篇信息吧。", parts.Action("写信息", url="/new", primary=True))
    markup = drawn("todo-list", todos=[], empty_box=box)
    assert 'href="/new"' in markup
    assert "没有要办的" in markup


def test_more_than_shown_is_counted(drawn: Draw) -> None:
    entry = parts.TodoEntry(
        "请写明建议由谁来办", "/i/1", "arrow-back-up", "被退回", "back", ["《甲》"], parts.State("6 月 22 日前", "soon")
    )
    markup = drawn("todo-list", todos=[entry], todo_total=6, more=5, more_url="/todo")
    assert "要我办的 6" in words(markup)
    assert "还有 5 件" in markup


def test_a_table_sorts_marks_and_escapes(drawn: Draw) -> None:
    columns = [parts.TableColumn("编号", number=True), parts.TableColumn("来稿时间", sort="received")]
    rows = [
        parts.TableRow(
            [parts.Cell("1", look="num"), parts.Cell("<b>甲</b>", "/i/1", "t", state=ADOPTED)],
            "7",
            "1",
            True,
            True,
            "/i/1",
        )
    ]
    markup = drawn("table", columns=columns, rows=rows, sort="-received", pick="ids", caption="收件")
    assert 'aria-sort="descending"' in markup
    assert "?sort=received" in markup
    assert markup.count('scope="col"') == 3
    assert 'name="ids" value="7"' in markup
    assert 'class="is-unread" aria-selected="true" data-url="/i/1"' in markup
    assert "&lt;b&gt;甲&lt;/b&gt;" in markup


def test_an_empty_table_names_the_way_out(drawn: Draw) -> None:
    markup = drawn(
        "table", columns=[], rows=[], empty_box=parts.empty("没有符合的信息", "", parts.Action("去掉 类别", url="?"))
    )
    assert "<table" not in markup
    assert "去掉 类别" in markup


def test_a_page_is_left_by_its_cursors(drawn: Draw) -> None:
    page: parts.Page[int] = parts.Page([1], next_cursor="n", prev_cursor="p", total=1186)
    markup = drawn("batch-bar", page=page, page_size=20)
    assert 'href="?before=p" rel="prev"' in markup
    assert 'href="?after=n" rel="next"' in markup
    assert "共 1,186 篇" in markup


def test_the_first_decision_is_the_primary_one_and_says_what_follows(drawn: Draw) -> None:
    markup = drawn(
        "decision-bar",
        actions=[
            parts.Action("通过", icon="check", primary=True, key="A", name="verb", value="pass"),
            parts.Action("退回", key="R", name="verb", value="return", refused="您是第二反映人"),
        ],
        next_step="下一步：秘书长初审\n至 06-22（端午顺延）",
    )
    assert markup.count("btn-primary") == 1
    assert markup.index("btn-primary") < markup.index("下一步") < markup.index("退回")
    assert 'name="verb" value="pass"' in markup
    assert 'data-refused="您是第二反映人"' in markup


def test_more_verbs_stand_behind_a_menu(drawn: Draw) -> None:
    quiet = parts.Action("加签", url="/?decide=add", quiet=True, key="S")
    markup = drawn(
        "decision-bar",
        actions=[parts.Action("通过", primary=True, name="verb", value="pass")],
        more_actions=[quiet],
        menu_actions=[quiet, parts.Action("抄送", url="/?decide=copy")],
    )
    menu = markup[markup.index("<details") :]
    assert "更多" in menu
    assert "加签" in menu  # for a phone, where the bar has no room for it
    assert "抄送" in menu
    assert "抄送" not in markup[: markup.index("<details")]


def test_several_asked_at_a_step_stand_under_it(drawn: Draw) -> None:
    people = [
        parts.StepPerson("秘书长 何静", parts.State("通过 06-15 14:20", "ok")),
        parts.StepPerson("前加签 林岚", note="何静请的", beside=True, action=parts.Action("撤回", url="/remove")),
    ]
    step = parts.ReviewStep("初审", look="now", how="会签 1/2", state=parts.State("今日 17:30", "soon"), people=people)
    markup = drawn("steps", review_steps=[step])
    order = ("初审", "会签 1/2", "今日 17:30", "秘书长 何静", "通过 06-15 14:20", "前加签 林岚", "何静请的", "撤回")
    assert [markup.index(word) for word in order] == sorted(markup.index(word) for word in order)
    assert 'aria-current="step"' in markup
    assert 'class="is-beside"' in markup


def test_a_message_may_offer_a_way_out(drawn: Draw) -> None:
    message = Message(constants.SUCCESS, "已通过。", extra_tags=toasts.link("收回", "/review/?decide=take_back"))
    assert 'href="/review/?decide=take_back"' in drawn("toast", message=message)
    assert "<a" not in drawn("toast", message=Message(constants.SUCCESS, "已存。", extra_tags="plain"))
    assert "<a" not in drawn("toast", message=Message(constants.SUCCESS, "已存。", extra_tags="去 https://elsewhere"))


def test_a_tab_over_a_list_says_when_there_are_more_than_counted(drawn: Draw) -> None:
    filters = [parts.SavedFilter("全部", "?", 1000, more=True), parts.SavedFilter("超期", "?late", 3, late=True)]
    assert words(drawn("saved-filters", filters=filters)) == "全部 1,000+超期 3"


def test_a_queue_leads_to_the_entries_beside_the_open_one(drawn: Draw) -> None:
    entries = [parts.QueueEntry("甲", "/t/1"), parts.QueueEntry("乙", "/t/2", current=True)]
    markup = drawn("queue", queue=entries, queue_title="待我审", queue_total=812, previous_url="/t/1", next_url="/t/3")
    assert "待我审 812" in words(markup)
    assert 'href="/t/1" rel="prev" aria-label="上一篇"' in markup
    assert 'href="/t/3" rel="next" data-key="N" aria-label="下一篇"' in markup


def test_a_missing_reason_is_said_under_its_box(drawn: Draw) -> None:
    markup = drawn(
        "reason", reason_name="reason", reason_label="退回的理由", reason_error="请写明要改什么", phrases=["一事一报"]
    )
    assert 'aria-invalid="true" aria-describedby="reason-bad"' in markup
    assert 'id="reason-bad"' in markup
    assert 'data-phrase="id_reason"' in markup


def test_a_comparison_marks_words_and_escapes_them(drawn: Draw) -> None:
    pieces = [parts.DiffPiece("连片"), parts.DiffPiece("<搞>", "del"), parts.DiffPiece("推进", "ins")]
    markup = drawn("text-pane", passages=[parts.Passage("情况反映", [pieces, "第二段"])])
    assert "<p>连片<del>&lt;搞&gt;</del><ins>推进</ins></p>" in re.sub(
        r">\s+|\s+<", lambda m: m.group().strip(), markup
    )
    assert "第二段" in markup
    assert "周敏 2026-06-17 10:42" in markup


def test_a_figure_without_data_says_why_and_the_wall_has_nothing_to_press(drawn: Draw) -> None:
    figures = [
        parts.KeyFigure("报送", 13746, "篇", "/list", "比上年同期", parts.Change("+8.2%", "up")),
        parts.KeyFigure("首次反馈", None, "个工作日", why="还没有反馈"),
    ]
    markup = drawn("key-figures", figures=figures)
    assert 'href="/list"' in markup
    assert "13,746" in markup
    assert "— 还没有反馈" in words(markup).replace("—还", "— 还")
    assert "<a" not in drawn("key-figures", figures=figures, wall=True)


def test_a_change_is_green_for_the_better() -> None:
    assert parts.Change("−2 天", "down", good=False).look == "zt-up"
    assert parts.Change("−6 件", "down").look == "zt-down"
    assert parts.Change("持平").look == "zt-flat"


def test_bars_are_to_scale_and_linked(drawn: Draw) -> None:
    bars = [parts.BarRow("广州", 428, 100, 1, "/u/1", "/l/1", second=1486, second_url="/i/1", top=True)]
    markup = drawn("bar-list", bars=bars, bar_label="市", value_label="得分", second_label="报送")
    assert 'width="100.00%"' in markup
    assert all(f'href="{url}"' in markup for url in ("/u/1", "/l/1", "/i/1"))
    assert "<a" not in drawn("bar-list", bars=bars, bar_label="市", value_label="得分", wall=True)


def test_a_small_line_stands_beside_a_bar_where_it_is_asked_for(drawn: Draw) -> None:
    bars = [parts.BarRow("广州", 428, 100, 1, spark="3.0,15.0 53.0,3.0")]
    assert '<polyline points="3.0,15.0 53.0,3.0">' in drawn("bar-list", bars=bars, spark_label="各月收稿")
    assert "polyline" not in drawn("bar-list", bars=bars)


def test_a_short_list_on_the_wall_has_nothing_to_press(drawn: Draw) -> None:
    mini = [parts.MiniRow("汕尾市政协", "9 篇", "/late", act=parts.Action("催办", url="/urge"))]
    for two in (True, False):
        assert 'href="/late"' in drawn("mini-list", mini=mini, two=two)
        assert "<a" not in drawn("mini-list", mini=mini, two=two, wall=True)


def test_the_ledger_shows_reversals_and_the_sum(drawn: Draw) -> None:
    lines = [
        parts.LedgerLine("04-10", "转送采用", "第 5 条", "转送 1 × 1 篇", Decimal(1)),
        parts.LedgerLine("04-13", "登记有误", "第 12 条", "0 − 1", Decimal("-1.0"), reversal=True),
        parts.LedgerLine("04-15", "市级采用", "第 2 条", "不计分", Decimal(0), off=True),
    ]
    markup = drawn("ledger", ledger=lines, total=Decimal("0.00"))
    assert "冲正" in markup
    assert "−1</td>" in markup
    assert "is-off" in markup
    assert "合计 0" in words(markup).replace("合计0", "合计 0")
    assert "还没有得分事件" in drawn("ledger", ledger=[], total=Decimal(0))


def test_a_score_asks_why(drawn: Draw) -> None:
    assert "为什么" in drawn("score-line", score=Decimal("22.0"), score_url="/why")
    assert "还没有得分事件" in drawn("score-line", score=None)


def test_a_receiver_that_may_not_be_chosen_says_why(drawn: Draw) -> None:
    group = parts.ReceiverGroup("上级政协", [parts.Receiver("1", "全国政协", refused="不是直报点，省政协可开通")])
    markup = drawn("receivers", receiver_groups=[group])
    assert "<input" not in markup
    assert "不是直报点，省政协可开通" in markup


def test_what_does_not_travel_is_named_in_the_preview(drawn: Draw) -> None:
    packet = parts.PacketView("关于甲", "佛山市政协", [parts.Fact("联系方式", "")], ["正文"], ["名单.xlsx"])
    assert "联系方式不随报送" in words(drawn("packet-preview", packet=packet)).replace(" ", "")


def test_a_drawer_is_a_dialog_with_a_name(drawn: Draw) -> None:
    markup = drawn("score-drawer", drawer_title="为什么是 22 分", total=Decimal(22), facts=[], ledger=[])
    assert 'role="dialog" aria-modal="true" aria-labelledby="zt-drawer-title"' in markup
    assert 'aria-label="关闭"' in markup
