"""Pages of items: writing, autosave, merging, lists, texts, files; what each reader may open."""

import json
import re
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenants.accounts.models import User
from tenants.items import operations
from tenants.items.fields import AuthorInput
from tenants.items.models import EditionKind, Item, State
from tenants.items.texts import Texts
from tenants.review.operations import ensure_default_flow
from tests.factories import TEXT, make_draft, make_user
from zhitong.core.models import AuditEntry
from zhitong.core.operations import system
from zhitong.units.models import Unit

JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffdb004300") + bytes(200) + b"\xff\xd9"


@pytest.fixture
def author(unit: Unit) -> User:
    return make_user(unit, "liang", name="梁晓岚", groups=[("sector", "科技界")])


@pytest.fixture
def clerk(unit: Unit) -> User:
    return make_user(unit, "zhou", name="周敏", roles=["clerk"])


def stored(unit: Unit, item: Item) -> Item:
    with unit:
        return Item.objects.get(uuid=item.uuid)


def submitted(unit: Unit, user: User, **changes: Any) -> Item:
    item = make_draft(unit, user, **changes)
    with unit:
        return operations.register_submission(actor=user.actor, item=item)


def form_of(item: Item, **changes: Any) -> dict[str, Any]:
    return {"version": item.version, **TEXT, "urgency": "ordinary", "source": "original", **changes}


def test_opening_the_page_twice_makes_one_draft(unit: Unit, author: User, client_for: Any) -> None:
    client = client_for(author, unit)
    first, second = client.get("/items/new/"), client.get("/items/new/")
    assert first.status_code == 302
    assert first.url == second.url
    page = client.get(first.url)
    assert page.status_code == 200
    for word in ("情况反映", "原因分析", "意见建议", "严禁录入涉密内容", "还差 标题、情况反映、意见建议"):
        assert word in page.content.decode()


def test_autosave_answers_with_the_next_version(unit: Unit, author: User, client_for: Any) -> None:
    item = make_draft(unit, author)
    answer = client_for(author, unit).post(f"/items/{item.uuid}/autosave/", form_of(item, problem="新的"))
    assert answer.status_code == 200
    said = answer.json()
    assert said["version"] == 2
    assert "还没有情况反映" not in said["html"]["checks"]
    assert "新的" in said["html"]["sheet"]
    assert said["words"]["then"].startswith("下一步：")
    assert stored(unit, item).problem == "新的"


def test_a_late_autosave_shows_both_texts_and_loses_none(unit: Unit, author: User, client_for: Any) -> None:
    item = make_draft(unit, author)
    client = client_for(author, unit)
    client.post(f"/items/{item.uuid}/autosave/", form_of(item, problem="第一个窗口<b>"))
    late = client.post(f"/items/{item.uuid}/autosave/", form_of(item, problem="第二个窗口"))
    words = late.content.decode()
    assert late.status_code == 409
    assert re.search("<del>[^<]*一[^/]*</del>.*<ins>[^<]*二", words)
    assert "&lt;b&gt;</del>" in words
    assert stored(unit, item).problem == "第一个窗口<b>"
    kept = client.post(f"/items/{item.uuid}/edit/", form_of(item, problem="第二个窗口", merged=2, side_problem="mine"))
    assert kept.status_code == 302
    assert stored(unit, item).problem == "第二个窗口"


