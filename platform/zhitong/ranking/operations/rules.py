"""Rule sets: a version is put into force from a day on, and never changed afterwards; who sees the ranking may be."""

from datetime import date

from zhitong.core import audit, clock
from zhitong.core.errors import InvalidInput, NotAllowed
from zhitong.core.operations import Actor, operation
from zhitong.exchange.models import Event
from zhitong.ranking.models import Purpose, RuleSet, RuleSetVersion, Sight, StaleYear
from zhitong.ranking.scoring import RulesError, read_rules
from zhitong.ranking.scoring import RuleSet as Rules
from zhitong.units.models import Unit


@operation("ranking.configure")
def publish_rules(*, actor: Actor, owner: Unit, code: str, source: str, valid_from: date) -> RuleSetVersion:
    """Put a new version of a rule set into force from a day on; the version before ends the day before.

    Every year from that day to the present one is computed anew.

    Raises:
        InvalidInput: the source is no rule set (the messages name every fault with its line), a version begins later
            already, the last one says the same, the purpose differs from that of the versions before, or the actor's
            unit is not the owner.
    """
    rules = checked(source)
    if actor.unit_id not in {None, owner.pk}:
        raise InvalidInput("计分规则只能由所属单位发布。", fields={"owner": ["不是本单位"]})
    # Persons read each other's points only where their unit says so.
    sight = Sight.NAMED if Purpose(rules.purpose) == Purpose.UNITS else Sight.OWN
    new = RuleSet(code=code, name=rules.name, owner=owner, purpose=rules.purpose, sight=sight)
    RuleSet.objects.bulk_create([new], ignore_conflicts=True)
    rule_set = RuleSet.objects.select_for_update().get(owner=owner, code=code)
    if rule_set.purpose != rules.purpose:
        had, wants = Purpose(rule_set.purpose).label, Purpose(rules.purpose).label
        raise InvalidInput(
            f"这套规则一直用于{had}，新版写的是{wants}。要为{wants}计分，请另建一套。",
            fields={"source": [f"用途（purpose）应为“{had}”"]},
        )
    last = rule_set.versions.order_by("-number").first()
    if last and last.valid_from >= valid_from:
        too_early = f"第 {last.number} 版自 {last.valid_from} 起生效，新版须晚于它。"
        raise InvalidInput(too_early, fields={"valid_from": [too_early]})
    if last and last.source == source:
        same = f"与第 {last.number} 版一字不差，没有发布。先改条文，再发布新版。"
        raise InvalidInput(same, fields={"source": [same]})
    if last:
        last.valid_to = valid_from
        last.save(update_fields=["valid_to"])
    version = RuleSetVersion.objects.create(
        rule_set=rule_set,
        number=(last.number if last else 0) + 1,
        source=source,
        valid_from=valid_from,
        published_at=clock.now(),
        published_by=actor.label,
    )
    if rule_set.name != rules.name:
        rule_set.name = rules.name
        rule_set.save(update_fields=["name"])
    make_stale(valid_from)
    audit.record(
        actor=actor, action="ranking.rules.published", object_kind="rule_set", object_id=code, version=version.number
    )
    return version


@operation("ranking.configure")
def set_sight(*, actor: Actor, rule_set: RuleSet, sight: Sight) -> RuleSet:
    """Say how much of a set's ranking those whom it scores see, from now on and for past periods too.

    Raises:
        NotAllowed: the set belongs to another unit.
    """
    found = RuleSet.objects.select_for_update(of=("self",)).select_related("owner").get(pk=rule_set.pk)
    if actor.unit_id != found.owner_id:
        raise NotAllowed(
            "这套规则是上级单位的，谁能看它的排名由上级单位定。",
            rule=f"《{found.name}》",
            who=f"{found.owner.short_name}有“维护计分规则”权限的人",
        )
    if found.sight != sight:
        was, found.sight = found.sight, sight
        found.save(update_fields=["sight"])
        audit.record(
            actor=actor,
            action="ranking.rules.sight_set",
            object_kind="rule_set",
            object_id=found.code,
            was=was,
            sight=sight.value,
        )
    return found


def checked(source: str) -> Rules:
    """Read a rule set that somebody wrote.

    Raises:
        InvalidInput: under `source`, one message for each fault, with line, path and what is expected.
    """
    try:
        return read_rules(source)
    except RulesError as error:
        faults = list(dict.fromkeys(fault.located for fault in error.faults))
        raise InvalidInput(f"计分规则有 {len(faults)} 处要改：{faults[0]}", fields={"source": faults}) from error


def make_stale(since: date) -> None:
    """Note the present year, and every year since a day's in which anything happened: their ledgers are behind."""
    today = clock.today()
    happened = [year for year in range(since.year, today.year) if Event.objects.filter(occurred_on__year=year).exists()]
    StaleYear.objects.bulk_create([StaleYear(year=year) for year in (*happened, today.year)], ignore_conflicts=True)
