"""People by a list: wrong rows are named, good ones enter, twice adds nobody, a preview changes nothing."""

import io
import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook, load_workbook

from tenants.accounts import operations, queries
from tenants.accounts.imports import Fate, plan_people
from tenants.accounts.models import Invitation, User
from tests.factories import PASSWORD, client_for, make_user
from tests.leaks.rows import rows_of
from zhitong.core import clock
from zhitong.core.operations import system
from zhitong.core.tables import RawRow
from zhitong.people.models import PersonAccount
from zhitong.units.models import Unit

IMPORT, ENTER, LINKS = "/accounts/people/import/", "/accounts/people/import/enter/", "/accounts/people/links/"
HEAD = ["姓名", "手机号", "登录名", "角色", "界别", "支部", "岗位", "党派", "职务", "委员层级", "身份"]


@pytest.fixture
def boss(unit: Unit) -> Client:
    with unit:
        operations.ensure_position(actor=system(unit.pk), code="research", name="研究室")
    return client_for(make_user(unit, "boss", name="陈主任", roles=["administrator"]), unit)


def workbook(*rows: list[Any], head: list[str] = HEAD) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["南海区政协委员名册"])
    sheet.append(head)
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


ROWS: list[list[Any]] = [
    ["李梅", 13800138000, None, "反映人、审核人", "教育界", "", "研究室", "民盟", "教师", "区级", "委员"],
    ["刘洋", "138-0013-8001", "LiuYang", "", "教育界、科技界", "一支部", "", "", "", "", "特邀信息员"],
    ["李梅", 13800138002.0, "", "", "", "", "", "", "", "", ""],
    ["阿依古丽·买买提", "", "", "", "", "", "", "", "", "市级", ""],
    ["何静", "", "", "", "", "", "", "", "", "", "工作人员"],
]
WRONG: list[tuple[list[Any], str]] = [
    (["", 13800138010], "姓名：请填写姓名"),
    (["王一", "12345"], "手机号：请填写 11 位手机号"),
    (["王二", "", "12345"], "登录名：不能全是数字"),
    (["王三", "", "有 空"], "登录名：只能用"),
    (["王四", "", "", "超级管理员"], "没有名为“超级管理员”的角色"),
    (["王五", "", "", "全省统计"], "没有名为“全省统计”的角色"),
    (["王六", "", "", "", "", "", "门卫"], "没有名为“门卫”的岗位"),
    (["王七", "", "", "", "", "", "", "", "", "乡级"], "委员层级没有“乡级”"),
    (["王八", "", "", "", "", "", "", "", "", "", "领导"], "身份没有“领导”"),
    (["长" * 61], "姓名：最多 60 个字"),
    (["断\ufffd"], "损坏"),
    (["响\u202e"], "控制字符"),
    (["王九", 13800138000], "与第 3 行是同一个手机号"),
    (["王十", "", "liuyang"], "与第 4 行是同一个"),
    (["何静"], "与第 7 行是同一个"),
    (["陈主任", "", "BOSS2"], ""),
    (["别人", "", "boss"], "登录名“boss”已是“陈主任”在用"),
]


def preview(client: Client, content: bytes, name: str = "名册.xlsx") -> Any:
    return client.post(IMPORT, {"file": SimpleUploadedFile(name, content)})


def rows_shown(answer: Any) -> dict[str, str]:
    """Return the words of each row by its line."""
    page = answer.content.decode()
    found = re.findall(r'<tr[^>]*><td class="num">(\d+)</td>(.*?)</tr>', page, re.DOTALL)
    return {line: re.sub(r"<[^>]+>|\s+", " ", cells) for line, cells in found}


def kept(answer: Any) -> str:
    found = re.search(r'name="rows" value="([^"]+)"', answer.content.decode())
    assert found
    return found[1]