def test_two_windows_are_merged_section_by_section(unit: Unit, author: User, client_for: Any) -> None:
    item = make_draft(unit, author)
    client = client_for(author, unit)
    path = f"/items/{item.uuid}/edit/"
    marks = re.search('name="marks" value="([^"]+)"', client.get(path).content.decode())
    assert marks
    first = form_of(item, problem="甲改的情况", analysis="甲改的原因", category="民生保障")
    client.post(f"/items/{item.uuid}/autosave/", first)
    second = form_of(item, problem="乙改的情况", suggestions="乙改的建议", marks=marks[1])
    late = client.post(path, {**second, "action": "submit"})
    page = late.content.decode()
    assert late.status_code == 409
    assert re.search('name="side_problem" value="mine" checked', page)  # both changed it: one's own, unless told else
    assert re.search('name="side_analysis" value="theirs" checked', page)  # the other alone: sent along untouched
    assert "您没有改这一段" in page
    assert "side_suggestions" not in page  # one alone changed it: nothing to choose
    for words in ("<del>", "<ins>", "乙改的情况</textarea>", "乙改的建议</textarea>", f'value="{marks[1]}"'):
        assert words in page, words
    again = client.post(path, {**second, "action": "submit"})
    assert again.status_code == 409  # pressing the button again goes over nothing
    sides = {"side_problem": "theirs", "side_analysis": "theirs", "merged": 2}
    assert client.post(path, {**second, **sides}).status_code == 302
    found = stored(unit, item)
    assert (found.problem, found.analysis, found.suggestions) == ("甲改的情况", "甲改的原因", "乙改的建议")
    assert found.category == "民生保障"  # not touched in the second window


def test_a_merge_that_comes_too_late_again_is_shown_again(unit: Unit, author: User, client_for: Any) -> None:
    item = make_draft(unit, author)
    client = client_for(author, unit)
    client.post(f"/items/{item.uuid}/autosave/", form_of(item, problem="甲"))
    client.post(f"/items/{item.uuid}/autosave/", {**form_of(item, problem="丙"), "version": 2})
    late = client.post(f"/items/{item.uuid}/edit/", form_of(item, problem="乙", merged=2, side_problem="mine"))
    assert late.status_code == 409
    assert "丙" in late.content.decode()
    assert stored(unit, item).problem == "丙"
    bad = form_of(item, problem="乙\0", merged=3, side_problem="mine")
    refused = client.post(f"/items/{item.uuid}/edit/", bad)
    assert refused.status_code == 422
    assert 'name="side_problem" value="mine" checked' in refused.content.decode()
    assert stored(unit, item).problem == "丙"


def test_a_late_save_by_the_button_keeps_what_was_typed(unit: Unit, author: User, client_for: Any) -> None:
    item = make_draft(unit, author)
    client = client_for(author, unit)
    client.post(f"/items/{item.uuid}/autosave/", form_of(item, problem="甲"))
    late = client.post(f"/items/{item.uuid}/edit/", form_of(item, problem="乙乙", action="submit"))
    assert late.status_code == 409
    assert "乙乙</textarea>" in late.content.decode()
    assert "另一处" in late.content.decode()
    assert "刚才没有存上" in late.content.decode()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title": ""}, "请填写标题"),
        ({"suggestions": " "}, "请填写意见建议"),
        ({"title": "长" * 101}, "请删去 1 字"),
        ({"problem": "长" * 1501}, "请删去"),
        ({"problem": "有\0零"}, "U+0000"),
        ({"urgency": "??"}, "列表里没有这一项"),
    ],
)
def test_bad_input_names_the_field_and_keeps_the_text(
    unit: Unit, author: User, client_for: Any, changes: dict[str, str], words: str
) -> None:
    item = make_draft(unit, author)
    form = form_of(item, analysis="我写了很久的原因", action="submit", **changes)
    answer = client_for(author, unit).post(f"/items/{item.uuid}/edit/", form)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert "我写了很久的原因</textarea>" in page
    assert "Traceback" not in page
    assert stored(unit, item).state == State.DRAFT


def test_broken_bytes_and_huge_bodies_are_refused_in_words(unit: Unit, author: User, client_for: Any) -> None:
    item = make_draft(unit, author)
    client = client_for(author, unit)
    broken = client.post(
        f"/items/{item.uuid}/autosave/",
        b"version=1&problem=%ff%fe%ed%a0%80",
        content_type="application/x-www-form-urlencoded",
    )
    assert broken.status_code == 422
    assert list(broken.json()["fields"]) == ["problem"]
    huge = client.post(f"/items/{item.uuid}/edit/", form_of(item, problem="长" * 3_500_000))
    assert huge.status_code == 413
    assert "Traceback" not in huge.content.decode()
    assert stored(unit, item).problem == TEXT["problem"]


