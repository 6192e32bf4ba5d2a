"""Every address that takes words, with a form that is right."""

from datetime import date, timedelta
from io import StringIO
from uuid import uuid4

from django.core.management import call_command

from tenants.accounts import operations as accounts
from tenants.accounts.models import Holding, User
from tenants.circulars import operations as circulars
from tenants.desk import merging
from tenants.desk import operations as desk
from tenants.desk.queries import Pick
from tenants.items import operations as items
from tenants.items.fields import AuthorInput
from tenants.items.models import Item
from tenants.papers import operations as papers
from tenants.review import operations as review
from tenants.review.models import Task
from tests.factories import PASSWORD, TEXT, client_for, make_draft, make_user, public_client
from tests.leaks.duties_places import duties_places
from tests.leaks.handling_places import handling_places
from tests.leaks.place import KEPT, Place
from zhitong.core import clock
from zhitong.core.operations import system
from zhitong.core.workday_table import set_days
from zhitong.exchange import operations as exchange
from zhitong.exchange.models import Audience, Event, EventKind, PaperKind
from zhitong.exchange.operations import NewPaper
from zhitong.people import operations as people
from zhitong.ranking.operations import publish_rules
from zhitong.ranking.periods import Period
from zhitong.ranking.scoring.presets import FOLDER
from zhitong.units.models import RouteKind, Unit
from zhitong.units.operations import open_route
from zhitong.units.queries import destinations


def places_of(unit: Unit, city: Unit) -> dict[str, Place]:
    """Return the places by name, each with an item or account in the right state behind it."""
    return {
        **_places_of_items(unit, city),
        **_places_of_people(unit),
        **_places_between(unit, city),
        **_places_of_flows(unit),
        **_places_of_operators(city),
        **_places_of_asides(unit),
        **_places_of_merging(unit),
        **handling_places(unit, city),
        **_places_of_papers(unit),
        **_places_of_rules(unit),
        **_places_of_circulars(unit),
        **duties_places(unit),
    }


