"""A flow as a file: it travels whole, and a wrong one is refused with line and reason."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tenants.review import presets
from tenants.review.definition import MAX_BYTES
from tenants.review.models import Flow
from tests.tenants.review.conftest import House
from tests.tenants.review.flow_pages.drafts import drafted, text


def take_in(admin: Client, content: bytes, into: str = "") -> Any:
    return admin.post("/review/flows/", {"do": "file", "into": into, "file": SimpleUploadedFile("flow.yaml", content)})


@pytest.mark.parametrize("code", presets.codes())
def test_a_flow_travels_as_a_file(house: House, admin: Client, code: str) -> None:
    admin.post("/review/flows/", {"do": "preset", "preset": code})
    sent = admin.get(f"/review/flows/{code.replace('_', '-')}/export/")
    assert sent["Content-Type"].startswith("application/yaml")
    assert "filename*=UTF-8''" in sent["Content-Disposition"]
    answer = take_in(admin, sent.content)
    assert answer.status_code == 302
    taken = drafted("flow-1")
    assert taken.definition == presets.load(code).definition
    assert taken.flow.name == presets.load(code).name
    assert take_in(admin, sent.content, "main").status_code == 302
    stale = take_in(admin, sent.content, "main")
    assert stale.status_code == 422
    assert "改过这个草稿" in text(stale)


def wrong_file(name: str) -> bytes:
    one = "name: 试\ndefinition:\n  steps:\n    - key: a\n      name: 甲\n"
    two = one + "      posts: [chair]\n    - key: b\n      name: 乙\n      posts: [chair]\n"
    return {
        "unknown who": (one + "      who:\n        - kind: wizard\n").encode(),
        "unknown post": (one + "      posts: [mayor]\n").encode(),
        "bad condition": (
            one + "      posts: [chair]\n      when:\n        - field: weather\n          in: [rain]\n"
        ).encode(),
        "cycle": (two + "      next:\n        - to: a\n").encode(),
        "unreachable": two.replace("    - key: b", "      next: [{to: end}]\n    - key: b").encode(),
        "control": b'name: "x"\ndefinition:\n  steps:\n    - key: a\n      name: "\\0"\n      posts: [chair]\n',
        "not UTF-8": "name: 试".encode("gb18030"),
        "bomb": b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
        "tag": b"name: !!python/object/apply:os.system ['true']\ndefinition: {}\n",
        "deep": b"name: " + b"[" * 40 + b"]" * 40,
        "not YAML": b"name: [",
        "list": b"- a\n- b\n",
        "extra": b"name: x\ndefinition: {}\nowner: me\n",
        "empty": b"",
        "large": b"#" * (MAX_BYTES + 1),
        "huge": b"#" * (10 * 1024 * 1024),
    }[name]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("unknown who", "第 7 行：第 1 步“甲”的办理人种类“wizard”不认识"),
        ("unknown post", "第 6 行：第 1 步“甲”的岗位“mayor”本单位没有"),
        ("bad condition", "第 8 行：第 1 步“甲”的条件“weather”不认识"),
        ("cycle", "第 11 行：第 2 步“乙”又回到第 1 步“甲”，成了循环"),
        ("unreachable", "第 2 步“乙”走不到"),
        ("control", "第 5 行：“name”里有不能用的字符"),
        ("not UTF-8", "UTF-8"),
        ("bomb", "锚点"),
        ("tag", "标签"),
        ("deep", "嵌套"),
        ("not YAML", "YAML"),
        ("list", "第 1 行：流程文件要有“name”"),
        ("extra", "没有别的"),
        ("empty", "这个文件是空的"),
        ("large", "这不像是一个流程文件"),
        ("huge", "文件有 10,485,760 字节"),
    ],
)
def test_a_wrong_file_is_refused_with_line_and_reason(house: House, admin: Client, name: str, words: str) -> None:
    answer = take_in(admin, wrong_file(name))
    assert answer.status_code == 422
    assert words in text(answer)
    assert list(Flow.objects.values_list("code", flat=True)) == ["main"]


def test_all_that_is_wrong_in_a_file_is_told_by_line(house: House, admin: Client) -> None:
    lines = ["name: x", "definition:", "  steps:", "    - key: a", "      name: 甲", "      posts: [mayor]",
             "      limit_days: 0", "      on_empty: wait", "    - key: b", "      name: 乙", "      posts: [chair]",
             "      next:", "        - to: a"]  # fmt: skip
    page = text(take_in(admin, "\n".join(lines).encode()))
    told = [page.index(f"第 {line} 行：") for line in (6, 7, 8, 13)]
    assert told == sorted(told)
    assert set(re.findall(r"第 (\d+) 行：", page)) == {"6", "7", "8", "13"}
    assert list(Flow.objects.values_list("code", flat=True)) == ["main"]


def test_no_file_at_all(admin: Client) -> None:
    assert "请选择流程文件" in text(admin.post("/review/flows/", {"do": "file"}))
