"""Pages of rule sets, what-ifs and manual entries: what they show, take and refuse."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from tests.factories import make_user
from tests.platform.ranking.histories import full_way, new_item, outcome, publish, recompute, send_up
from tests.platform.ranking.test_rule_sets import FLAT, TODAY, YEAR, in_force
from zhitong.people.models import Person
from zhitong.ranking import operations
from zhitong.ranking.models import LedgerEntry, ManualEntry, RuleSet, RuleSetVersion, Standing, Trial
from zhitong.ranking.operations import trials
from zhitong.ranking.scoring.presets import FOLDER
from zhitong.units.models import Unit

pytestmark = pytest.mark.django_db
Visit = Callable[[Unit, str], Client]
SOURCE = FLAT.format(code="T", points=10, subject="unit")
DEARER = FLAT.format(code="T", points=12, subject="unit")


@pytest.fixture
def visit(client_for: Any) -> Visit:
    def enter(unit: Unit, role: str) -> Client:
        client: Client = client_for(make_user(unit, role, name=f"{role}某", roles=[role]), unit)
        return client

    return enter


def words(page: Any) -> str:
    return re.sub(r"\s+", " ", page.content.decode())


def test_who_reads_and_who_changes(unit: Unit, province: Unit, stranger: Unit, visit: Visit) -> None:
    rules, own = in_force(province, code="P"), in_force(unit, code="N")
    reader, admin = visit(unit, "clerk"), visit(unit, "administrator")
    author, other = visit(unit, "author"), visit(stranger, "clerk")
    expected = {
        "/ranking/rules/": (200, 200, 403, 200),
        f"/ranking/rules/{rules.pk}/": (200, 200, 403, 200),
        f"/ranking/rules/{own.pk}/": (200, 200, 403, 404),
        f"/ranking/rules/{own.pk}/1.yaml": (200, 200, 403, 404),
        f"/ranking/rules/{own.pk}/edit/": (403, 200, 403, 403),
        f"/ranking/rules/{rules.pk}/edit/": (403, 403, 403, 403),
        "/ranking/rules/new/": (403, 200, 403, 403),
        "/ranking/rules/schema.json": (200, 200, 403, 200),
        "/ranking/rules/examples/H.yaml": (200, 200, 403, 200),
        "/ranking/rules/examples/Z.yaml": (404, 404, 403, 404),
        "/ranking/manual/": (200, 403, 403, 200),
    }
    for path, statuses in expected.items():
        assert tuple(client.get(path).status_code for client in (reader, admin, author, other)) == statuses, path


def test_the_list_names_purposes_and_what_is_in_force(unit: Unit, province: Unit, visit: Visit) -> None:
    in_force(province, code="P")
    in_force(unit, code="M", subject="person")
    page = words(visit(unit, "administrator").get("/ranking/rules/"))
    assert page.index("代号 M") < page.index("代号 P")
    assert "委员" in page
    assert f"第 1 版，自 {YEAR} 起施行" in page
    assert page.count("修订或试算") == 1


def test_all_faults_stand_at_their_lines_and_the_text_is_kept(unit: Unit, visit: Visit) -> None:
    admin = visit(unit, "administrator")
    wrong = SOURCE.replace("points: 10", "points: ten").replace("subject: unit", "subject: persn")
    answer = admin.post("/ranking/rules/new/", {"do": "publish", "source": wrong, "valid_from": str(YEAR)})
    page = words(answer)
    assert answer.status_code == 422
    assert "2 处要改" in page
    assert "第 5 行（subject）：subject：未知的词“persn”" in page
    assert "tables[1].lines[1].points" in page
    assert "points: ten" in page
    assert not RuleSet.objects.exists()


def test_a_file_is_taken_in_place_of_the_text(unit: Unit, visit: Visit) -> None:
    admin = visit(unit, "administrator")
    file = SimpleUploadedFile("g.yaml", (FOLDER / "G.yaml").read_bytes())
    page = words(admin.post("/ranking/rules/new/", {"do": "check", "source": "", "file": file}))
    assert "检查通过" in page
    assert "县级采用 2 项" in page
    broken = SimpleUploadedFile("g.yaml", "规则".encode("gbk"))
    answer = admin.post("/ranking/rules/new/", {"do": "check", "source": "我写了一半", "file": broken})
    assert answer.status_code == 422
    assert "UTF-8" in words(answer)
    assert "我写了一半" in words(answer)


def test_publishing_and_revising(unit: Unit, visit: Visit) -> None:
    admin = visit(unit, "administrator")
    first = {"do": "publish", "source": SOURCE, "valid_from": str(YEAR)}
    assert admin.post("/ranking/rules/new/", first).status_code == 302
    assert "已有这个代号" in words(admin.post("/ranking/rules/new/", first)).replace("已被使用", "已有这个代号")
    [rules] = RuleSet.objects.all()
    editor = f"/ranking/rules/{rules.pk}/edit/"
    page = words(admin.post(editor, {"do": "check", "source": DEARER}))
    assert "<ins>" in page
    assert "points: 12" in page
    other = DEARER.replace("code: T", "code: U")
    assert admin.post(editor, {"do": "check", "source": other}).status_code == 422
    early = admin.post(editor, {"do": "publish", "source": DEARER, "valid_from": str(YEAR)})
    assert early.status_code == 422
    assert "须晚于它" in words(early)
    if TODAY > YEAR:
        later = {"do": "publish", "source": DEARER, "valid_from": str(TODAY)}
        assert admin.post(editor, later).status_code == 302
        assert [version.number for version in RuleSetVersion.objects.order_by("number")] == [1, 2]
        page = words(admin.get(f"/ranking/rules/{rules.pk}/"))
        assert "和第 1 版不同的地方" in page
        assert "administrator某" in page


def test_a_small_what_if_is_there_at_once_and_changes_nothing(
    unit: Unit, stranger: Unit, city: Unit, province: Unit, visit: Visit
) -> None:
    rules = in_force(province)
    at_city = send_up(unit, new_item(unit, "南〔2026〕1号"), city, "佛〔2026〕1号")
    outcome(city, at_city)
    for number in range(2):
        above = send_up(stranger, new_item(stranger, f"禅〔2026〕{number}号"), city, f"佛〔2026〕9{number}号")
        outcome(city, above)
    recompute(rules)
    tried = SOURCE.replace(
        "    lines: [{key: any, name: 市级采用, points: 10}]",
        "    nth: {by: item, per: year}\n    lines: [{key: any, name: 首篇, nth: 1, points: 10},"
        " {key: more, name: 其余, nth: 2+, points: -4}]",
    )
    admin = visit(province, "administrator")
    answer = admin.post(f"/ranking/rules/{rules.pk}/edit/", {"do": "try", "source": tried, "year": TODAY.year})
    assert answer.status_code == 302, words(answer)
    # Now 10 and 20; then 10 for 南海, and 10 − 4 = 6 for 禅城: they change places.
    page = words(admin.get(answer.url))
    [trial] = Trial.objects.all()
    assert [(row["name"], row["before"], row["after"]) for row in trial.result] == [
        ("南海区政协", "10.0000", "10.0000"),
        ("禅城区政协", "20.0000", "6.0000"),
    ]
    assert "升 1" in page
    assert "降 1" in page
    risen = words(admin.get(f"{answer.url}?show=up"))
    assert "南海区政协" in risen
    assert "禅城区政协" not in risen
    assert Standing.objects.get(unit=stranger, month=0).points == 20
    assert recompute(rules) == []


def test_who_comes_into_a_ranking_or_leaves_it_has_not_kept_its_place(
    unit: Unit, city: Unit, province: Unit, visit: Visit
) -> None:
    rules = in_force(province)
    outcome(city, send_up(unit, new_item(unit, "南〔2026〕1号"), city, "佛〔2026〕1号"))
    recompute(rules)
    tried = SOURCE.replace("level: city", "level: province")
    admin = visit(province, "administrator")
    url = admin.post(f"/ranking/rules/{rules.pk}/edit/", {"do": "try", "source": tried, "year": TODAY.year}).url
    assert "南海区政协" not in words(admin.get(f"{url}?show=same"))
    left = words(admin.get(f"{url}?show=crossed"))
    assert "南海区政协" in left
    assert "不再参加排名" in left


def test_the_groups_of_a_what_if_have_names(unit: Unit, city: Unit, province: Unit, visit: Visit) -> None:
    rules = in_force(province)
    outcome(city, send_up(unit, new_item(unit, "南〔2026〕1号"), city, "佛〔2026〕1号"))
    grouped = SOURCE.replace("dated: adopted\n", "dated: adopted\ngroups: {by: [unit_kind, unit_level]}\n")
    admin = visit(province, "administrator")
    url = admin.post(f"/ranking/rules/{rules.pk}/edit/", {"do": "try", "source": grouped, "year": TODAY.year}).url
    page = words(admin.get(url))
    assert '<td data-label="分组">区县级政协</td>' in page
    assert "committee" not in page


def test_from_a_what_if_the_tried_text_is_written_on(unit: Unit, province: Unit, stranger: Unit, visit: Visit) -> None:
    rules, admin = in_force(province), visit(province, "administrator")
    for begun in (f"/ranking/rules/{rules.pk}/edit/", "/ranking/rules/new/"):
        tried = admin.post(begun, {"do": "try", "source": DEARER, "year": TODAY.year}).url
        [back] = re.findall(r'href="([^"]+)">回去修改', words(admin.get(tried)))
        assert back.startswith(begun)
        assert "points: 12" in words(admin.get(back))
    key = Trial.objects.exclude(rule_set=None).get().uuid
    for address in (
        f"/ranking/rules/new/?trial={key}",
        f"/ranking/rules/new/?trial={uuid4()}",
        "/ranking/rules/new/?trial=1",
    ):
        assert admin.get(address).status_code == 404
    assert visit(stranger, "administrator").get(f"/ranking/rules/new/?trial={key}").status_code == 404


def test_a_large_what_if_is_computed_by_the_worker_with_its_progress(
    unit: Unit, city: Unit, province: Unit, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trials, "AT_ONCE", 0)
    rules = in_force(province)
    outcome(city, send_up(unit, new_item(unit, "南〔2026〕1号"), city, "佛〔2026〕1号"))
    admin = visit(province, "administrator")
    url = admin.post(f"/ranking/rules/{rules.pk}/edit/", {"do": "try", "source": DEARER}).url
    waiting = words(admin.get(url))
    assert "等待计算，0%" in waiting
    assert 'hx-trigger="every 1s"' in waiting
    connection.set_schema_to_public()
    assert operations.compute_waiting() == 1
    assert operations.compute_waiting() == 0
    part = words(admin.get(url, headers={"HX-Request": "true"}))
    assert "<html" not in part
    assert "南海区政协" in part


def test_a_manual_entry_on_its_page(unit: Unit, province: Unit, visit: Visit) -> None:
    rules = in_force(province)
    clerk, leader = visit(province, "clerk"), visit(province, "leader")
    form = {
        "do": "propose", "rules": rules.pk, "unit": str(unit.uuid), "kind": "manual", "points": "2.5",
        "quantity": 1, "occurred_on": str(TODAY), "reason": "年度优秀信息",
    }  # fmt: skip
    wrong = clerk.post("/ranking/manual/", {**form, "points": ""})
    assert wrong.status_code == 422
    assert "年度优秀信息" in words(wrong)
    both = words(clerk.post("/ranking/manual/", {**form, "points": "", "reason": ""}))
    assert "请填写分值。" in both
    assert "请填写理由。" in both
    assert "请选择扣分事项。" in words(clerk.post("/ranking/manual/", {**form, "kind": "deduction"}))
    assert clerk.post("/ranking/manual/", form).status_code == 302
    late = {**form, "kind": "deduction", "points": "", "flag": "late", "quantity": 2, "reason": "两次迟报"}
    assert clerk.post("/ranking/manual/", late).status_code == 302
    points, deduction = ManualEntry.objects.order_by("pk")
    assert "您提出的" not in words(leader.get("/ranking/manual/"))
    assert "您提出的，要由另一个人批准" in words(clerk.get("/ranking/manual/"))
    assert clerk.post("/ranking/manual/", {"do": "approve", "entry": points.uuid}).status_code == 403
    refused = leader.post("/ranking/manual/", {"do": "refuse", "entry": deduction.uuid, "words": " "})
    assert refused.status_code == 422
    assert leader.post("/ranking/manual/", {"do": "approve", "entry": points.uuid}).status_code == 302
    no = {"do": "refuse", "entry": deduction.uuid, "words": "没有迟报"}
    assert leader.post("/ranking/manual/", no).status_code == 302
    assert leader.post("/ranking/manual/", no).status_code == 409
    recompute(rules)
    [line] = LedgerEntry.objects.all()
    assert line.points == Decimal("2.5")
    why = words(leader.get(f"/ranking/unit/{unit.uuid}/?rules={rules.pk}"))
    assert "年度优秀信息" in why
    assert "leader某批准" in why
    abroad = words(visit(unit, "clerk").get(f"/ranking/unit/{unit.uuid}/?rules={rules.pk}"))
    assert "年度优秀信息" in abroad
    assert "leader某" not in abroad
    assert clerk.post("/ranking/manual/", {"do": "reverse", "entry": points.uuid, "words": "重了"}).status_code == 302
    assert "冲正：南海区政协" in words(leader.get("/ranking/manual/"))


def test_rules_that_price_no_manual_entry_are_named_with_who_can_change_them(
    unit: Unit, province: Unit, visit: Visit
) -> None:
    rules = publish(province)
    form = {
        "do": "propose", "rules": rules.pk, "unit": str(unit.uuid), "kind": "manual", "points": "2",
        "quantity": 1, "occurred_on": str(TODAY), "reason": "年度优秀信息",
    }  # fmt: skip
    page = words(visit(province, "clerk").post("/ranking/manual/", form))
    assert f"《{rules.name}》没有给这类人工记分定分" in page
    assert "有“维护计分规则”权限的人可以在新版里加上" in page
    assert not ManualEntry.objects.exists()


def test_why_leads_to_the_journey_and_to_the_rule(unit: Unit, city: Unit, province: Unit, visit: Visit) -> None:
    rules = publish(province)
    item, _ = full_way(unit, city, province)
    recompute(rules)
    page = words(visit(unit, "clerk").get(f"/ranking/unit/{unit.uuid}/"))
    assert f'href="/items/{item}/journey/"' in page
    assert f'href="/ranking/rules/{rules.pk}/?version=1"' in page
    abroad = words(visit(province, "province_office").get(f"/ranking/unit/{unit.uuid}/"))
    assert f"/items/{item}/" not in abroad


def test_another_set_is_asked_for_by_name(unit: Unit, city: Unit, province: Unit, visit: Visit) -> None:
    publish(province)
    other = in_force(city, points=7)
    outcome(city, send_up(unit, new_item(unit, "南〔2026〕1号"), city, "佛〔2026〕1号"))
    recompute(other)
    clerk = visit(unit, "clerk")
    assert "市级采用 7" in words(clerk.get(f"/ranking/unit/{unit.uuid}/?rules={other.pk}"))
    assert "市级采用 7" not in words(clerk.get(f"/ranking/unit/{unit.uuid}/"))
    assert clerk.get(f"/ranking/unit/{unit.uuid}/?rules=99999").status_code == 404


def test_points_of_persons_stay_with_their_unit_and_the_owner_of_the_rules(
    unit: Unit, stranger: Unit, city: Unit, province: Unit, visit: Visit
) -> None:
    rules = in_force(city, subject="person")
    person = Person.objects.create(name="梁委员")
    authors = [{"person": str(person.uuid), "name": person.name}]
    outcome(city, send_up(unit, new_item(unit, "南〔2026〕1号", authors=authors), city, "佛〔2026〕1号"))
    recompute(rules)
    path = f"/ranking/unit/{unit.uuid}/?rules={rules.pk}"
    for reader in (visit(unit, "clerk"), visit(city, "clerk")):
        page = words(reader.get(path))
        assert "梁委员" in page
        assert "市级采用 10" in page
    assert visit(stranger, "clerk").get(path).status_code == 404
    assert visit(province, "province_office").get(path).status_code == 404


def test_the_new_page_begins_with_an_example(unit: Unit, visit: Visit) -> None:
    admin = visit(unit, "administrator")
    assert "季度基本分" in words(admin.get("/ranking/rules/new/?example=H"))
    assert str(TODAY) in words(admin.get("/ranking/rules/new/"))
