"""The review sheet: what it says in each situation, that both files say it, who gets them."""

from datetime import timedelta
from io import BytesIO
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from docx import Document
from pypdf import PdfReader

from tenants.accounts.models import Group, User
from tenants.review import operations as review
from tenants.review import sheets
from tenants.review.models import Run
from tenants.review.operations import Addressees, Outsider
from tenants.review.queries.questions import PURPOSE
from tenants.review.sheets import Sheet
from tests.factories import client_for, make_user
from tests.tenants.review.conftest import House, pass_as, task_of
from zhitong.core import clock, links
from zhitong.core.models import AuditEntry
from zhitong.core.operations import system

BUREAU = Outsider("区住建局", "王建国", "13800138000")


def sheet(house: House, run: Run) -> Sheet:
    return sheets.sheet_of(run, house.unit, reader="周敏")


def words_of_pdf(content: bytes) -> str:
    return "".join("".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())


def words_of_docx(content: bytes) -> str:
    file = Document(BytesIO(content))
    cells = [cell.text for table in file.tables for row in table.rows for cell in row.cells]
    return "".join("".join([*(paragraph.text for paragraph in file.paragraphs), *cells]).split())


def ask(user: User, run: Run, *, kind: str = "verify", words: str = "数量属实吗", **to: Any) -> review.Questions:
    return review.ask_questions(
        actor=user.actor, task_uuid=task_of(user, run).uuid, words=words, kind=kind, to=Addressees(**to)
    )


def everything(house: House) -> Run:
    """A run with a returned and a taken back decision, a stand-in, checks, answers from outside, opinions."""
    make_user(house.unit, "qu", name="区嘉豪", roles=["author"], groups=[("committee", "经济委")])
    make_user(house.unit, "mo", name="莫青", roles=["author"], groups=[("committee", "社会委")])
    house.publish(
        {"posts": ["research"], "name": "研究室编审", "limit_days": 2, "checklist": "writing"},
        {"posts": ["secretary"], "name": "秘书长审签", "limit_days": 2},
        {"posts": ["chair"], "name": "主席签发"},
    )
    run = house.submit(urgency="important")
    research, secretary = house.research, house.secretary
    asked = ask(research, run, outside=[BUREAU])
    [(question, issued)] = asked.links
    link = links.unlock(purpose=PURPOSE, token=issued.token, code=issued.code)
    review.answer_outside(actor=system(house.unit.pk, question.addressee), link=link, words="共 12 处，属实")
    groups = list(Group.objects.order_by("pk").values_list("pk", flat=True))
    ask(research, run, kind="opinion", words="是否同意上报", groups=groups)
    for username, opinion in (("qu", "同意"), ("mo", "补充数据后同意")):
        holder = User.objects.get(username=username)
        review.answer(actor=holder.actor, task_uuid=task_of(holder, run).uuid, words=opinion)
    lines = ("problem", "cause", "remedy", "no_merits", "no_experience", "no_practice")
    checks: dict[str, Any] = {line: {"ok": True} for line in lines}
    checks["cause"] = {"ok": False, "note": "原因写得太短"}
    pass_as(research, run, comment="两委同意，已补充数据", checks=checks)
    today = clock.today()
    review.take_back(actor=research.actor, run_uuid=run.uuid, reason="再看一遍")
    pass_as(research, run, comment="两委同意，已核数据")
    review.set_absence(actor=secretary.actor, user=secretary, stand_in=house.chair, away_from=today, away_through=today)
    review.decide_return(
        actor=house.chair.actor, task_uuid=task_of(house.chair, run).uuid, reason="数据请注明来源", to="s1"
    )
    return run


def test_the_sheet_tells_every_step_with_who_and_in_whose_stead(house: House) -> None:
    made = sheet(house, everything(house))
    facts = dict(made.facts)
    assert made.title == "南海区政协社情民意信息审签单"
    assert (facts["反映人"], facts["紧急程度"], facts["所用流程"]) == ("梁晓岚", "重要", "试验流程，第 2 版")
    first, second, third = made.steps
    assert [(line.post, line.name, line.what, line.undone) for line in first.lines] == [
        ("研究室", "周敏", "通过（已收回）", True),
        ("研究室", "周敏", "通过", False),
        ("研究室", "周敏", "待办", False),
    ]
    assert [(line.name, line.what, line.words) for line in second.lines] == [
        ("陈立（代何静）", "退回：研究室编审", "数据请注明来源")
    ]
    assert third.lines == []
    assert made.chain == [("研究室编审", "在办"), ("秘书长审签", "已办"), ("主席签发", "未到")]
    [checks] = first.checks
    assert (checks.name, checks.by) == ("三写三不写", "周敏")
    assert checks.lines[1] == ("写明了原因分析", "不符合", "原因写得太短")
    assert [(one.whose, one.words, one.by) for one in made.verified] == [
        ("区住建局 王建国", "共 12 处，属实", "区住建局 王建国")
    ]
    assert [(one.whose, one.words) for one in made.opinions] == [("经济委", "同意"), ("社会委", "补充数据后同意")]
    assert [one.words for one in made.collated] == ["两委同意，已核数据"]


def test_both_files_say_everything(house: House) -> None:
    made = sheet(house, everything(house))
    said = [made.title, made.flow, *(value for _, value in made.facts)]
    said += [part for step in made.steps for line in step.lines for part in (line.name, line.words, line.when)]
    said += [part for step in made.steps for checks in step.checks for line in checks.lines for part in line]
    said += [part for one in [*made.verified, *made.opinions, *made.collated] for part in (one.words, one.by, one.when)]
    pdf, docx = words_of_pdf(sheets.pdf_of(made)), words_of_docx(sheets.docx_of(made))
    for words in said:
        assert "".join(words.split()) in pdf, words
        assert "".join(words.split()) in docx, words


