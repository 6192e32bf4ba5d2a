"""The archive import: real proposals, dirty rows, workbooks, a second run, a trial run."""

import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from openpyxl import Workbook

from tenants.items.imports import RawRow, dates, sections, to_archive
from tenants.items.models import Edition, Item, ItemAuthor, State
from zhitong.core import clock
from zhitong.core.models import AuditEntry
from zhitong.exchange.models import Event, EventKind, ItemFact
from zhitong.units.models import Unit

PROPOSALS = Path(__file__).resolve().parents[4] / "shared" / "data" / "proposals_2022.jsonl"


def run(unit: Unit, path: Path, *options: str) -> str:
    out = io.StringIO()
    call_command("items_import", str(path), "--unit", unit.get_primary_domain().domain, *options, stdout=out)
    return out.getvalue()


def lines(path: Path, *rows: Any) -> Path:
    path.write_bytes(
        b"\n".join(row if isinstance(row, bytes) else json.dumps(row, ensure_ascii=False).encode() for row in rows)
    )
    return path


def row(**values: Any) -> dict[str, Any]:
    text = "调研情况：暗。问题分析：少。具体建议：装。"
    whole = {"id": "a1", "title": "关于路灯的建议", "text": text, "date": "2019-03-01", "authors": ["梁晓岚"]}
    return {**whole, **values}


@pytest.mark.skipif(not PROPOSALS.is_file(), reason="needs ../shared")
def test_all_real_proposals_enter_once(unit: Unit) -> None:
    told = run(unit, PROPOSALS)
    assert "630 added, 0 already there, 0 wrong" in told
    assert "没有“意见建议”部分" in told
    source = {row["id"]: row for row in map(json.loads, PROPOSALS.read_text("utf-8").splitlines())}
    with unit:
        items = {item.import_key: item for item in Item.objects.prefetch_related("authors", "editions")}
        assert len(items) == 630
        for key, original in source.items():
            item = items[f"id:{key}"]
            assert item.title == original["title"].replace("\n", "")
            assert [author.name for author in item.authors.all()] == [original["author_id"]]
            assert item.category == original["label"]
            assert item.submitted_at.astimezone(clock.SHANGHAI).strftime("%Y-%m-%dT%H:%M:%S") == original["date"]
            assert (item.state, item.year, item.decided_at) == (State.APPROVED, 2022, item.submitted_at)
        whole = sum(1 for item in items.values() if item.problem and item.analysis and item.suggestions)
        assert whole >= 610
        assert sorted(item.number for item in items.values()) == list(range(1, 631))
    assert ItemFact.objects.filter(unit=unit).count() == 630
    assert set(Event.objects.filter(unit=unit).values_list("kind", flat=True)) == {EventKind.SUBMITTED}
    assert "0 added, 630 already there, 0 wrong" in run(unit, PROPOSALS)
    with unit:
        assert Item.objects.count() == 630


def test_a_trial_run_changes_nothing(unit: Unit, tmp_path: Path) -> None:
    before = AuditEntry.objects.count()
    told = run(unit, lines(tmp_path / "a.jsonl", row(), row(id="a2", date="不知道")), "--dry-run")
    assert "1 would be added, 0 already there, 1 wrong" in told
    with unit:
        assert not Item.objects.exists()
    assert not ItemFact.objects.exists()
    assert AuditEntry.objects.count() == before


def test_dirty_rows_are_named_and_good_ones_enter(unit: Unit, tmp_path: Path) -> None:
    path = lines(
        tmp_path / "dirty.jsonl",
        row(),
        b'{"id": "x", "title": "\xff\xfe"}',
        b"",
        b"  \t ",
        b'{"half":',
        b"[1, 2]",
        row(id="a2", title=""),
        row(id="a3", title="长" * 101),
        row(id="a4", date="2999-01-01"),
        row(id="a5", date="2019-02-30"),
        row(id="a6", text="有\u0007铃"),
        row(id="a7", text={"not": "text"}),
        row(id="a8", text="没有标题的一整段话。"),
        row(id="a9", category="长" * 21),
        row(id="a1", title="同一编号"),
        b"[" * 100_000,
        row(id="b1", date=None),
    )
    told = run(unit, path)
    assert "2 added, 1 already there, 12 wrong, 1 notes" in told
    for words in (
        "line 2: not entered: 第 23 个字节起不是 UTF-8 编码",
        "line 5: not entered: 不是完整的一行 JSON",
        "line 6: not entered: 一行应是一个 JSON 对象",
        "line 7: not entered: 没有标题",
        "line 8: not entered: 标题最多 100 字，现在 101 字",
        "line 9: not entered: 来稿时间“2999-01-01”还没有到",
        "line 10: not entered: 来稿时间“2019-02-30”没有这一天",
        "line 11: not entered: 情况反映：第 2 个字符是看不见的控制字符（U+0007）",
        "line 12: not entered: “text”应是文字",
        "line 13: note: 正文没有分段标题，全文录入“情况反映”",
        "line 14: not entered: 类别：共 21 字，最多 20 字",
        "line 16: not entered",
        "line 17: not entered: 没有来稿时间",
    ):
        assert words in told
    with unit:
        assert set(Item.objects.values_list("import_key", flat=True)) == {"id:a1", "id:a8"}


LEDGER = [
    "序号", "来稿时间", "姓名", "界别", "反映单位", "政治面貌", "信息标题", "期数", "区采用情况", "报区",
    "区采纳落实情况", "报市", "市采用情况", "全国采用/批示",
]  # fmt: skip