def test_a_list_is_shown_entered_and_handed_out(unit: Unit, boss: Client) -> None:
    before = rows_of(unit)
    shown = preview(boss, workbook(*ROWS))
    assert shown.status_code == 200
    assert rows_of(unit) == before
    assert "将添加 5 人" in shown.content.decode()
    assert "新建界别“教育界”" in rows_shown(shown)["3"]
    assert "新建界别“科技界”" in rows_shown(shown)["4"]
    assert "没有写角色" in rows_shown(shown)["7"]
    done = boss.post(ENTER, {"rows": kept(shown)})
    page = done.content.decode()
    assert done.status_code == 200
    assert "已添加 5 人" in page
    with unit:
        people = {user.username: user for user in User.objects.exclude(username="boss")}
        assert set(people) == {"李梅", "liuyang", "李梅8002", "阿依古丽买买提", "何静"}
        mei = people["李梅"]
        assert (mei.mobile, mei.party, mei.duty, mei.rank, mei.member_kind) == (
            "13800138000", "民盟", "教师", "county", "member",
        )  # fmt: skip
        assert set(mei.roles.values_list("code", flat=True)) == {"author", "reviewer"}
        assert queries.posts_of(mei, clock.today()) == ["研究室"]
        yang = people["liuyang"]
        assert (yang.mobile, yang.member_kind) == ("13800138001", "informant")
        assert {(group.kind, group.name) for group in yang.circles.all()} == {
            ("sector", "教育界"), ("sector", "科技界"), ("branch", "一支部"),
        }  # fmt: skip
        assert list(yang.roles.values_list("code", flat=True)) == ["author"]
        assert not people["何静"].roles.exists()
        assert not any(user.has_usable_password() for user in people.values())
    assert PersonAccount.objects.filter(unit=unit, group_name="教育界").count() == 2
    links = boss.post(LINKS)
    assert links["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert "no-store" in links["Cache-Control"]
    sheet = load_workbook(io.BytesIO(links.content)).active
    assert sheet is not None
    handed = {str(row[1]): str(row[4]) for row in sheet.iter_rows(min_row=2, values_only=True)}
    assert set(handed) == set(people)
    path = handed["liuyang"].removeprefix("http://nanhai.localhost")
    assert client_for(None, unit).post(path, {"password": PASSWORD, "again": PASSWORD}).status_code == 302
    assert boss.post(LINKS).status_code == 302  # nobody waits: the links still work
    with unit:
        assert Invitation.objects.count() == 5
    with clock.at(clock.now() + timedelta(hours=73)):
        later = client_for(make_user(unit, "boss2", roles=["administrator"]), unit).post(LINKS)
        sheet = load_workbook(io.BytesIO(later.content)).active
        assert sheet is not None
        assert sheet.max_row == 5  # head and the four who still have no password


def test_twice_adds_nobody_and_changes_nothing(unit: Unit, boss: Client) -> None:
    shown = preview(boss, workbook(*ROWS))
    boss.post(ENTER, {"rows": kept(shown)})
    before = rows_of(unit)
    again = boss.post(ENTER, {"rows": kept(shown)})
    assert "已添加 0 人" in again.content.decode()
    assert "已在册 5 人，不能添加 0 行" in again.content.decode()
    once_more = preview(boss, workbook(*ROWS))
    assert "将添加 0 人" in once_more.content.decode()
    assert 'name="rows"' not in once_more.content.decode()
    assert rows_of(unit) == before


def test_wrong_rows_are_named_and_the_good_ones_enter(unit: Unit, boss: Client) -> None:
    shown = preview(boss, workbook(*ROWS, *(row for row, _ in WRONG)))
    told = rows_shown(shown)
    for line, (row, words) in enumerate(WRONG, start=3 + len(ROWS)):
        assert words in told[str(line)], row
        assert ("将添加" if not words else "不能添加") in told[str(line)], row
    done = boss.post(ENTER, {"rows": kept(shown)})
    assert "已添加 6 人" in done.content.decode()
    assert "不能添加 16 行" in done.content.decode()
    with unit:
        assert User.objects.count() == 7


def test_somebody_known_is_never_taken_for_another(unit: Unit, boss: Client) -> None:
    make_user(unit, "zhang", name="张伟", mobile="13800138020")
    make_user(unit, "张伟", name="张伟")
    gone = make_user(unit, "gone", name="周敏", mobile="13800138021")
    with unit:
        operations.deactivate_user(actor=system(unit.pk), user=gone)
        lines = plan_people(
            RawRow(number, values)
            for number, values in enumerate(
                [
                    {"name": "张伟", "mobile": "13800138020", "username": "other"},
                    {"name": "张三", "mobile": "13800138020"},
                    {"name": "张伟", "username": "zhang", "mobile": "13800138029"},
                    {"name": "张伟", "mobile": "13800138029"},
                    {"name": "张伟", "mobile": "13800138029", "username": "zhangwei"},
                    {"name": "周敏", "mobile": "+86 138 0013 8021"},
                ]
            )
        )
    told = [(line.fate, line.words) for line in lines]
    assert told[0] == (Fate.KNOWN, "")
    assert told[1] == (Fate.WRONG, "手机号 13800138020 已登记在“张伟”名下。")
    assert told[2] == (Fate.WRONG, "登录名“zhang”已是“张伟”在用，请换一个。")
    assert told[3][0] == Fate.WRONG
    assert "没有登记手机号" in told[3][1]
    assert told[4] == (Fate.NEW, "在册已有同名的人（登录名 zhang），请核对是不是同一人。")
    assert told[5] == (Fate.KNOWN, "账号已停用，没有恢复。")


def test_a_list_costs_the_same_number_of_queries_whatever_its_length(unit: Unit, boss: Client) -> None:
    def cost(count: int) -> int:
        rows = [RawRow(n, {"name": f"人{n}", "mobile": f"138{n:08}", "sector": ["教育界"]}) for n in range(count)]
        with unit, CaptureQueriesContext(connection) as captured:
            assert len(plan_people(rows)) == count
        return len(captured)

    assert cost(1) == cost(200)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.xlsx", b"no book", "不是 Excel 工作簿"),
        ("a.xls", b"x", "不收“.xls”文件"),
        ("a.csv", "名字,电话\n甲,1".encode(), "没有找到表头"),
        ("a.csv", "姓名\n\n".encode(), "表头下面是空的"),
        ("a.csv", b"", "空的"),
        ("a.csv", ("姓名\n" + "甲\n" * 1001).encode(), "一次最多 1000 行"),
        ("a.csv", b"x" * (5 * 1024 * 1024 + 1), "最多 5 MB"),
    ],
)
def test_files_that_are_no_list(unit: Unit, boss: Client, name: str, content: bytes, words: str) -> None:
    answer = preview(boss, content, name)
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_without_a_file_the_page_asks_for_one(boss: Client) -> None:
    answer = boss.post(IMPORT)
    assert answer.status_code == 422
    assert "请选择名册" in answer.content.decode()