def _places_of_items(unit: Unit, city: Unit) -> dict[str, Place]:
    for one in (unit, city):
        with one:
            review.ensure_default_flow(actor=system(one.pk))
    author = make_user(unit, "liang", name="梁晓岚")
    reviewer = make_user(unit, "he", roles=["reviewer"], posts=["research"])
    clerk = make_user(unit, "zhou", roles=["clerk"])
    city_clerk = make_user(city, "lin", roles=["clerk"], posts=["research"])
    draft = make_draft(unit, author, title="草稿", analysis=KEPT)
    saved = {"version": draft.version, **TEXT, "title": "草稿", "analysis": KEPT, "urgency": "ordinary"}
    waiting, done = (make_draft(unit, author, title=title) for title in ("在审的", "签发的"))
    co_author = make_user(unit, "feng2", name="冯雅琪")
    with unit:
        signers = [AuthorInput(user=one.uuid) for one in (author, co_author)]
        waiting = items.set_authors(
            actor=author.actor, item_uuid=waiting.uuid, version=waiting.version, authors=signers
        )
        task = Task.objects.get(run=review.submit(actor=author.actor, item_uuid=waiting.uuid, version=waiting.version))
        run_uuid = task.run.uuid
        last = Task.objects.get(run=review.submit(actor=author.actor, item_uuid=done.uuid, version=done.version))
        review.decide_pass(actor=reviewer.actor, task_uuid=last.uuid)
        for item in (waiting, done):
            item.refresh_from_db()
        up = [way.key for way in destinations(unit, clock.today()) if way.unit == city]
        [sent] = desk.send(actor=clerk.actor, item_uuid=done.uuid, version=done.version, to=up)
    adopted = Event.objects.get(unit=unit, kind=EventKind.ADOPTED)
    writing = {**saved, "remark": "急"}
    edited = {"version": waiting.version, **{n: TEXT[n] for n in ("title", "problem", "suggestions")}, "analysis": KEPT}
    outcome = {"kind": "instruction", "occurred_on": f"{clock.today()}", "leader": KEPT, "leader_rank": "city",
               "visibility": "fact", "words": "阅"}  # fmt: skip
    a, r, c = (client_for(user, unit) for user in (author, reviewer, clerk))
    edit, decide = f"/items/{draft.uuid}/edit/", f"/review/tasks/{task.uuid}/decide/"
    act, outcomes = f"/inbox/{sent.uuid}/act/", f"/items/{done.uuid}/outcomes/"
    asks, city_client = "review:decide", client_for(city_clerk, city)
    return {
        "autosave": Place("items:autosave", a, f"/items/{draft.uuid}/autosave/", writing, "problem", "情况反映"),
        "save": Place("items:edit", a, edit, writing, "remark", "备注", "analysis", empty_is_fine=True),
        "submit": Place("items:edit", a, edit, {**writing, "action": "submit"}, "problem", "情况反映", "analysis"),
        "signer": Place("items:edit", a, edit, {**saved, "add_name": "刘洋"}, "add_name", "姓名", "analysis"),
        "edited text": Place(
            "review:edit", r, f"/review/tasks/{task.uuid}/text/", edited, "problem", "情况反映", "analysis"
        ),
        "return": Place(asks, r, decide, {"verb": "return", "reason": "补数据"}, "reason", "理由"),
        "decline": Place(asks, r, decide, {"verb": "decline", "reason": "重复"}, "reason", "理由"),
        "comment": Place(
            asks, r, decide, {"verb": "pass", "reason": "好", "mode": "single"}, "reason", "意见", empty_is_fine=True
        ),
        "recall": Place("review:recall", a, f"/review/recall/{waiting.uuid}/", {"reason": "重写"}, "reason", "撤回"),
        "declining to sign": Place(
            "items:sign", client_for(co_author, unit), f"/items/{waiting.uuid}/sign/",
            {"answer": "decline", "reason": "没有参加调研"}, "reason", "理由",
        ),
        "remark": Place(
            "review:run_act", r, f"/review/runs/{run_uuid}/act/", {"verb": "comment", "reason": "请留意"},
            "reason", "意见",
        ),
        "batch": Place(
            "review:batch", r, "/review/batch/",
            {"verb": "return", "task": f"{task.uuid}", "confirm": "1", "reason": "补数据"}, "reason", "理由",
        ),
        "filter": Place(
            "review:filter_save", r, "/review/filters/", {"name": "急件", "query": "tab=mine"}, "name", "名称"
        ),
        "outside text": Place(
            "review:compare", r, "/review/compare/", {"title": "加装电梯", "text": "小区加装电梯以后没有人维护。" * 3},
            "text", "正文", "title",
        ),
        "phrase": Place("review:phrases", r, "/review/phrases/", {"text": "请注明来源"}, "text", "常用语"),
        "inbox": Place("desk:act", city_client, act, {"verb": "return", "reason": "补数据"}, "reason", "理由"),
        "outcome": Place(
            "desk:outcome", c, outcomes, outcome, "words", "批示或答复内容", "leader", empty_is_fine=True
        ),
        "correction": Place(
            "desk:reverse", c, f"/outcomes/{adopted.uuid}/reverse/", {"reason": "登错了"}, "reason", "冲正的理由"
        ),
        "api": Place(
            "api:items", a, "/api/v1/items/", {"title": "接口"}, "problem", "problem", is_json=True, empty_is_fine=True
        ),
    }  # fmt: skip


def _places_of_merging(unit: Unit) -> dict[str, Place]:
    """Merging two reports, and taking apart what was merged."""
    clerk = make_user(unit, "sumei", name="苏梅", roles=["clerk"])
    with unit:
        author = User.objects.get(username="liang")
    picks = []
    for title in ("一并办的甲", "一并办的乙", "一并办的丙", "一并办的丁"):
        item = make_draft(unit, author, title=title)
        with unit:
            review.submit(actor=author.actor, item_uuid=item.uuid, version=item.version)
        picks.append(Pick(item.uuid))
    with unit:
        merged = merging.merge(actor=clerk.actor, picks=picks[:2], title="综合的")
    client, chosen = client_for(clerk, unit), [f"i:{pick.uuid}" for pick in picks[2:]]
    return {
        "merging": Place(
            "desk:merge", client, "/merge/", {"pick": chosen, "title": "又综合的", "verb": "merge"}, "title",
            "综合稿的标题",
        ),
        "taking apart": Place(
            "desk:sources_act", client, f"/items/{merged.uuid}/sources/act/", {"reason": "分开办"}, "reason", "理由"
        ),
    }  # fmt: skip