def test_submitting_hands_to_review_once(unit: Unit, author: User, client_for: Any) -> None:
    make_user(unit, "chushen", roles=["reviewer"], posts=["research"])
    with unit:
        ensure_default_flow(actor=system(unit.pk))
    item = make_draft(unit, author)
    client = client_for(author, unit)
    form = form_of(item, problem="提交前最后改的", action="submit")
    first = client.post(f"/items/{item.uuid}/edit/", form)
    assert first.status_code == 302, first.content.decode()[-3000:]
    assert client.post(f"/items/{item.uuid}/edit/", form).status_code == 302  # a repeated post is led on
    saved = stored(unit, item)
    assert (saved.state, saved.number, saved.problem) == (State.IN_REVIEW, 1, "提交前最后改的")


def test_signers_are_found_added_moved_and_removed(unit: Unit, author: User, client_for: Any) -> None:
    make_user(unit, "feng", name="冯雅琪")
    item = make_draft(unit, author)
    client = client_for(author, unit)
    url = f"/items/{item.uuid}/edit/"

    def press(**button: Any) -> list[str]:
        answer = client.post(url, {**form_of(stored(unit, item)), **button})
        assert answer.status_code == 302
        with unit:
            return list(item.authors.values_list("name", flat=True))

    def key(name: str) -> str:
        with unit:
            return str(item.authors.get(name=name).pk)

    found = client.post(url, {**form_of(item), "action": "find", "find": "雅琪"}, follow=True).content.decode()
    assert "冯雅琪" in found
    with unit:
        feng = User.objects.get(username="feng")
    assert press(add_author=feng.uuid) == ["梁晓岚", "冯雅琪"]
    assert press(move_up=key("冯雅琪")) == ["冯雅琪", "梁晓岚"]
    assert press(add_name="外请专家", outside_duty="某大学教授") == ["冯雅琪", "梁晓岚", "外请专家"]
    assert press(move_down=key("冯雅琪")) == ["梁晓岚", "冯雅琪", "外请专家"]
    assert press(move_down=key("外请专家")) == ["梁晓岚", "冯雅琪", "外请专家"]
    with unit:
        assert item.authors.get(name="外请专家").duty == "某大学教授"
    assert press(remove=key("外请专家")) == ["梁晓岚", "冯雅琪"]
    assert press(remove="99999999") == ["梁晓岚", "冯雅琪"]
    own = key("梁晓岚")
    assert client.post(url, {**form_of(stored(unit, item)), "remove": own}).status_code == 422
    assert client.post(url, {**form_of(stored(unit, item)), "add_author": "not-a-uuid"}).status_code == 404


def test_files_come_and_go_through_the_gate(
    unit: Unit, stranger: Unit, author: User, clerk: User, client_for: Any, settings: Any, tmp_path: Any
) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}},
    }
    item = make_draft(unit, author)
    client = client_for(author, unit)
    url = f"/items/{item.uuid}/edit/"
    good = SimpleUploadedFile("康复科 排队.jpg", JPEG)
    assert client.post(url, {**form_of(item), "file": good}).status_code == 302
    bad = client.post(url, {**form_of(item, problem="别丢"), "file": SimpleUploadedFile("a.pdf", JPEG)})
    assert bad.status_code == 422
    assert "内容不是PDF文件" in bad.content.decode()
    assert "别丢</textarea>" in bad.content.decode()
    with unit:
        file = item.attachments.get()
    path = f"/items/{item.uuid}/files/{file.uuid}/"
    assert client_for(clerk, unit).get(path).status_code == 404  # a draft's file is as hidden as the draft
    answer = client.get(path)
    assert b"".join(answer.streaming_content) == JPEG
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''%E5%BA%B7")
    assert (answer["X-Content-Type-Options"], answer["Cache-Control"]) == ("nosniff", "private, no-store")
    assert AuditEntry.objects.filter(action="documents.file.downloaded", object_id=str(item.uuid)).count() == 1
    neighbour = make_user(stranger, "chen", roles=["clerk"])
    assert client_for(neighbour, stranger).get(path).status_code == 404
    assert client.post(url, {**form_of(stored(unit, item)), "remove_file": str(file.uuid)}).status_code == 302
    assert client.get(path).status_code == 404


