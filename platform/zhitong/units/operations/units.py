"""Writes over a unit itself: create (by cloning the template schema), its own rules."""

import re
from dataclasses import dataclass

from django.conf import settings
from django.db import IntegrityError, connection, transaction

from zhitong.core import audit, text
from zhitong.core.errors import InvalidInput
from zhitong.core.operations import Actor, operation
from zhitong.units import schemas
from zhitong.units.models import LEVEL_ORDER, Host, Level, Unit, UnitKind

SHORTEST_LIMIT, LONGEST_LIMIT = 300, 20_000  # characters that a unit may allow its reports
_HOST = re.compile(r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUnit:
    """What is asked of a new unit. `host` is the label under the base domain (`nanhai`)."""

    host: str
    name: str
    short_name: str
    kind: UnitKind
    level: Level
    division_code: str = ""
    mark: str = ""
    parent: Unit | None = None
    participates_in: Unit | None = None


@operation("units.manage")
def create_unit(*, actor: Actor, new: NewUnit) -> Unit:
    """Create a unit with its host and its own schema, cloned from the template; all of it or nothing.

    Raises:
        InvalidInput: the host label is malformed or taken, the name is taken, or the lines do not fit.
    """
    _check(new)
    number = _next_number()
    unit = Unit(
        schema_name=f"t_{number}",
        name=new.name,
        short_name=new.short_name,
        mark=new.mark or new.short_name[:1],
        kind=new.kind,
        level=new.level,
        division_code=new.division_code,
        parent=new.parent,
        participates_in=new.participates_in,
    )
    try:
        with transaction.atomic():
            unit.save()
            Host.objects.create(domain=f"{new.host}.{settings.BASE_DOMAIN}", tenant=unit, is_primary=True)
    except IntegrityError as error:
        raise InvalidInput(f"单位“{new.name}”的名称、简称或域名已被使用。", fields={"name": ["已被使用"]}) from error
    schemas.clone_template(unit.schema_name)
    audit.record(actor=actor, action="units.unit.created", object_kind="unit", object_id=unit.uuid, name=unit.name)
    return unit


def _check(new: NewUnit) -> None:
    fields: dict[str, list[str]] = {}
    if not _HOST.match(new.host):
        fields["host"] = ["只能用小写字母、数字和连字符"]
    labels = {"name": "全称", "short_name": "简称", "mark": "编号字头", "division_code": "行政区划代码"}
    for name, label in labels.items():
        if wrong := wrong_text(name, label, getattr(new, name)):
            fields[name] = [wrong]
    if new.level == Level.NATIONAL:
        fields["level"] = ["全国一级请登记为系统外单位"]
    if new.participates_in and new.participates_in.kind != UnitKind.COMMITTEE:
        fields["participates_in"] = ["参加的单位必须是政协委员会"]
    if new.parent and new.parent.kind != new.kind:
        fields["parent"] = ["上级必须与本单位同类别"]
    elif new.parent and LEVEL_ORDER.index(Level(new.parent.level)) <= LEVEL_ORDER.index(new.level):
        fields["parent"] = ["上级的层级必须高于本单位"]
    if fields:
        raise InvalidInput(f"单位“{new.name}”的资料有 {len(fields)} 处不对。", fields=fields)


def wrong_text(name: str, label: str, value: str) -> str:
    """Return what is wrong with a text field of a unit, empty when nothing is."""
    longest = Unit._meta.get_field(name).max_length  # noqa: SLF001 - Django's documented way to a field
    if name in {"name", "short_name"} and not value.strip():
        return f"请填写{label}"
    try:
        cleaned = text.clean(value)
    except ValueError as error:
        return str(error)
    if cleaned != value or "\n" in value:
        return "首尾不能有空格，中间不能换行"
    return f"最多 {longest} 个字，现在有 {len(value)} 个" if len(value) > longest else ""


def _next_number() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('public.units_schema_number')")
        return int(cursor.fetchone()[0])


@operation("units.settings")
def set_writing_rules(*, actor: Actor, text_limit: int, unconfirmed_sign: bool) -> Unit:
    """Set how many characters a report of the present unit may have, and whether unanswered co-authors sign.

    What is submitted later follows the new rules; what was submitted keeps its names.

    Raises:
        InvalidInput: the limit is not between 300 and 20,000 characters.
    """
    if not SHORTEST_LIMIT <= text_limit <= LONGEST_LIMIT:
        message = f"字数上限须在 {SHORTEST_LIMIT} 到 {LONGEST_LIMIT:,} 之间。"
        raise InvalidInput(message, fields={"text_limit": [message]})
    unit: Unit = Unit.objects.select_for_update().get(pk=actor.unit_id)
    unit.text_limit, unit.unconfirmed_sign = text_limit, unconfirmed_sign
    unit.save(update_fields=["text_limit", "unconfirmed_sign"])
    audit.record(
        actor=actor,
        action="units.rules.set",
        object_kind="unit",
        object_id=unit.uuid,
        text_limit=text_limit,
        unconfirmed_sign=unconfirmed_sign,
    )
    return unit


@operation("units.settings")
def hide_reviewers(*, actor: Actor, hidden: bool) -> Unit:
    """Say whether authors of the present unit read posts instead of the names of those who review their reports."""
    unit: Unit = Unit.objects.select_for_update().get(pk=actor.unit_id)
    if unit.hides_reviewers != hidden:
        unit.hides_reviewers = hidden
        unit.save(update_fields=["hides_reviewers"])
        audit.record(
            actor=actor, action="units.reviewers.hidden", object_kind="unit", object_id=unit.uuid, hidden=hidden
        )
    return unit