def _places_of_papers(unit: Unit) -> dict[str, Place]:
    """A call to the unit's own people, and taking one back."""
    clerk = make_user(unit, "luolan", name="罗兰", roles=["clerk"])
    due = clock.today() + timedelta(days=9)
    new = NewPaper(uuid4(), PaperKind.CALL, "要撤回的约稿", "请反映。", due_on=due, audience=Audience.ALL)
    with unit:
        papers.publish(actor=clerk.actor, new=new)
    call = {
        "token": f"{uuid4()}", "kind": "call", "title": "约稿", "body": KEPT, "due_on": f"{due}", "audience": "all",
    }  # fmt: skip
    client, path = client_for(clerk, unit), "/papers/out/new/"
    return {
        "call": Place("papers:new", client, path, call, "title", "标题", "body"),
        "text of a call": Place("papers:new", client, path, {**call, "title": KEPT}, "body", "正文", "title"),
        "taking a call back": Place(
            "papers:withdraw", client, f"/papers/out/{new.uuid}/withdraw/", {"reason": "另行通知"}, "reason", "理由"
        ),
    }


def _places_of_circulars(unit: Unit) -> dict[str, Place]:
    """The text of a circular under the clerk's hand."""
    clerk = make_user(unit, "tongbao", name="童宝", roles=["clerk"])
    with unit:
        begun = circulars.begin(actor=clerk.actor, when=Period.of_quarter(clock.today().year - 1, 1))
    form = {
        "version": begun.item.version, "title": begun.item.title, "problem": "情况。", "analysis": KEPT,
        "suggestions": "请核对。",
    }  # fmt: skip
    return {
        "circular": Place(
            "circulars:edit", client_for(clerk, unit), f"/circulars/{begun.uuid}/edit/", form, "problem", "总体情况",
            "analysis", empty_is_fine=True,
        )
    }  # fmt: skip


def _places_of_rules(unit: Unit) -> dict[str, Place]:
    """A new rule set, a new version of one, and points by hand."""
    admin, clerk = (make_user(unit, name, roles=[role]) for name, role in (("gui", "administrator"), ("ji", "clerk")))
    source = (FOLDER / "A.yaml").read_text(encoding="utf-8").replace("code: A", "code: own")
    by_hand = (
        "\n  - {key: hand, name: 人工记分, when: {kind: manual}, lines: [{key: any, name: 加分, points: event}]}\n"
    )
    source = source.rstrip() + by_hand
    today = clock.today()
    with unit:
        version = publish_rules(
            actor=system(unit.pk), owner=unit, code="own", source=source, valid_from=today.replace(day=1)
        )
    rules = version.rule_set
    a, c = client_for(admin, unit), client_for(clerk, unit)
    entry = {"do": "propose", "rules": rules.pk, "unit": str(unit.uuid), "kind": "manual", "points": "2",
             "quantity": 1, "occurred_on": f"{today}", "reason": KEPT}  # fmt: skip
    tried = {"do": "try", "source": source, "year": today.year}
    label = "规则全文（YAML）"
    return {
        "new rules": Place("ranking:rules_new", a, "/ranking/rules/new/", tried, "source", label),
        "revised rules": Place("ranking:rules_edit", a, f"/ranking/rules/{rules.pk}/edit/", tried, "source", label),
        "term": Place(
            "ranking:terms",
            a,
            "/ranking/terms/",
            {"name": KEPT, "first": "2021-01-05", "last": "2026-01-04"},
            "name",
            "哪一届",
        ),
        "points by hand": Place("ranking:manual", c, "/ranking/manual/", entry, "reason", "理由"),
    }


