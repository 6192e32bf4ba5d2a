"""When a notice is due in its reader's mail: the reader's own rule over the unit's over that of the house."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import Q

from tenants.accounts.models import User
from tenants.notices.models import MailRule, Occasion, Rhythm
from zhitong.core import clock

_MONDAY = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """How one reader's notices are mailed; times are times of day in China.

    `quiet_from` to `quiet_to` may reach over midnight; both None: mail at any time.
    """

    rhythms: Mapping[Occasion, Rhythm]
    digest_hour: int
    quiet_from: time | None
    quiet_to: time | None
    urgent_passes: bool

    def due(self, occasion: Occasion, moment: datetime, *, urgent: bool = False) -> datetime | None:
        """Return when what happens at `moment` is mailed; None: never.

        What is urgent waits neither for a digest nor for the end of quiet hours where the unit lets it pass.
        """
        rhythm = self.rhythms[occasion]
        if rhythm == Rhythm.NEVER:
            return None
        if urgent and self.urgent_passes:
            return moment
        if rhythm == Rhythm.NOW:
            return self._after_quiet(moment)
        return self._after_quiet(self._digest_after(moment, weekly=rhythm == Rhythm.WEEKLY))

    def _digest_after(self, moment: datetime, *, weekly: bool) -> datetime:
        local = moment.astimezone(clock.SHANGHAI)
        at = datetime.combine(local.date(), time(self.digest_hour), tzinfo=clock.SHANGHAI)
        if at <= local:
            at += timedelta(days=1)
        if weekly:
            at += timedelta(days=(_MONDAY - at.weekday()) % 7)
        return at

    def _after_quiet(self, moment: datetime) -> datetime:
        """Return the moment itself, or the end of the quiet hours that it falls into (their first minute is quiet)."""
        if self.quiet_from is None or self.quiet_to is None:
            return moment
        local = moment.astimezone(clock.SHANGHAI)
        now, over_midnight = local.time(), self.quiet_from > self.quiet_to
        late, early = now >= self.quiet_from, now < self.quiet_to
        if not (late or early if over_midnight else late and early):
            return moment
        day = local.date() + timedelta(days=1 if over_midnight and late else 0)
        return datetime.combine(day, self.quiet_to, tzinfo=clock.SHANGHAI)


# What holds in a unit that has said nothing: results and tasks at once, mere steps once a day, nothing at night.
HOUSE = Plan(
    rhythms={
        Occasion.TASK: Rhythm.NOW,
        Occasion.RESULT: Rhythm.NOW,
        Occasion.STEP: Rhythm.DAILY,
        Occasion.OFFICE: Rhythm.NOW,
        Occasion.OTHER: Rhythm.NOW,
    },
    digest_hour=8,
    quiet_from=time(22),
    quiet_to=time(7),
    urgent_passes=False,
)


def unit_plan(rule: MailRule | None) -> Plan:
    """Return what holds for everybody in the unit who says nothing else, from the unit's own rule."""
    if rule is None:
        return HOUSE
    return Plan(
        rhythms={**HOUSE.rhythms, **_said(rule)},
        digest_hour=HOUSE.digest_hour if rule.digest_hour is None else rule.digest_hour,
        quiet_from=rule.quiet_from if rule.own_quiet else HOUSE.quiet_from,
        quiet_to=rule.quiet_to if rule.own_quiet else HOUSE.quiet_to,
        urgent_passes=rule.urgent_passes,
    )


def plan_of(unit: Plan, rule: MailRule | None) -> Plan:
    """Return what holds for a reader with `rule` in a unit where `unit` holds."""
    if rule is None:
        return unit
    return Plan(
        rhythms={**unit.rhythms, **_said(rule)},
        digest_hour=unit.digest_hour if rule.digest_hour is None else rule.digest_hour,
        quiet_from=rule.quiet_from if rule.own_quiet else unit.quiet_from,
        quiet_to=rule.quiet_to if rule.own_quiet else unit.quiet_to,
        urgent_passes=unit.urgent_passes,
    )


def rules_for(reader: User) -> tuple[MailRule | None, MailRule | None]:
    """Return the unit's rule and the reader's own, None where nothing was said; one query."""
    found = {rule.reader_id: rule for rule in MailRule.objects.filter(Q(reader=reader) | Q(reader__isnull=True))}
    return found.get(None), found.get(reader.pk)


def _said(rule: MailRule) -> dict[Occasion, Rhythm]:
    return {Occasion(name): Rhythm(rhythm) for name, rhythm in rule.rhythms.items()}
