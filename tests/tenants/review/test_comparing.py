"""比对外部文本: pasted or uploaded, against what the reader may read; refusals keep what was typed."""

import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from docx import Document

from tenants.items.models import Item
from tests.factories import client_for, make_user
from tests.tenants.review.conftest import House
from tests.tenants.review.pages import client, said
from tests.tenants.review.test_alikes import BODY
from zhitong.units.models import Unit

ADDRESS = "/review/compare/"
NEWS = "本报讯：" + BODY["problem"] + BODY["analysis"] + "记者将继续关注。"
OTHER = "稻田灌溉水渠淤塞严重，农户自己抽水成本高，希望水利部门清淤。" * 3


@pytest.fixture
def archive(house: House, drain: Any) -> House:
    """One indexed item of the unit."""
    house.submit(**BODY)
    drain()
    return house


def word(text: str) -> SimpleUploadedFile:
    document, file = Document(), io.BytesIO()
    for line in text.split("\n"):
        document.add_paragraph(line)
    document.save(file)
    return SimpleUploadedFile("报道.docx", file.getvalue())


def test_a_pasted_text_finds_its_like_in_the_archive_with_the_common_passages(archive: House) -> None:
    page = said(client(archive, archive.research).post(ADDRESS, {"title": "充电难", "text": NEWS}))
    assert "本单位有 1 篇相近" in page
    assert "改写" in page or "逐字相同" in page
    quoted = page.split("<mark>")[1].split("</mark>")[0]
    assert "物业不愿让出停车位" in quoted
    assert "本报讯" not in quoted
    assert f"/items/{Item.objects.get().uuid}/" in page
    assert "百分数是其中逐字相同的部分" in page
    nothing = said(client(archive, archive.research).post(ADDRESS, {"text": OTHER}))
    assert "本单位没有相近的" in nothing
    assert "百分数" not in nothing
    assert Item.objects.count() == 1


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_files_of_text_are_read_in_both_encodings(archive: House, encoding: str) -> None:
    file = SimpleUploadedFile("报道.txt", NEWS.encode(encoding))
    assert "本单位有 1 篇相近" in said(client(archive, archive.research).post(ADDRESS, {"file": file}))


def test_a_word_file_is_read(archive: House) -> None:
    assert "本单位有 1 篇相近" in said(client(archive, archive.research).post(ADDRESS, {"file": word(NEWS)}))


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"text": ""}, "请粘贴正文，或者上传一个文件"),
        ({"text": "充电难"}, "文字太少"),
        ({"file": SimpleUploadedFile("报道.pdf", b"%PDF-1.4")}, "只收 Word（.docx）和文本（.txt）"),
        ({"file": SimpleUploadedFile("报道.docx", b"not a word file")}, "内容不是Word文件"),
        ({"file": SimpleUploadedFile("报道.txt", b"\x00\x01\x02")}, "内容不是文本文件"),
        ({"file": word("")}, "读不出文字"),
    ],
)
def test_what_cannot_be_compared_is_refused_with_the_reason_and_the_title_is_kept(
    archive: House, sent: dict[str, Any], message: str
) -> None:
    if file := sent.get("file"):
        file.seek(0)
    answer = client(archive, archive.research).post(ADDRESS, {"title": "充电桩的报道", **sent})
    assert answer.status_code == 422
    page = said(answer)
    assert message in page
    assert "充电桩的报道" in page
    assert ("文件要再选一次" in page) == ("file" in sent)


def test_one_of_text_and_file_is_needed(archive: House) -> None:
    page = said(client(archive, archive.research).get(ADDRESS))
    assert re.findall(r"<label[^>]*>([^<]+)<span class=.opt.>可不填", page) == ["标题", "或者上传文件"]


def test_only_who_may_search_the_archive_compares_and_another_unit_reads_the_unit_alone(
    archive: House, city: Unit
) -> None:
    assert client(archive, archive.author).get(ADDRESS).status_code == 403
    clerk = client_for(make_user(city, "lin", roles=["clerk"]), city)
    page = said(clerk.post(ADDRESS, {"title": "充电难", "text": NEWS}))
    assert "本单位没有相近的" in page
    assert f"全省另有 1 个单位反映了大致相同的情况：{archive.unit.short_name}" in page
    assert "梁晓岚" not in page