def _places_of_asides(unit: Unit) -> dict[str, Place]:
    """Questions with their link, remarks, and writing in turns: beside an item in review, and on a draft."""
    with unit:
        author, asker = (User.objects.get(username=name) for name in ("liang", "he"))
    asked = make_user(unit, "qu", name="区嘉豪")
    passage, runs = TEXT["problem"][:10], []
    for title in ("要核实的", "接力写的"):
        item = make_draft(unit, author, title=title)
        with unit:
            runs.append(review.submit(actor=author.actor, item_uuid=item.uuid, version=item.version))
    draft = make_draft(unit, author, title="要交出的", analysis=KEPT)
    with unit:
        verified, written = (Task.objects.get(run=run) for run in runs)
        [(question, issued)] = review.ask_questions(
            actor=asker.actor,
            task_uuid=verified.uuid,
            words="充电桩有多少",
            to=review.Addressees(outside=[review.Outsider("区住建局", "王建国", "13912345678")]),
        ).links
        remark = review.write_remark(
            actor=asker.actor, run_uuid=runs[0].uuid, quote=passage, words="几个小区？", for_authors=True
        )
        review.relay(actor=asker.actor, task_uuid=written.uuid, who=author.uuid, reason="请补数据")
        writing = Task.objects.get(run=runs[1], holder=author)
        version = writing.run.item.version
    a, r, outside = client_for(author, unit), client_for(asker, unit), client_for(None, unit)
    link = f"/review/answer/{issued.token}/"
    outside.post(link, {"code": issued.code})  # the first opening is written down, later ones are not
    asking = {
        "action": "ask",
        "kind": "verify",
        "words": "属实吗",
        "users": f"{asked.uuid}",
        "passage": KEPT,
        "days": "7",
    }
    quoting, remarks = {"quote": passage, "words": KEPT}, f"/review/runs/{runs[0].uuid}/remarks/"
    texts = {"version": version, **{n: TEXT[n] for n in ("title", "problem", "suggestions")}, "analysis": KEPT}
    handing = {"version": draft.version, **TEXT, "title": "要交出的", "analysis": KEPT, "urgency": "ordinary"}
    turn, verify = f"/review/tasks/{writing.uuid}/relay/", f"/review/tasks/{verified.uuid}/verify/"
    return {
        "question": Place("review:verify", r, verify, asking, "words", "要核实什么", "passage"),
        "passage for outside": Place(
            "review:verify", r, verify, {**asking, "words": KEPT}, "passage", "给外单位看的原文", "words",
            empty_is_fine=True,
        ),
        "somebody outside": Place(
            "review:verify", r, verify,
            {**asking, "department_1": "区城管局", "name_1": "李明", "contact_1": "13912345679"},
            "department_1", "外单位", "passage",
        ),
        "withdrawing": Place(
            "review:withdraw", r, f"/review/questions/{question.uuid}/withdraw/", {"reason": "问到了"}, "reason",
            "为什么收回",
        ),
        "answer from outside": Place(
            "review:outside", outside, link, {"code": issued.code, "answer": "属实"}, "answer", "核实结果"
        ),
        "remark on a passage": Place("review:remarks", r, remarks, quoting, "words", "意见", "quote"),
        "passage of a remark": Place("review:remarks", r, remarks, quoting, "quote", "批注的原文", "words"),
        "reply": Place(
            "review:reply", a, f"/review/remarks/{remark.uuid}/reply/", {"words": "三个"}, "words", "答复"
        ),
        "asking to write": Place(
            "review:relay", r, f"/review/tasks/{verified.uuid}/relay/", {"who": f"{author.uuid}", "reason": "请补数据"},
            "reason", "请对方写什么",
        ),
        "writing in turn": Place(
            "review:relay", a, turn, {**texts, "action": "save"}, "problem", "情况反映", "analysis"
        ),
        "handing back": Place(
            "review:relay", a, turn, {**texts, "action": "give_back", "reason": "写好了"}, "reason", "交回时说一句",
            "analysis", empty_is_fine=True,
        ),
        "handing the pen": Place(
            "items:edit", a, f"/items/{draft.uuid}/edit/",
            {**handing, "action": "hand", "pen_to": f"{asker.uuid}", "pen_note": "请补数据"}, "pen_note",
            "想请对方写什么", "analysis", empty_is_fine=True,
        ),
    }  # fmt: skip


