"""Lists of filed proposals: wrong rows are named, nothing enters by half, a second run replaces by number."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tenants.proposals import operations
from tenants.proposals.columns import read_proposals, sample, to_line
from tenants.proposals.models import Proposal
from tests.tenants.proposals.lists import ROWS, bring, workbook
from zhitong.core.errors import InvalidInput, NotAllowed, NotFound
from zhitong.core.models import AuditEntry
from zhitong.core.operations import Actor, system
from zhitong.core.tables import RawRow
from zhitong.units.models import Unit

pytestmark = pytest.mark.django_db
REAL = Path(__file__).parents[4] / "shared" / "data" / "proposals_2022.jsonl"


def standing(unit: Unit) -> list[tuple[Any, ...]]:
    with unit:
        return list(Proposal.objects.order_by("year", "serial").values_list("year", "number", "title"))


def test_rows_enter_with_their_year_number_and_names(unit: Unit) -> None:
    report = bring(unit)
    assert (report.added, report.replaced, report.known, report.without_text, report.wrong) == (3, 0, 0, 1, [])
    with unit:
        first, second, third = Proposal.objects.order_by("year", "serial")
    assert (first.year, first.number, first.serial) == (2025, "18", 18)
    assert (first.session, first.proposers) == ("2025 年十三届四次会议", ["民盟南海总支", "李明"])
    assert (second.number, second.handlers, second.imported_by) == ("19", "区水利局、桂城街道", "周敏")
    assert (third.year, third.number, third.session) == (2026, "20260007", "十三届五次会议")


def test_the_same_number_is_replaced_and_what_is_as_it_was_is_left_alone(unit: Unit) -> None:
    bring(unit)
    with unit:
        before = Proposal.objects.get(number="19")
    changed = [ROWS[0], ("第 １９ 号", *ROWS[1][1:2], "关于河涌长效保洁的提案", *ROWS[1][3:]), ROWS[2]]
    report = bring(unit, changed)
    assert (report.added, report.replaced, report.known) == (0, 1, 2)
    with unit:
        after = Proposal.objects.get(number="19")
    assert (after.uuid, after.version, after.title) == (before.uuid, 2, "关于河涌长效保洁的提案")
    assert bring(unit, [("18", 2024, "别的年份的提案", "", "正文", "")]).added == 1
    assert len(standing(unit)) == 4


WRONG = [
    (("", "2025", "没有号的"), "没有案号"),
    (("21", "2025", ""), "没有标题"),
    (("22", "", "没有年份的"), "看不出是哪一年"),
    (("23", "2019届", "年份在的"), ""),
    (("24", "2099", "以后的"), "2099"),
    (("18", "2025", "重号的"), "与第 3 行重复"),
    (("25", "2025", "长" * 301), "标题有 301 字"),
    (("9" * 31, "2025", "号长"), "案号有 31 字"),
    (("26", "2025", "断\ufffd"), "“标题”里第 2 个字符"),
    (("27", "2025", "多", "长" * 61), "提案人"),
    (("28", "2025", "正文长", "", "长" * 30_000 + "长" * 20_001), "正文有 50,001 字"),
]


def test_a_wrong_row_is_named_with_its_line_and_keeps_all_out_unless_it_is_passed_over(unit: Unit) -> None:
    rows = [ROWS[0], *(row for row, _why in WRONG[:-1])]
    report = bring(unit, rows)
    assert not report.is_entered
    assert standing(unit) == []
    assert not AuditEntry.objects.filter(action="proposals.imported").exists()
    told = {one.line: one.reason for one in report.wrong}
    for line, (_row, why) in enumerate(WRONG[:-1], start=4):
        assert why in told[line] if why else line not in told, (line, told)
    entered = bring(unit, rows, skip_wrong=True)
    assert (entered.is_entered, entered.added, len(entered.wrong)) == (True, 2, len(told))
    assert [number for _year, number, _title in standing(unit)] == ["23", "18"]


@pytest.mark.parametrize(("row", "why"), [one for one in WRONG if one[1] and "重复" not in one[1]])
def test_each_wrong_row_says_why(row: tuple[str, ...], why: str) -> None:
    names = ("number", "session", "title", "proposers", "text")
    with pytest.raises(ValueError, match=why):
        to_line(RawRow(2, {name: value for name, value in zip(names, row, strict=False) if value}), None)


@pytest.mark.parametrize(
    ("values", "year"),
    [
        ({"number": "1", "year": 2024}, 2024),
        ({"number": "1", "year": 2024.0}, 2024),
        ({"number": "1", "year": "2024年度"}, 2024),
        ({"number": "1", "session": "十三届四次（2025 年）"}, 2025),
        ({"number": "1", "day": "2023-02-03"}, 2023),
        ({"number": "〔2022〕12号"}, 2022),
        ({"number": "js2022-0001"}, 2022),
        ({"number": "20210012"}, 2021),
        ({"number": "120"}, 2020),
        ({"number": "2019"}, 2020),
    ],
)
def test_the_year_is_read_where_it_stands(values: dict[str, Any], year: int) -> None:
    assert to_line(RawRow(2, {"title": "关于绿道的提案", **values}), 2020).year == year


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_csv_of_editors_and_of_excel_enters(unit: Unit, encoding: str) -> None:
    text = "提案编号,年度,案由,提案者,提案内容\n3,2025,关于绿道的提案,李明,建议连通绿道。\n"
    rows = list(read_proposals(io.BytesIO(text.encode(encoding)), "a.CSV"))
    with unit:
        assert operations.import_proposals(actor=system(unit.pk), rows=rows).added == 1
    assert standing(unit) == [(2025, "3", "关于绿道的提案")]


def test_a_file_without_the_head_or_of_another_kind_is_refused() -> None:
    for content, name, why in (
        (workbook([], ("序号", "名单")), "清单.xlsx", "没有找到表头"),
        (b"%PDF-1.7", "清单.pdf", "不收"),
        (b"PK", "清单.xlsx", "已经损坏"),
    ):
        with pytest.raises(InvalidInput, match=why):
            list(read_proposals(io.BytesIO(content), name))


def test_the_sample_can_be_brought_in_as_it_is(unit: Unit) -> None:
    made = sample()
    assert load_workbook(io.BytesIO(made)).sheetnames == ["已立案提案", "说明"]
    rows = list(read_proposals(io.BytesIO(made), "样表.xlsx"))
    with unit:
        report = operations.import_proposals(actor=system(unit.pk), rows=rows)
    assert (report.added, report.wrong) == (1, [])


def test_one_and_a_year_are_taken_out(unit: Unit) -> None:
    bring(unit)
    with unit:
        key = Proposal.objects.get(number="19").uuid
        assert operations.remove_proposal(actor=system(unit.pk), proposal_uuid=key).number == "19"
        with pytest.raises(NotFound):
            operations.remove_proposal(actor=system(unit.pk), proposal_uuid=key)
        assert operations.remove_year(actor=system(unit.pk), year=2025) == 1
        with pytest.raises(NotFound):
            operations.remove_year(actor=system(unit.pk), year=2025)
    assert standing(unit) == [(2026, "20260007", "关于夜市管理的提案")]
    assert AuditEntry.objects.filter(action__startswith="proposals.").count() == 3


def test_without_the_right_nothing_is_brought_in_or_taken_out(unit: Unit) -> None:
    bring(unit)
    reader = Actor(unit.pk, "杜阅", granted=frozenset({"search.use", "search.archive"}))
    with pytest.raises(NotAllowed):
        bring(unit, actor=reader)
    with unit:
        with pytest.raises(NotAllowed):
            operations.remove_year(actor=reader, year=2025)
        with pytest.raises(NotAllowed):
            operations.remove_proposal(actor=reader, proposal_uuid=Proposal.objects.earliest("pk").uuid)
    assert len(standing(unit)) == 3


@pytest.mark.skipif(not REAL.is_file(), reason="needs ../shared/data/proposals_2022.jsonl")
def test_real_proposals_enter(unit: Unit) -> None:
    with REAL.open("rb") as file:
        rows = list(read_proposals(file, REAL.name))
    with unit:
        report = operations.import_proposals(actor=system(unit.pk), rows=rows, skip_wrong=True)
    expected = sum(1 for line in REAL.read_text().splitlines() if json.loads(line)["title"])
    assert report.added == expected - len(report.wrong) > 600
    assert all(year == 2022 for year, _number, _title in standing(unit))