def test_one_file_at_a_time_answers_with_its_row(
    unit: Unit, author: User, clerk: User, client_for: Any, settings: Any, tmp_path: Any
) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}},
    }
    item = make_draft(unit, author)
    client, url = client_for(author, unit), f"/items/{item.uuid}/files/"
    taken = client.post(url, {"file": SimpleUploadedFile("排队<b>.jpg", JPEG)})
    assert taken.status_code == 201
    assert "已上传" in taken.json()["row"]
    assert "<b>排队b.jpg</b>" in taken.json()["row"]
    with unit:
        file = item.attachments.get()
    for wrong, words in (
        ({"file": SimpleUploadedFile("表.pdf", JPEG)}, "“表.pdf”没有收下：内容不是PDF"),
        ({}, "没有收到文件"),
    ):
        refused = client.post(url, wrong)
        assert refused.status_code == 422
        assert words in refused.json()["message"]
    assert client.get(url).status_code == 405
    remove = f"{url}{file.uuid}/remove/"
    for stranger in (clerk, make_user(unit, "other")):
        assert client_for(stranger, unit).post(url, {"file": SimpleUploadedFile("x.jpg", JPEG)}).status_code == 404
        assert client_for(stranger, unit).post(remove).status_code == 404
    assert client.get(remove).status_code == 405
    assert client.post(remove).status_code == 204
    assert client.post(remove).status_code == 404
    with unit:
        operations.register_submission(actor=author.actor, item=item)
    assert client.post(url, {"file": SimpleUploadedFile("x.jpg", JPEG)}).status_code == 409


def test_many_files_in_one_post_are_taken_one_by_one(
    unit: Unit, author: User, client_for: Any, settings: Any, tmp_path: Any
) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}},
    }
    item = make_draft(unit, author)
    files = [SimpleUploadedFile(name, JPEG) for name in ("甲.jpg", "乙.pdf", "丙.exe", "丁.jpg")]
    page = client_for(author, unit).post(
        f"/items/{item.uuid}/edit/", {**form_of(item, problem="新写的"), "file": files}
    )
    assert page.status_code == 422
    for words in ("“乙.pdf”没有收下：内容不是PDF", "“丙.exe”没有收下：不收这种文件", "新写的</textarea>"):
        assert words in page.content.decode()
    with unit:
        assert list(item.attachments.values_list("name", flat=True)) == ["甲.jpg", "丁.jpg"]
    # The text was saved before the files were looked at: what is typed next is no change made elsewhere.
    assert f'name="version" value="{stored(unit, item).version}"' in page.content.decode()


def test_drafts_are_deleted_by_their_writer(unit: Unit, author: User, clerk: User, client_for: Any) -> None:
    item = make_draft(unit, author)
    assert client_for(clerk, unit).post(f"/items/{item.uuid}/delete/").status_code == 404
    assert client_for(author, unit).get(f"/items/{item.uuid}/delete/").status_code == 405
    assert client_for(author, unit).post(f"/items/{item.uuid}/delete/").status_code == 302
    with unit:
        assert not Item.objects.exists()


def test_who_opens_what(unit: Unit, stranger: Unit, author: User, clerk: User, client_for: Any) -> None:
    item = submitted(unit, author)
    draft = make_draft(unit, author, title="草稿在手")
    other = make_user(unit, "nobody")
    neighbour = make_user(stranger, "chen", roles=["clerk"])

    def status(user: User | None, path: str, host: Unit = unit) -> int:
        return int(client_for(user, host).get(path).status_code)

    texts, edit = f"/items/{item.uuid}/texts/", f"/items/{draft.uuid}/edit/"
    assert [status(user, texts) for user in (author, clerk, other)] == [200, 200, 404]
    assert [status(user, edit) for user in (author, clerk, other)] == [200, 404, 404]
    assert [status(user, "/items/all/") for user in (author, clerk)] == [403, 200]
    assert status(neighbour, texts, stranger) == 404
    assert status(clerk, f"/items/{uuid4()}/texts/") == 404
    for path in ("/items/", "/items/all/", "/items/new/", texts, edit):
        assert status(None, path) == 302
    assert "草稿在手" not in client_for(clerk, unit).get("/items/all/").content.decode()
    assert "草稿在手" in client_for(author, unit).get("/items/").content.decode()