def _code_of_a_neighbour(city: Unit) -> str:
    """Return a code that an account of 佛山 has just opened, of somebody who is known as 李迁 in both units."""
    with city:
        return people.open_code(actor=make_user(city, "liqian", name="李迁").actor_in(city))[1]


def _places_between(unit: Unit, city: Unit) -> dict[str, Place]:
    """Where two units speak to one another: a sending that came back, one that is asked for, one not ours, a route."""
    with unit:
        author, reviewer, clerk, boss = (User.objects.get(username=name) for name in ("liang", "he", "zhou", "boss"))
        to = [way.key for way in destinations(unit, clock.today()) if way.unit == city]
    with city:
        city_clerk = User.objects.get(username="lin")
    sent = []
    for title in ("退回的", "签收的", "不属的"):
        item = make_draft(unit, author, title=title)
        with unit:
            last = Task.objects.get(run=review.submit(actor=author.actor, item_uuid=item.uuid, version=item.version))
            review.decide_pass(actor=reviewer.actor, task_uuid=last.uuid)
            item.refresh_from_db()
            sent += desk.send(actor=clerk.actor, item_uuid=item.uuid, version=item.version, to=to)
    back, asked, other = sent
    with city:
        exchange.return_dispatch(actor=city_clerk.actor, dispatch_uuid=back.uuid, reason="补数据")
        exchange.receive(actor=city_clerk.actor, dispatch_uuid=asked.uuid)
    with unit:
        version = Item.objects.get(uuid=back.item_uuid).version
    route = open_route(actor=system(None), sender=unit, receiver=city, kind=RouteKind.DIRECT)
    c, b, today = client_for(clerk, unit), client_for(boss, unit), f"{clock.today()}"
    corrected = {**TEXT, "title": "退回的", "version": version, "analysis": KEPT}
    moved = client_for(make_user(unit, "liqian", name="李迁"), unit)
    join = {"do": "join", "code": _code_of_a_neighbour(city), "password": PASSWORD}
    return {
        "correction of a text": Place(
            "desk:correct", c, f"/items/{back.item_uuid}/correct/", corrected, "problem", "情况反映", "analysis"
        ),
        "asking back": Place(
            "desk:ask_recall", c, f"/send/{asked.uuid}/ask/", {"reason": "数据有误"}, "reason", "为什么要撤回"
        ),
        "urging": Place(
            "desk:urge", c, f"/send/{asked.uuid}/urge/", {"reason": "请尽快"}, "reason", "附言", empty_is_fine=True
        ),
        "not ours": Place(
            "desk:act", client_for(city_clerk, city), f"/inbox/{other.uuid}/act/",
            {"verb": "refer", "reason": "属地不同", "proposal": KEPT}, "reason", "理由", "proposal",
        ),
        "who answers": Place(
            "desk:register_line", c, f"/register/{back.item_uuid}/",
            {"version": "0", "leader": "邓某", "linking": KEPT, "person": "", "check_on": ""}, "leader", "牵头副秘书长",
            "linking", empty_is_fine=True,
        ),
        "reasons for declining": Place(
            "desk:decline_reasons", b, "/settings/decline-reasons/", {"words": "重复"}, "words", "理由清单",
            empty_is_fine=True,
        ),
        "join code": Place("accounts:joined", moved, "/accounts/joined/", join, "code", "关联码"),
        "password for a join code": Place(
            "accounts:joined", moved, "/accounts/joined/", {"do": "open", "password": PASSWORD}, "password", "当前密码"
        ),
        "end of a route": Place(
            "desk:route_end", b, f"/routes/{route.pk}/end/", {"reason": "不再直报"}, "reason", "终止的理由"
        ),
        "route": Place(
            "desk:route_open", b, "/routes/open/",
            {"sender": "佛山市政协", "kind": "agreement", "valid_from": today, "valid_to": today, "basis": "共建协议"},
            "basis", "依据", "sender", empty_is_fine=True,
        ),
    }  # fmt: skip


