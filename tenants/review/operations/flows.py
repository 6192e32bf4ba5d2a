"""Flows: drafts and their publishing, presets, files from other units; choosing the one that takes an item."""

import re
from typing import Any

from django.db.models import F, Max

from tenants.accounts.models import Position, User
from tenants.review import presets
from tenants.review.definition import Facts, parse, read_file
from tenants.review.definition.editing import first_free
from tenants.review.models import Flow, FlowVersion
from tenants.review.queries.flows import get_flow, problems_of
from tenants.review.queries.problems import must_fix
from zhitong.core import audit, clock
from zhitong.core.errors import InvalidInput, NotFound, StaleVersion, WrongState
from zhitong.core.operations import Actor, operation
from zhitong.core.text import clean

DEFAULT_CODE = "main"
_CODE = re.compile(r"[a-z][a-z0-9_-]{0,39}")


@operation("review.configure")
def save_draft_version(
    *,
    actor: Actor,
    flow_code: str,
    name: str,
    definition: Any,
    version: int | None = None,
    revision: int | None = None,
) -> FlowVersion:
    """Keep a draft of a flow's next version (the flow is made when new). An unsound definition is refused, not kept.

    Args:
        version: number of the draft as the writer saw it; None when there was none.
        revision: how often the draft had been changed when the writer saw it; None replaces it as it stands.

    Raises:
        InvalidInput: the code, the name or the definition breaks a rule; the message names step and reason.
        StaleVersion: somebody else began, changed or threw away a draft meanwhile; nothing is kept.
    """
    _check_code(flow_code)
    parse(definition, known_posts())
    flow = _flow(flow_code, _name(name))
    draft = flow.versions.filter(state=FlowVersion.State.DRAFT).select_related("changed_by").first()
    if (draft.number if draft else None) != version or (revision is not None and draft and draft.revision != revision):
        raise StaleVersion(_touched(draft), rule="一个流程同时只有一份草稿")
    if draft is None:
        draft = FlowVersion(flow=flow, number=_last_number(flow) + 1)
    draft.definition = definition
    draft.revision += 1
    draft.changed_at = clock.now()
    draft.changed_by = User.objects.filter(uuid=actor.user_key).first()
    draft.save()
    audit.record(
        actor=actor, action="review.flow.drafted", object_kind="flow", object_id=flow.code, version=draft.number
    )
    return draft


@operation("review.configure")
def discard_draft(*, actor: Actor, flow_code: str) -> None:
    """Throw a draft away; a flow that never had a published version goes with it.

    Raises:
        NotFound: there is no draft.
    """
    flow = Flow.objects.select_for_update().filter(code=flow_code).first()
    draft = flow.versions.filter(state=FlowVersion.State.DRAFT).first() if flow else None
    if flow is None or draft is None:
        raise NotFound
    draft.delete()
    if not flow.versions.exists():
        flow.delete()
    audit.record(actor=actor, action="review.flow.draft_discarded", object_kind="flow", object_id=flow_code)


@operation("review.configure")
def publish_draft(*, actor: Actor, flow_code: str, version: int, revision: int | None = None) -> FlowVersion:
    """Publish a flow's draft; the former version retires, runs under way keep theirs.

    Args:
        version: number of the draft.
        revision: as in `save_draft_version`; None publishes the draft as it stands.

    Raises:
        NotFound: there is no such draft.
        StaleVersion: the draft is another one than `version`, or was changed since.
        InvalidInput: the definition no longer holds (a post has gone).
        WrongState: something must be mended first; the message names the first of it.
    """
    flow = Flow.objects.select_for_update().filter(code=flow_code).first()
    draft = flow.versions.filter(state=FlowVersion.State.DRAFT).first() if flow else None
    if flow is None or draft is None:
        raise NotFound
    if draft.number != version:
        raise StaleVersion("草稿已经换了一版，请刷新后再发布。")
    if revision is not None and draft.revision != revision:
        raise StaleVersion(f"{_touched(draft)}请看过再发布。", rule="发布的必须是您看到的那一稿")
    parse(draft.definition, known_posts())
    wrong = must_fix(problems_of(get_flow(flow_code), draft.definition))
    if wrong:
        first = f"“{wrong[0].step}”：{wrong[0].text}" if wrong[0].step else wrong[0].text
        raise WrongState(
            f"还有 {len(wrong)} 处必须改，没有发布。第一处：{first}。",
            rule="发布前检查",
            who="您可以先改好这些，再发布",
            code="review.flow_unsound",
        )
    return _publish(actor, flow, draft)