@pytest.mark.parametrize("path", ["/items/", "/items/all/"])
def test_a_longer_list_costs_no_more_queries(unit: Unit, author: User, clerk: User, client_for: Any, path: str) -> None:
    reader = author if path == "/items/" else clerk
    client = client_for(reader, unit)
    submitted(unit, author)

    def cost() -> int:
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    one = cost()
    for number in range(2):
        submitted(unit, author, title=f"又一篇 {number}")
    assert cost() == one


def test_the_unit_list_filters_sorts_and_pages(unit: Unit, author: User, clerk: User, client_for: Any) -> None:
    for number in range(23):
        submitted(unit, author, title=f"第{number:02}篇", urgency="urgent" if number == 3 else "ordinary")
    client = client_for(clerk, unit)

    def titles(query: str) -> list[str]:
        return [row.name for row in client.get(f"/items/all/?{query}").context["rows"]]

    first = client.get("/items/all/?sort=title")
    assert [row.name for row in first.context["rows"]] == [f"第{n:02}篇" for n in range(20)]
    assert first.context["page"].total == 23
    after = first.context["page"].next_cursor
    assert titles(f"sort=title&after={after}") == ["第20篇", "第21篇", "第22篇"]
    newest = client.get("/items/all/")
    rest = titles(f"after={newest.context['page'].next_cursor}")
    assert sorted([row.name for row in newest.context["rows"]] + rest) == [f"第{n:02}篇" for n in range(23)]
    assert titles("urgency=urgent") == ["第03篇"]
    assert titles("q=07") == ["第07篇"]
    assert len(titles("q=梁晓岚")) == 20
    assert titles("state=declined") == []
    assert len(titles("state=made-up&year=x&sort=drop&after=junk")) == 20


def test_texts_stand_side_by_side_and_compared(unit: Unit, author: User, clerk: User, client_for: Any) -> None:
    item = submitted(unit, author)
    with unit:
        operations.add_edition(
            actor=clerk.actor,
            item=item,
            kind=EditionKind.EDITED,
            texts=Texts(TEXT["title"], TEXT["problem"].replace("不足", "缺口较大"), "", TEXT["suggestions"]),
        )
    client = client_for(clerk, unit)
    side = client.get(f"/items/{item.uuid}/texts/").content.decode()
    assert "原稿" in side
    assert "缺口较大" in side
    diff = client.get(f"/items/{item.uuid}/texts/?view=diff").content.decode()
    assert "<ins>缺口较大</ins>" in diff.replace("\n", "")
    assert "<del>不足</del>" in diff.replace("\n", "")


def test_co_signers_see_it_in_their_own_list(unit: Unit, author: User, client_for: Any) -> None:
    signer = make_user(unit, "feng", name="冯雅琪")
    item = make_draft(unit, author)
    with unit:
        names = [AuthorInput(user=author.uuid), AuthorInput(user=signer.uuid)]
        operations.set_authors(actor=author.actor, item_uuid=item.uuid, version=1, authors=names)
    assert TEXT["title"] not in client_for(signer, unit).get("/items/").content.decode()
    with unit:
        operations.register_submission(actor=author.actor, item=item)
    assert TEXT["title"] in client_for(signer, unit).get("/items/").content.decode()


def test_autosave_says_what_is_wrong_in_json(unit: Unit, author: User, client_for: Any) -> None:
    item = make_draft(unit, author)
    answer = client_for(author, unit).post(f"/items/{item.uuid}/autosave/", form_of(item, remark="长" * 201))
    assert answer.status_code == 422
    assert json.loads(answer.content)["fields"]["remark"] == ["共 201 字，最多 200 字。"]