def _places_of_people(unit: Unit) -> dict[str, Place]:
    boss = make_user(unit, "boss", roles=["administrator"], name="陈主任")
    member = make_user(unit, "mei", name="李梅")
    with unit:
        accounts.ensure_position(actor=system(unit.pk), code="research", name="研究室")
        invite = accounts.invite(actor=boss.actor, user=member)
    b, stranger, own = client_for(boss, unit), client_for(None, unit), client_for(make_user(unit, "xin"), unit)
    second, today = make_user(unit, "second", roles=["reviewer"]), f"{clock.today()}"
    with unit:
        he = User.objects.get(username="he")
        holding = Holding.objects.get(user=he)
    sign_in = {"username": "mei", "password": PASSWORD}
    person = {"name": "刘洋", "username": "liuyang", "member_kind": "member", "duty": KEPT, "roles": ["author"]}
    password = {"old": PASSWORD, "password": "Xin-mima-2026", "again": "Xin-mima-2026"}
    reader = client_for(make_user(unit, "youjian"), unit)
    mails = {**dict.fromkeys(("task", "result", "step", "office", "other"), "now"), "digest_hour": "8",
             "quiet": "own", "quiet_from": "21:00"}  # fmt: skip
    new = "/accounts/people/new/"
    return {
        "login": Place(
            "accounts:login", stranger, "/accounts/login/", sign_in, "username", "登录名"
        ),
        "login's password": Place(
            "accounts:login", stranger, "/accounts/login/", sign_in, "password", "密码",
            "username",
        ),
        "invitation": Place(
            "accounts:invite", stranger, invite, {"password": PASSWORD, "again": PASSWORD}, "password", "密码"
        ),
        "password": Place("accounts:password", own, "/accounts/password/", password, "password", "密码"),
        "key": Place("accounts:keys", b, "/accounts/keys/", {"label": "取数", "days": "30"}, "label", "用途"),
        "person": Place("accounts:person", b, f"/accounts/people/{member.uuid}/", person, "name", "姓名", "duty"),
        "new person": Place("accounts:person_new", b, new, person, "party", "党派", "duty", empty_is_fine=True),
        "new login name": Place("accounts:person_new", b, new, person, "username", "登录名", "duty"),
        "mail": Place("accounts:person_new", b, new, person, "email", "邮箱", "duty", empty_is_fine=True),
        "post": Place(
            "accounts:person_post", b, f"/accounts/people/{member.uuid}/posts/",
            {"position": "research", "held_from": "2026-01-01"}, "held_from", "从",
        ),
        "role": Place(
            "accounts:roles", b, "/accounts/roles/",
            {"name": "查阅", "code": "look", "permissions": ["search.use"]}, "name", "角色名称",
        ),
        "absence": Place(
            "review:absences", client_for(he, unit), "/review/absences/",
            {"stand_in": f"{second.uuid}", "away_from": today, "away_through": today, "reason": "出差"},
            "reason", "事由", empty_is_fine=True,
        ),
        "changing hands": Place(
            "review:posts", b, "/review/posts/",
            {"holding": f"{holding.pk}", "new": f"{second.uuid}", "on": today, "reason": "轮岗", "confirm": "1"},
            "reason", "事由", empty_is_fine=True,
        ),
        "rules": Place(
            "items:rules", b, "/items/rules/",
            {"text_limit": "1800", "unconfirmed_sign": "1", "hides_reviewers": "0"}, "text_limit", "字数上限"
        ),
        "own mails": Place(
            "notices:settings", reader, "/notices/settings/", {**mails, "quiet_to": "06:00"}, "quiet_from", "免打扰从"
        ),
        "own address": Place(
            "notices:address", reader, "/notices/settings/address/", {"email": "xin@example.cn"}, "email", "邮箱",
        ),
        "the unit's mails": Place(
            "notices:unit_settings", b, "/notices/settings/unit/", {**mails, "quiet_to": "06:00", "urgent_passes": "1"},
            "quiet_from", "免打扰从",
        ),
        "group": Place("accounts:groups", b, "/accounts/groups/", {"kind": "sector", "name": "教育界"}, "name", "名称"),
        "position": Place(
            "accounts:positions", b, "/accounts/positions/", {"name": "联络员", "code": "liaison"}, "name", "岗位名称"
        ),
    }  # fmt: skip


