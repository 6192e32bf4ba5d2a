"""Publishing flows and choosing the one that takes an item."""

import re
from typing import Any

from django.db.models import F, Max

from tenants.accounts.models import Position
from tenants.review import presets
from tenants.review.definition import parse
from tenants.review.models import Flow, FlowVersion
from zhitong.core import audit, clock
from zhitong.core.errors import InvalidInput, WrongState
from zhitong.core.operations import Actor, operation
from zhitong.core.text import clean

DEFAULT_CODE = "main"
_CODE = re.compile(r"[a-z][a-z0-9_-]{0,39}")


@operation("review.configure")
def publish_flow(*, actor: Actor, flow_code: str, name: str, definition: Any, is_default: bool = False) -> FlowVersion:
    """Publish a new version of a flow (made when new); the former one retires, runs under way keep theirs.

    Effects in order: lock the flow, retire its published version, write the next one, make it the default when asked,
    audit. A default is never taken away by publishing without `is_default`.

    Raises:
        InvalidInput: the definition or the name breaks a rule; the message names step and reason.
    """
    if not _CODE.fullmatch(flow_code):
        raise InvalidInput("流程代号只能用小写英文字母、数字和短横。", fields={"flow_code": ["请改用字母、数字、短横"]})
    parse(definition, frozenset(Position.objects.values_list("code", flat=True)))
    flow = _flow(flow_code, _name(name))
    if is_default and not flow.is_default:
        Flow.objects.filter(is_default=True).update(is_default=False)
        Flow.objects.filter(pk=flow.pk).update(is_default=True)
    moment = clock.now()
    last = flow.versions.aggregate(last=Max("number"))["last"] or 0
    flow.versions.filter(state=FlowVersion.State.PUBLISHED).update(state=FlowVersion.State.RETIRED)
    version = FlowVersion(
        flow=flow,
        number=last + 1,
        state=FlowVersion.State.PUBLISHED,
        definition=definition,
        published_at=moment,
    )
    version.save(force_insert=True)
    audit.record(
        actor=actor, action="review.flow.published", object_kind="flow", object_id=flow.code, version=version.number
    )
    return version


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


def choose_version(facts: dict[str, str]) -> FlowVersion:
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