@operation("review.configure")
def publish_flow(*, actor: Actor, flow_code: str, name: str, definition: Any, is_default: bool = False) -> FlowVersion:
    """Publish a new version of a flow in one go (made when new), over a draft if there is one.

    Effects in order: lock the flow, retire its published version, write the next one, make it the default when asked,
    audit. A default is never taken away by publishing without `is_default`.

    Raises:
        InvalidInput: the definition or the name breaks a rule; the message names step and reason.
    """
    _check_code(flow_code)
    parse(definition, known_posts())
    flow = _flow(flow_code, _name(name))
    if is_default:
        _make_default(flow)
    draft = flow.versions.filter(state=FlowVersion.State.DRAFT).first()
    draft = draft or FlowVersion(flow=flow, number=_last_number(flow) + 1)
    draft.definition = definition
    return _publish(actor, flow, draft)


@operation("review.configure")
def stop_flow(*, actor: Actor, flow_code: str) -> None:
    """Take a flow out of use: no new item enters it, runs under way go on.

    Raises:
        NotFound: no such flow in use.
        WrongState: it is the default, which every other item needs.
    """
    flow = Flow.objects.select_for_update().filter(code=flow_code).first()
    if flow is None or not flow.versions.filter(state=FlowVersion.State.PUBLISHED).exists():
        raise NotFound
    if flow.is_default:
        raise WrongState(
            "这是默认流程，停用后信息就没有流程可走。",
            rule="本单位要有一个默认流程",
            who="先把另一个流程设为默认",
        )
    flow.versions.filter(state=FlowVersion.State.PUBLISHED).update(state=FlowVersion.State.RETIRED)
    audit.record(actor=actor, action="review.flow.stopped", object_kind="flow", object_id=flow_code)


@operation("review.configure")
def make_default(*, actor: Actor, flow_code: str) -> Flow:
    """Let a flow in use take every item that no other flow takes.

    Raises:
        NotFound: no such flow in use.
    """
    flow = Flow.objects.select_for_update().filter(code=flow_code).first()
    if flow is None or not flow.versions.filter(state=FlowVersion.State.PUBLISHED).exists():
        raise NotFound
    _make_default(flow)
    audit.record(actor=actor, action="review.flow.default_set", object_kind="flow", object_id=flow_code)
    return flow


@operation("review.configure")
def draft_version(*, actor: Actor, flow_code: str, number: int) -> FlowVersion:
    """Keep a copy of an earlier version as the draft of the next one (再用这一版).

    Raises:
        NotFound: no such flow or version.
        StaleVersion: the flow has a draft already.
        InvalidInput: the version speaks of a post that the unit has no more.
    """
    found = FlowVersion.objects.select_related("flow").filter(flow__code=flow_code, number=number).first()
    if found is None:
        raise NotFound
    return save_draft_version(
        actor=actor, flow_code=flow_code, name=found.flow.name, definition=found.definition, version=None
    )


@operation("review.configure")
def draft_blank(*, actor: Actor, name: str, first_step: str, post: str) -> FlowVersion:
    """Keep a new flow of one step as a draft.

    Raises:
        InvalidInput: under `name`; or under `definition`, when the step or its post breaks a rule.
    """
    step = {"key": "step_1", "name": first_step, "posts": [post], "limit_days": 2, "limit_hours": 4}
    return save_draft_version(actor=actor, flow_code=free_code(), name=name, definition={"steps": [step]})


@operation("review.configure")
def move_flow(*, actor: Actor, flow_code: str, earlier: bool) -> None:
    """Let a flow be tried one place earlier (or later) than now; the default is always the last.

    Raises:
        NotFound: no such flow.
    """
    every = list(Flow.objects.select_for_update().order_by("is_default", "order", "pk"))
    place = next((n for n, flow in enumerate(every) if flow.code == flow_code), None)
    if place is None:
        raise NotFound
    other = place + (-1 if earlier else 1)
    if 0 <= other < len(every):
        every[place], every[other] = every[other], every[place]
    for order, flow in enumerate(every):
        flow.order = order
    Flow.objects.bulk_update(every, ["order"])
    audit.record(actor=actor, action="review.flow.moved", object_kind="flow", object_id=flow_code, earlier=earlier)


@operation("review.configure")
def import_flow(*, actor: Actor, content: bytes, flow_code: str = "") -> FlowVersion:
    """Keep a flow file of another unit as a draft, to be looked at before it is published.

    Args:
        flow_code: whose next version it becomes; empty makes a new flow.

    Raises:
        InvalidInput: under `definition`, with the line of what is wrong; or the code.
        StaleVersion: the flow has a draft already.
    """
    name, definition = read_file(content, known_posts())
    return save_draft_version(actor=actor, flow_code=flow_code or free_code(), name=name, definition=definition)