@pytest.mark.parametrize(
    "spoil", [lambda s: "", lambda s: s[:-1], lambda s: "x" + s, lambda s: "断\ufffd", lambda s: s * 2]
)
def test_only_what_was_shown_here_within_the_hour_is_entered(
    unit: Unit, city: Unit, boss: Client, spoil: Callable[[str], str]
) -> None:
    rows = kept(preview(boss, workbook(*ROWS)))
    elsewhere = client_for(make_user(city, "boss", roles=["administrator"]), city)
    before = rows_of(unit, city)
    answers = [boss.post(ENTER, {"rows": spoil(rows)}), elsewhere.post(ENTER, {"rows": rows})]
    for answer in answers:
        assert answer.status_code == 422
        assert "请重新选择文件" in answer.content.decode()
    assert rows_of(unit, city) == before


def test_a_shown_list_gets_too_old(unit: Unit, boss: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = kept(preview(boss, workbook(*ROWS)))
    monkeypatch.setattr("tenants.accounts.views.importing._KEPT_SECONDS", -1)
    assert boss.post(ENTER, {"rows": rows}).status_code == 422
    with unit:
        assert User.objects.count() == 1


def test_what_happened_since_the_preview_is_met(unit: Unit, boss: Client) -> None:
    rows = kept(preview(boss, workbook(*ROWS)))
    make_user(unit, "liuyang", name="刘洋洋")
    done = boss.post(ENTER, {"rows": rows})
    assert "已添加 4 人" in done.content.decode()
    assert "登录名“liuyang”已是“刘洋洋”在用" in rows_shown(done)["4"]


def test_the_empty_table_explains_itself_and_comes_back_filled(unit: Unit, boss: Client) -> None:
    answer = boss.get("/accounts/people/import/template/")
    book = load_workbook(io.BytesIO(answer.content))
    sheet = book["人员"]
    heads = [str(cell.value) for cell in sheet[1]]
    assert {"姓名", "手机号", "登录名", "角色", "界别", "专委会", "支部", "岗位", "党派", "职务", "委员层级"} <= set(
        heads
    )
    explained = "".join(str(row[1]) for row in book["说明"].iter_rows(values_only=True))
    assert "反映人" in explained
    assert "研究室" in explained
    assert "全省统计" not in explained
    sheet.append(["许诺" if head == "姓名" else None for head in heads])
    out = io.BytesIO()
    book.save(out)
    assert "将添加 1 人" in preview(boss, out.getvalue()).content.decode()


def run(unit: Unit, path: Path, *options: str) -> str:
    out = io.StringIO()
    call_command("people_import", str(path), "--unit", unit.get_primary_domain().domain, *options, stdout=out)
    return out.getvalue()


def test_the_command_does_the_same_and_prints_the_links(unit: Unit, tmp_path: Path) -> None:
    people = [
        {"name": "李梅", "mobile": "13800138000", "roles": ["author"], "sector": "教育界", "rank": "county"},
        {"name": "刘洋", "mobile": "1"},
        {"name": {"a": 1}},
        {"name": "何静", "member_kind": "staff"},
    ]
    path = tmp_path / "people.jsonl"
    path.write_text("\n".join(json.dumps(one, ensure_ascii=False) for one in people) + "\n{", "utf-8")
    before = rows_of(unit)
    told = run(unit, path, "--dry-run")
    assert "2 would be added, 0 already there, 3 wrong" in told
    assert rows_of(unit) == before
    told = run(unit, path)
    assert "2 added, 0 already there, 3 wrong" in told
    assert "line 2: not entered: 手机号：请填写 11 位手机号。" in told
    assert "line 3: not entered: “姓名”应是文字。" in told
    assert "line 5: not entered: 不是完整的一行 JSON。" in told
    [link] = re.findall(r"line 1: 李梅\t李梅\thttp://nanhai\.localhost(\S+)", told)
    assert client_for(None, unit).get(link).status_code == 200
    assert "0 added, 2 already there, 3 wrong" in run(unit, path)
    with unit:
        assert User.objects.count() == 2


def test_the_command_names_what_it_cannot_read(unit: Unit, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no such file"):
        run(unit, tmp_path / "none.csv")
    (tmp_path / "a.csv").write_text("x")
    with pytest.raises(CommandError, match="没有找到表头"):
        run(unit, tmp_path / "a.csv")


def test_a_list_brings_marks_and_fields(unit: Unit, boss: Client) -> None:
    shown = preview(boss, "姓名,专长,标签\n冯雅琪,养老服务,骨干、专家\n梁晓岚,,\n".encode(), "名册.csv")
    boss.post(ENTER, {"rows": kept(shown)})
    with unit:
        found = dict(User.objects.exclude(username="boss").values_list("name", "tags"))
        assert found == {"冯雅琪": ["骨干", "专家"], "梁晓岚": []}
        assert User.objects.get(name="冯雅琪").expertise == "养老服务"