def ledger(path: Path, *rows: list[Any]) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["南海区政协 2019 年台账"])
    sheet.append(LEDGER)
    for cells in rows:
        sheet.append(cells)
    book.save(path)
    return path


def test_the_yearly_ledger_enters_with_its_outcomes(unit: Unit, tmp_path: Path) -> None:
    path = ledger(
        tmp_path / "台账.xlsx",
        [
            1, date(2019, 3, 1), "梁晓岚、冯雅琪", "科技界", "桂城", "民盟", "关于甲的建议", "12", "单篇采用", "是",
            None, "是", "综合采用",
        ],
        [2, "2019年4月5日", "张三", "", "", "", "关于乙的建议", "", "未采用"],
        [3, "2019.5.6", "李四", "", "", "", "关于丙的建议"],
        [4, "昨天", "王五", "", "", "", "关于丁的建议"],
        [None, None],
        [5, 43600, "赵六", "", "", "", "关于戊的建议", "", "怪话"],
    )  # fmt: skip
    told = run(unit, path)
    assert "4 added, 0 already there, 1 wrong" in told
    assert "line 6: not entered: 看不懂来稿时间“昨天”" in told
    assert "看不懂采用情况“怪话”" in told
    with unit:
        first = Item.objects.get(title="关于甲的建议")
        names = list(ItemAuthor.objects.filter(item=first).values_list("name", "sector", "party"))
        assert names == [("梁晓岚", "科技界", "民盟"), ("冯雅琪", "科技界", "民盟")]
        assert first.from_unit == "桂城"
        assert "市采用情况：综合采用" in first.remark
        assert Item.objects.get(title="关于乙的建议").state == State.DECLINED
        assert str(clock.local_date(Item.objects.get(title="关于戊的建议").submitted_at)) == "2019-05-15"
        assert Edition.objects.count() == 4
    adopted = Event.objects.get(kind=EventKind.ADOPTED)
    assert (adopted.item_uuid, adopted.mode, str(adopted.occurred_on)) == (first.uuid, "single", "2019-03-01")
    assert "0 added, 4 already there, 1 wrong" in run(unit, path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_enters_by_its_physical_lines(unit: Unit, tmp_path: Path, encoding: str) -> None:
    table = (
        '2019 年台账\n标题,日期,反映人,情况反映\n关于甲的建议,2019-03-01,张三,"一行\n两行"\n关于乙的建议,昨天,李四,少\n'
    )
    (tmp_path / "a.csv").write_text(table, encoding)
    told = run(unit, tmp_path / "a.csv")
    assert "1 added, 0 already there, 1 wrong" in told
    assert "line 5: not entered: 看不懂来稿时间“昨天”" in told
    with unit:
        assert Item.objects.get().problem == "一行\n两行"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.xlsx", b"not a workbook", "不是 Excel 工作簿"),
        ("a.xlsx", b"PK\x03\x04 half a zip", "不是 Excel 工作簿"),
        ("a.xls", b"\xd0\xcf\x11\xe0", "不收“.xls”文件，请在 Excel 里另存为 .xlsx"),
        ("a.csv", b"title;date", "没有找到表头"),
        ("a.csv", b"\xff\xff\xff", "编码不是 UTF-8"),
    ],
)
def test_files_of_another_kind_are_refused(unit: Unit, tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(CommandError, match=words):
        run(unit, tmp_path / name)


def test_a_workbook_without_a_head_is_refused(unit: Unit, tmp_path: Path) -> None:
    book = Workbook()
    book.save(tmp_path / "empty.xlsx")
    with pytest.raises(CommandError, match="没有找到表头"):
        run(unit, tmp_path / "empty.xlsx")


def test_an_unknown_unit_or_file_ends_in_words(unit: Unit, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no unit"):
        call_command("items_import", str(tmp_path), "--unit", "nowhere")
    with pytest.raises(CommandError, match="no such file"):
        run(unit, tmp_path / "none.jsonl")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2019-03-01", "2019-03-01 00:00"),
        ("2019-03-01T16:12:23", "2019-03-01 16:12"),
        ("2019-03-01T16:00:00+00:00", "2019-03-02 00:00"),
        ("2019年3月1日", "2019-03-01 00:00"),
        ("2019 年 3 月 1 日 9:05", "2019-03-01 09:05"),
        ("2019.3.1", "2019-03-01 00:00"),
        ("2019/3/1 9:05:30", "2019-03-01 09:05"),
        ("20190301", "2019-03-01 00:00"),
        (20190301, "2019-03-01 00:00"),
        (43525, "2019-03-01 00:00"),
    ],
)
def test_dates_are_read_as_offices_write_them(written: Any, expected: str) -> None:
    assert dates.moment_of(written).astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M") == expected


def test_headings_part_a_text() -> None:
    text = "引子。\n一、情况反映\n甲\n二、原因分析\n乙，为此建议：不是标题\n三、意见建议：丙"
    assert sections.split(text) == {"problem": "引子。\n甲", "analysis": "乙，为此建议：不是标题", "suggestions": "丙"}
    assert sections.split("只有一段") == {"problem": "只有一段", "analysis": "", "suggestions": ""}


def test_without_an_id_the_content_is_the_key() -> None:
    values = {"title": "甲", "text": "乙", "date": "2019-01-01"}
    first, again = to_archive(RawRow(1, values)), to_archive(RawRow(9, dict(values)))
    assert first.key == again.key
    assert first.key != to_archive(RawRow(1, {**values, "text": "丙"})).key