def _places_of_flows(unit: Unit) -> dict[str, Place]:
    admin = client_for(make_user(unit, "liucheng", roles=["administrator"]), unit)
    with unit:
        made = review.draft_preset(actor=system(unit.pk), preset_code="simple")
    flow, lists = "/review/flows/", "/review/checklists/"
    step = {"do": "add", "name": "审签", "who": "post:chair:", "after": "", "revision": made.revision}
    checklist = {"name": "我们的检查单", "lines": KEPT}
    return {
        "new flow": Place(
            "review:flows", admin, flow, {"do": "blank", "name": "小流程", "first_step": KEPT, "post": "chair"}, "name",
            "流程名称", "first_step",
        ),
        "flow's name": Place(
            "review:flow", admin, f"{flow}simple/", {"do": "flow", "name": "小流程", "revision": made.revision}, "name",
            "流程名称",
        ),
        "new step": Place("review:flow", admin, f"{flow}simple/", step, "name", "这一步叫什么"),
        "new checklist": Place("review:checklist_new", admin, f"{lists}new/", checklist, "name", "名称", "lines"),
        "checklist": Place(
            "review:checklist", admin, f"{lists}topics/", {**checklist, "edition": 1, "name": KEPT}, "lines",
            "检查哪些", "name",
        ),
    }  # fmt: skip


def _places_of_operators(city: Unit) -> dict[str, Place]:
    out = StringIO()
    call_command("operator_create", "--username", "ops", "--name", "运维甲", stdout=out, stderr=StringIO())
    o = public_client()
    o.post(out.getvalue().strip().removeprefix("http://localhost"), {"password": PASSWORD, "again": PASSWORD})
    assert User.objects.filter(username="ops").exists()
    holiday = date(2090, 2, 5)
    set_days(actor=system(None), first=holiday, last=holiday, is_working=False, reason="春节")
    unit = {"name": "政协某县委员会", "short_name": KEPT, "host": "mouxian", "kind": "committee", "level": "county"}
    here, today = f"/operators/units/{city.uuid}/", f"{clock.today()}"
    neighbour = Unit.objects.get(short_name="禅城区政协")
    return {
        "new unit": Place("operators:unit_new", o, "/operators/units/new/", unit, "name", "全称", "short_name"),
        "renaming": Place(
            "operators:unit_rename", o, f"{here}rename/",
            {"name": "政协某市委员会", "short_name": KEPT, "effective_on": today, "reason": "机构改革"}, "name", "全称",
            "short_name",
        ),
        "ending": Place(
            "operators:unit_change", o, f"/operators/units/{neighbour.uuid}/change/",
            {"kind": "merged", "successors": "南海区政协", "effective_on": today, "reason": KEPT,
             "typed_name": neighbour.name}, "successors", "接办单位", "reason",
        ),
        "appointment": Place(
            "operators:unit_appoint", o, f"{here}appoint/", {"name": KEPT, "username": "first"}, "username", "登录名",
            "name",
        ),
        "days": Place(
            "operators:calendar", o, "/operators/calendar/",
            {"first": "2090-02-04", "working": "0", "reason": "春节"}, "reason", "是什么日子", "first",
        ),
        "dropping days": Place(
            "operators:calendar_drop", o, "/operators/calendar/drop/",
            {"first": "2090-02-05", "reason": "安排已公布"}, "reason", "为什么删去", "first",
        ),
    }  # fmt: skip