def test_the_readers_mark_lies_over_every_page(house: House) -> None:
    run = house.submit(title="关于" + "很长的标题" * 15 + "的建议")
    for n in range(30):
        review.comment(actor=house.research.actor, run_uuid=run.uuid, words=f"第 {n} 次")
    pass_as(house.research, run, comment="长" * 500)
    made = sheet(house, run)
    pages = PdfReader(BytesIO(sheets.pdf_of(made))).pages
    mark = f"周敏 {made.printed_at}".replace(" ", "")
    assert all("".join(page.extract_text().split()).count(mark) >= 10 for page in pages)
    file = Document(BytesIO(sheets.docx_of(made)))
    assert f'string="周敏 {made.printed_at}"' in file.sections[0].header._element.xml


def test_a_sheet_of_a_run_that_nobody_has_touched(house: House) -> None:
    made = sheet(house, house.submit())
    assert [[(line.name, line.what) for line in step.lines] for step in made.steps] == [[("周敏", "待办")]]
    assert (made.verified, made.opinions, made.collated) == ([], [], [])
    house.publish({"posts": ["vice_chair"], "on_empty": "skip"}, {"posts": ["research"]})
    made = sheet(house, house.submit(title="另一件事的建议"))
    assert made.chain == [("第1步", "跳过"), ("第2步", "在办")]
    assert [line.what for line in made.steps[0].lines] == ["跳过"]
    for content in (words_of_pdf(sheets.pdf_of(made)), words_of_docx(sheets.docx_of(made))):
        assert "岗位空缺" in content


def test_a_joint_step_shows_its_committees_and_the_collated_opinion(house: House) -> None:
    make_user(house.unit, "qu", name="区嘉豪", roles=["author"], groups=[("committee", "经济委")])
    committee = {"kind": "group", "group_kind": "committee", "name": "经济委"}
    house.publish({"who": [committee], "mode": "joint", "collator": [{"kind": "post", "post": "research"}]})
    run = house.submit()
    qu = User.objects.get(username="qu")
    review.answer(actor=qu.actor, task_uuid=task_of(qu, run).uuid, words="同意")
    pass_as(house.research, run, comment="经济委同意")
    made = sheet(house, run)
    assert [(one.whose, one.words, one.by) for one in made.opinions] == [("经济委", "同意", "区嘉豪")]
    assert [(one.words, one.by) for one in made.collated] == [("经济委同意", "研究室 周敏")]
    assert dict(made.facts)["办理情况"] == "审核，已通过"


def test_an_unanswered_question_says_how_it_stands(house: House) -> None:
    run = house.submit()
    ask(house.research, run, outside=[BUREAU], posts=["secretary"])
    pass_as(house.research, run)
    made = sheet(house, run)
    assert [(one.whose, one.words, one.by) for one in made.verified] == [
        ("秘书长", "", "未等回复已办理"),
        ("区住建局 王建国", "", "未等回复已办理"),
    ]


def test_a_clearance_shows_only_what_its_destination_adds(house: House) -> None:
    province = [{"field": "destination", "in": ["province"]}]
    house.publish({"posts": ["research"]}, {"posts": ["chair"], "when": province, "name": "主席签批"})
    run = house.submit()
    pass_as(house.research, run)
    clearance = review.ask_clearance(actor=house.research.actor, item_uuid=run.item.uuid, destinations=["province"])
    made = sheet(house, clearance)
    assert made.chain == [("主席签批", "在办")]
    assert dict(made.facts)["拟报送"] == "报省级"


def test_twenty_steps_cost_the_queries_of_one(house: House) -> None:
    short = house.submit()
    with CaptureQueriesContext(connection) as few:
        sheet(house, short)
    house.publish(*({"posts": ["research"], "name": f"第 {n} 关"} for n in range(20)))
    long = house.submit(title="另一件事的建议")
    with clock.at(clock.now() + timedelta(hours=1)):
        for n in range(20):
            pass_as(house.research, long, comment=f"第 {n} 次通过，没有意见。")
    with CaptureQueriesContext(connection) as many:
        made = sheet(house, long)
    assert len(many) == len(few)
    assert len(made.steps) == 20
    assert "第19次通过" in words_of_pdf(sheets.pdf_of(made))
    assert "第19次通过" in words_of_docx(sheets.docx_of(made))


def test_who_gets_the_sheet_and_that_it_is_logged(house: House) -> None:
    lin = make_user(house.unit, "lin", name="林岚", roles=["reviewer"])
    run = house.submit()
    review.copy_to(actor=house.research.actor, task_uuid=task_of(house.research, run).uuid, who=[lin.uuid])
    expected = {house.research: 200, lin: 200, house.chair: 200, house.author: 404, house.admin: 404}
    for user, status in expected.items():
        client = client_for(user, house.unit)
        for extension in ("pdf", "docx"):
            answer = client.get(f"/review/runs/{run.uuid}/sheet.{extension}")
            assert answer.status_code == status, (user.username, extension)
    answer = client_for(lin, house.unit).get(f"/review/runs/{run.uuid}/sheet.pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    logged = AuditEntry.objects.filter(unit_key=house.unit.pk, action="documents.file.downloaded")
    assert (logged.count(), logged.latest("seq").actor_label) == (7, "林岚")
    for junk in ("xlsx", "pdf.exe", "%00"):
        assert client_for(lin, house.unit).get(f"/review/runs/{run.uuid}/sheet.{junk}").status_code == 404