@operation("review.configure")
def draft_preset(*, actor: Actor, preset_code: str) -> FlowVersion:
    """Keep a preset as a draft; posts it speaks of and the unit lacks are made, to be filled by the administrator.

    Raises:
        InvalidInput: no such preset.
        StaleVersion: the flow has a draft already.
    """
    if preset_code not in presets.codes():
        raise InvalidInput("没有这个预设流程。", fields={"preset": ["请从列表中选择。"]})
    preset = presets.load(preset_code)
    last = Position.objects.aggregate(last=Max("order"))["last"] or 0
    Position.objects.bulk_create(
        [
            Position(code=code, name=presets.POSTS[code], order=last + n)
            for n, code in enumerate(sorted(preset.posts - known_posts()), 1)
        ],
        ignore_conflicts=True,
    )
    return save_draft_version(
        actor=actor, flow_code=preset_code.replace("_", "-"), name=preset.name, definition=preset.definition
    )


@operation("review.configure")
def ensure_default_flow(*, actor: Actor) -> FlowVersion:
    """Return the published version of the default flow; a unit without one gets the preset `presets.DEFAULT`."""
    found = FlowVersion.objects.filter(flow__is_default=True, state=FlowVersion.State.PUBLISHED).first()
    if found:
        return found
    preset = presets.load(presets.DEFAULT)
    return publish_flow(
        actor=actor, flow_code=DEFAULT_CODE, name=preset.name, definition=preset.definition, is_default=True
    )


def choose_version(facts: Facts) -> FlowVersion:
    """Return the version that takes an item with these facts: the first whose conditions hold, else the default.

    Raises:
        WrongState: the unit has no default flow and no other one takes the item.
    """
    published = FlowVersion.objects.filter(state=FlowVersion.State.PUBLISHED).select_related("flow")
    fallback: FlowVersion | None = None
    for version in published.order_by(F("flow__order"), "flow_id"):
        definition = parse(version.definition)
        if version.flow.is_default:
            fallback = version
        elif definition.when and definition.takes(facts):
            return version
    if fallback is None:
        raise WrongState(
            "本单位还没有可用的审核流程，信息没有提交，草稿仍在。",
            who="本单位管理员可以在“审核流程”里启用一个流程",
            code="review.no_flow",
        )
    return fallback


def known_posts() -> frozenset[str]:
    """Return the codes of the unit's posts."""
    return frozenset(Position.objects.values_list("code", flat=True))


def free_code() -> str:
    """Return a code that no flow of the unit has."""
    return first_free("flow-", set(Flow.objects.values_list("code", flat=True)))


def _publish(actor: Actor, flow: Flow, draft: FlowVersion) -> FlowVersion:
    flow.versions.filter(state=FlowVersion.State.PUBLISHED).update(state=FlowVersion.State.RETIRED)
    draft.state = FlowVersion.State.PUBLISHED
    draft.published_at = clock.now()
    draft.changed_by = User.objects.filter(uuid=actor.user_key).first()
    draft.save()
    if not Flow.objects.filter(is_default=True).exists():
        _make_default(flow)
    audit.record(
        actor=actor, action="review.flow.published", object_kind="flow", object_id=flow.code, version=draft.number
    )
    return draft


def _touched(draft: FlowVersion | None) -> str:
    """Say who changed a draft since the writer saw it."""
    if draft is None or draft.changed_at is None:
        return "另一位管理员刚动过这个流程的草稿，请刷新后再改。"
    who = draft.changed_by.name if draft.changed_by else "系统"
    return f"{who}于 {draft.changed_at.astimezone(clock.SHANGHAI):%m-%d %H:%M} 改过这个草稿，您这一次没有存。"


def _make_default(flow: Flow) -> None:
    if not flow.is_default:
        Flow.objects.filter(is_default=True).update(is_default=False)
        Flow.objects.filter(pk=flow.pk).update(is_default=True)
        flow.is_default = True


def _last_number(flow: Flow) -> int:
    return flow.versions.aggregate(last=Max("number"))["last"] or 0


def _check_code(code: str) -> None:
    if not _CODE.fullmatch(code):
        raise InvalidInput("流程代号只能用小写英文字母、数字和短横。", fields={"flow_code": ["请改用字母、数字、短横"]})


def _flow(code: str, name: str) -> Flow:
    Flow.objects.bulk_create([Flow(code=code, name=name)], ignore_conflicts=True)
    flow = Flow.objects.select_for_update().get(code=code)
    if flow.name != name:
        flow.name = name
        flow.save(update_fields=["name"])
    return flow


def _name(name: str) -> str:
    try:
        text = clean(name)
    except ValueError as error:
        raise InvalidInput(f"流程名称：{error}", fields={"name": [str(error)]}) from error
    if not 1 <= len(text) <= 40:
        raise InvalidInput(f"流程名称要有 1 到 40 个字，现在 {len(text)} 个。", fields={"name": ["1 到 40 个字"]})
    return text
