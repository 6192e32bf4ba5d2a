"""The eight preset chains, each walked from submission to issue: ordinary, important, urgent, and with empty posts."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from tenants.accounts.models import Group, Membership, User
from tenants.items.models import EditionKind, State
from tenants.items.texts import Texts
from tenants.review import operations as review
from tenants.review import presets
from tenants.review.checking import current
from tenants.review.clocks import limit_words
from tenants.review.definition import Mode, parse
from tenants.review.engine import replay
from tenants.review.models import Act, CategoryCommittee, Copy, Flow, Run, Task
from tenants.review.queries import timeline
from tests.factories import make_draft, make_user
from tests.tenants.review.conftest import House, holders, item_of, task_of
from zhitong.exchange.models import Event

# Who holds each post; "heads" of groups are asked where a chain names them.
POSTS = {
    "info_officer": ("fang", "方媛"), "research": ("zhou", "周敏"), "secretary": ("he", "何静"),
    "vice_chair": ("vice", "孙越"), "chair": ("chen", "陈立"), "proposal_head": ("guan", "关宏"),
    "deputy_secretary": ("deng", "邓颖"), "info_head": ("luo", "罗平"), "office": ("pan", "潘洁"),
    "chief": ("mo", "莫清"),
}  # fmt: skip
TITLE = "关于规范电动自行车充电的建议（核稿）"


@dataclass(frozen=True)
class Way:
    """One walk: which chain, which item, which posts are empty, and whom it must come by, step by step.

    A station is `posts: step`, several posts where several are asked at once; `given` are what the pass of a post adds.
    """

    preset: str
    urgency: str
    stations: list[str]
    vacant: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    category: str = "社会建设"
    given: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __str__(self) -> str:
        more = "".join(f"-no-{post}" for post in self.vacant) + ("-cleared" if self.given else "")
        return f"{self.preset}-{self.urgency}{more}"


THREE = ["research: 研究室编审", "secretary: 秘书长初审", "chair: 主席审定"]
LEVELS = ["research: 研究室收集筛选编辑", "secretary: 秘书长修改提升", "vice_chair: 分管副主席初审", "chair: 主席审签"]
CHECKS = ["head: 报送单位初核", "research: 研究室再核", "deputy_secretary: 分管文稿领导三核"]
LEADERS = ["secretary: 领导依次审签", "vice_chair: 领导依次审签"]
SIGNED = ["secretary: 秘书长审签", "chair: 主席签批"]
PROPOSAL = ["info_officer: 信息专员初审", "proposal_head: 提案委主任复审", "vice_chair: 分管副主席审签"]
BUREAU = ["info_officer: 信息员审查编辑", "info_head: 信息处长审核", "secretary: 秘书长签发", "info_officer: 印发转办"]
PARTY = ["info_officer: 信息专员初审", "office: 机关职能处审核", "chief: 主委签发"]
AFTER_SCREENING = ["research: 研究室核稿", "secretary: 秘书长签发"]
JOINT = ["info_officer: 初筛", "committee+expert: 专委会联审", "research: 专委会联审", *AFTER_SCREENING]
DIFFICULT: dict[str, dict[str, Any]] = {"info_officer": {"difficulty": "difficult"}}
WAYS = [
    Way("research_chair", "ordinary", THREE[:1]),
    Way("research_chair", "important", THREE),
    Way("research_chair", "urgent", THREE),
    Way("research_chair", "important", [THREE[0], THREE[2]], vacant=("secretary",), skipped=("秘书长初审",)),
    Way("research_chair", "important", [*THREE[:2], "admin: 主席审定"], vacant=("chair",)),
    Way("simple", "ordinary", ["research: 研究室审改"]),
    Way("simple", "important", ["research: 研究室审改"]),
    Way("simple", "urgent", ["research: 研究室审改"]),
    Way("simple", "ordinary", ["admin: 研究室审改"], vacant=("research",)),
    Way("proposal_committee", "ordinary", PROPOSAL),
    Way("proposal_committee", "important", [*PROPOSAL, "chair: 主席审签"]),
    Way("proposal_committee", "urgent", [PROPOSAL[0], "vice_chair: 绿色通道：分管副主席签发"]),
    Way(
        "proposal_committee", "important", [PROPOSAL[0], PROPOSAL[2], "chair: 主席审签"],
        vacant=("proposal_head",), skipped=("提案委主任复审",),
    ),
    Way("four_levels", "ordinary", LEVELS),
    Way("four_levels", "important", LEVELS),
    Way("four_levels", "urgent", LEVELS),
    Way(
        "four_levels", "ordinary", [LEVELS[0], LEVELS[3]],
        vacant=("secretary", "vice_chair"), skipped=("秘书长修改提升", "分管副主席初审"),
    ),
    Way("three_checks", "ordinary", [*CHECKS, *LEADERS]),
    Way("three_checks", "important", [*CHECKS, *LEADERS], given={"research": {"destinations": ["city"]}}),
    Way("three_checks", "urgent", [*CHECKS, *LEADERS, *SIGNED], given={"research": {"destinations": ["province"]}}),
    Way("three_checks", "ordinary", [*CHECKS, *LEADERS, *SIGNED], given={"research": {"destinations": ["local"]}}),
    Way(
        "three_checks", "important", [CHECKS[1], "vice_chair: 领导依次审签", SIGNED[1]],
        vacant=("head", "deputy_secretary", "secretary"),
        skipped=("报送单位初核", "分管文稿领导三核", "秘书长审签"),
        given={"research": {"destinations": ["province"]}},
    ),
    Way("joint_examination", "ordinary", JOINT, given=DIFFICULT),
    Way("joint_examination", "important", [JOINT[0], *AFTER_SCREENING]),
    Way("joint_examination", "urgent", [JOINT[0], *AFTER_SCREENING], given={"info_officer": {"difficulty": "plain"}}),
    Way(
        "joint_examination", "important", [JOINT[0], "expert: 专委会联审", *JOINT[2:]], vacant=("committee",),
        given=DIFFICULT,
    ),
    Way("party", "ordinary", PARTY),
    Way("party", "important", PARTY, given={"office": {"destinations": ["party_line", "province"]}}),
    Way("party", "urgent", PARTY[1:], vacant=("info_officer",), skipped=("信息专员初审",)),
    Way("bureau", "ordinary", BUREAU),
    Way("bureau", "important", BUREAU),
    Way("bureau", "urgent", [BUREAU[0], "admin: 信息处长审核", *BUREAU[2:]], vacant=("info_head",)),
]  # fmt: skip


def people_of(house: House, way: Way) -> dict[str, User]:
    """Make whom the chain asks, but for the vacant posts."""
    review.draft_preset(actor=house.admin.actor, preset_code=way.preset)  # makes the posts that are missing
    found = {"research": house.research, "secretary": house.secretary, "chair": house.chair, "admin": house.admin}
    for code in set(found) & set(way.vacant):
        found[code].holdings.all().delete()
    wanted = presets.load(way.preset).posts - set(found) - set(way.vacant)
    for code in sorted(wanted):
        username, name = POSTS[code]
        found[code] = make_user(house.unit, username, name=name, roles=["leader"], posts=[code])
    for key, username, name, group in (
        ("head", "tang", "唐宁", ("branch", "桂城支部")),
        ("committee", "qu", "区嘉豪", ("committee", "社会委")),
    ):
        if key not in way.vacant:
            found[key] = make_user(house.unit, username, name=name, roles=["reviewer"], groups=[group])
            Membership.objects.filter(user=found[key]).update(is_head=True)
    if "head" in found:
        house.author.circles.add(Group.objects.get(name="桂城支部"))
    if "committee" in found:
        CategoryCommittee.objects.create(category="社会建设", group=Group.objects.get(name="社会委"))
    found["expert"] = make_user(house.unit, "ou", name="欧阳雪", roles=["reviewer"])
    return found


def begin(house: House, way: Way) -> Run:
    """Publish the preset as drafted, make it the default and hand an item in."""
    flow = Flow.objects.get(code=way.preset.replace("_", "-"))
    draft = flow.versions.get(state="draft")
    review.publish_draft(actor=house.admin.actor, flow_code=flow.code, version=draft.number)
    review.make_default(actor=house.admin.actor, flow_code=flow.code)
    item = make_draft(house.unit, house.author, urgency=way.urgency, category=way.category)
    return review.submit(actor=house.author.actor, item_uuid=item.uuid, version=item.version)


def do(user: User, run: Run, people: dict[str, User], given: dict[str, Any], texts: Texts | None) -> None:
    """Let a user do what the task asks: answer, or pass with all that its step demands."""
    task = task_of(user, run)
    if task.kind == Task.Kind.OPINION:
        review.answer(actor=user.actor, task_uuid=task.uuid, words="同意，补充一个数据")
        return
    step = parse(run.flow_version.definition).steps[task.step]
    extra = dict(given)
    if step.checklist:
        checklist = current(step.checklist)
        assert checklist
        extra["checks"] = {line["key"]: {"ok": True} for line in checklist.lines}
    if step.key == "screening":
        extra["chosen"] = [people["expert"].uuid]
    review.decide_pass(actor=user.actor, task_uuid=task.uuid, comment="同意", texts=texts, **extra)


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_a_preset_is_walked_wholly(house: House, way: Way) -> None:
    people = people_of(house, way)
    run = begin(house, way)
    edited = False
    expected = []
    for station in way.stations:
        posts, step_name = station.split(": ")
        users = [people[post] for post in posts.split("+")]
        assert holders(run) == sorted(user.username for user in users)
        assert {task.step_name for task in Task.objects.filter(run=run, state=Task.State.OPEN)} == {step_name}
        for post, user in zip(posts.split("+"), users, strict=True):
            item = item_of(run)
            editing = not edited and task_of(user, run).kind == Task.Kind.DECIDE
            texts = Texts(TITLE, item.problem, item.analysis, item.suggestions) if editing else None
            edited = edited or editing
            do(user, run, people, way.given.get(post, {}), texts)
            expected.append((user.name, step_name))
    item = item_of(run)
    run.refresh_from_db()
    assert (run.state, item.state) == (Run.State.PASSED, State.APPROVED)
    issued = item.editions.get(kind=EditionKind.ISSUED)
    original = item.editions.get(kind=EditionKind.ORIGINAL)
    assert (issued.title, original.title) == (TITLE, "关于规范电动自行车充电的建议")
    assert list(Event.objects.filter(item_uuid=item.uuid).values_list("kind", "mode")) == [
        ("submitted", ""), ("adopted", "single"),
    ]  # fmt: skip
    lines = timeline(item)
    assert [(line.who, line.step) for line in lines if line.what in {"通过", "回复意见"}] == expected
    assert tuple(line.step for line in lines if line.what == "跳过") == way.skipped
    found = replay(Act.objects.filter(run=run).order_by("seq"))
    assert found.tasks == {str(task.uuid): task.state for task in Task.objects.filter(run=run)}


def test_the_green_channel_of_the_proposal_committee_is_shown_to_the_chair(house: House) -> None:
    way = next(way for way in WAYS if (way.preset, way.urgency) == ("proposal_committee", "urgent"))
    people = people_of(house, way)
    run = begin(house, way)
    do(people["info_officer"], run, people, {}, None)
    assert Copy.objects.get(run=run).reader == people["chair"]
    assert task_of(people["vice_chair"], run).due_why == "紧急件 2 小时"


def test_every_preset_is_walked_in_every_urgency() -> None:
    walked = {(way.preset, way.urgency) for way in WAYS}
    assert walked == {(code, urgency) for code in presets.codes() for urgency in ("ordinary", "important", "urgent")}


@pytest.mark.parametrize("code", presets.codes())
def test_every_step_has_a_limit_in_working_days_and_in_hours_for_urgent_items(code: str) -> None:
    for step in parse(presets.load(code).definition).steps:
        assert limit_words(step, "ordinary").endswith("个工作日"), step.name
        assert limit_words(step, "urgent").endswith("小时"), step.name


def test_how_each_step_is_signed() -> None:
    """Leaders sign in turn, committees give opinions at once that somebody collates, all others sign alone."""
    modes = {
        (code, step.key): step.mode
        for code in presets.codes()
        for step in parse(presets.load(code).definition).steps
        if step.mode is not Mode.ANY
    }
    assert modes == {("three_checks", "leaders"): Mode.IN_ORDER, ("joint_examination", "joint"): Mode.JOINT}
    checklists = {
        (code, step.key): step.checklist
        for code in presets.codes()
        for step in parse(presets.load(code).definition).steps
        if step.checklist
    }
    assert {key: checklists[key] for key in checklists if key[0] == "three_checks"} == {
        ("three_checks", "research"): "three_checks", ("three_checks", "deputy_secretary"): "three_checks",
    }  # fmt: skip
    assert checklists["joint_examination", "screening"] == "topics"
