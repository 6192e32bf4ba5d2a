"""Plays the demo's items: each is written, reviewed, sent and answered on its days, by its people.

Every step is an operation of the product under `clock.at`, so every figure of the demo comes out of real rows.
"""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import date, datetime, time, timedelta

from tenants.accounts.models import User
from tenants.desk import operations as desk
from tenants.items import operations as items
from tenants.items.fields import AuthorInput
from tenants.items.models import Item, Source, SubmitterKind, Urgency
from tenants.review import operations as review
from tenants.review.models import Task
from zhitong.core import clock
from zhitong.core.operations import system
from zhitong.demo.content.seeds import Forward, ItemSeed
from zhitong.demo.world import World
from zhitong.exchange import operations as exchange
from zhitong.exchange.models import AdoptionMode, Dispatch, EventKind, Visibility
from zhitong.units.models import Unit

_KINDS = {choice.label: choice.value for choice in SubmitterKind}
_URGENCIES = {choice.label: choice.value for choice in Urgency}
_SOURCES = {choice.label: choice.value for choice in Source}
_MODES = {
    "adopted_single": AdoptionMode.SINGLE,
    "adopted_merged": AdoptionMode.MERGED,
    "passed_on": AdoptionMode.PASSED_ON,
    # A province that only sends on has passed it on: without a decision of its own nothing leaves a unit.
    "sent_up": AdoptionMode.PASSED_ON,
}


def play(world: World, seeds: Iterable[ItemSeed]) -> int:
    """Play items in the order of their submission; return how many."""
    played = 0
    for seed in seeds:
        Player(world, seed).play()
        played += 1
    return played


class Player:
    """Plays one item from draft to its last outcome."""

    def __init__(self, world: World, seed: ItemSeed) -> None:
        self.world = world
        self.seed = seed

    def play(self) -> Item:
        """Write, submit, decide, and follow every forward; return the item of the first unit."""
        unit = self.world.units[self.seed.unit_host]
        with unit:
            item = self._write()
            if self.seed.open_work:
                self._leave_open(item)
            elif self.seed.decision:
                decision = self.seed.decision
                with at_hour(decision.decided_on, hour=16):
                    decide(item, decision.result, decision.reason, AdoptionMode.SINGLE)
        for forward in self.seed.forwards:
            self._forward(unit, item, forward)
        return item

    def _write(self) -> Item:
        seed = self.seed
        writer = self.world.user(seed.unit_host, seed.authors[0])
        minute = sum(map(ord, seed.key)) % 55
        with at_hour(seed.submitted_on, hour=9, minute=minute):
            item = items.create_draft(
                actor=writer.actor,
                changes={
                    "title": seed.title,
                    "problem": seed.problem,
                    "analysis": seed.analysis,
                    "suggestions": seed.suggestions,
                    "category": seed.category,
                    "keywords": list(seed.keywords),
                    "submitter_kind": _KINDS[seed.submitter_kind],
                    "urgency": self._urgency(),
                    "source": _SOURCES[seed.source],
                },
            )
            is_draft = seed.open_work is not None and seed.open_work.kind == "draft"
            if len(seed.authors) > 1:
                item = self._name_authors(item, writer, confirmed=not is_draft)
            if not is_draft:
                review.submit(actor=writer.actor, item_uuid=item.uuid, version=item.version)
        item.refresh_from_db()
        return item

    def _name_authors(self, item: Item, writer: User, *, confirmed: bool) -> Item:
        """Name all who sign; the others confirm before anything is submitted, and are still asked under a draft."""
        people = [self.world.user(self.seed.unit_host, name) for name in self.seed.authors]
        signed = [AuthorInput(user=user.uuid) for user in people]
        item = items.set_authors(actor=writer.actor, item_uuid=item.uuid, version=item.version, authors=signed)
        for user in people[1:] if confirmed else ():
            items.confirm_signing(actor=user.actor, item_uuid=item.uuid)
        return item

    def _urgency(self) -> str:
        """What waits at a leader's post must be important: ordinary items end at the research office."""
        work = self.seed.open_work
        at_leader = work is not None and work.at_post not in ("", "研究室")
        return Urgency.IMPORTANT if at_leader and self.seed.urgency == "一般" else _URGENCIES[self.seed.urgency]

    def _leave_open(self, item: Item) -> None:
        """Bring an item to where it lies today."""
        work = self.seed.open_work
        assert work is not None
        with at_hour(work.since, hour=11):
            if work.kind == "returned":
                task = _open_tasks(item)[0]
                review.decide_return(
                    actor=task.holder.actor, task_uuid=task.uuid, reason=work.note or "请补充数据来源。"
                )
            elif work.kind == "in_review":
                _pass_until(item, work.at_post)

    def _forward(self, unit: Unit, item: Item, forward: Forward) -> None:
        """Send an item on, let the receiver decide, and follow what the receiver sends on."""
        destination = self.world.units.get(forward.to)
        body = self.world.bodies.get(forward.to)
        key = f"u:{destination.uuid}" if destination else f"b:{body.uuid}"  # type: ignore[union-attr]
        with unit, at_hour(forward.sent_on, hour=17):
            item.refresh_from_db()
            [dispatch] = desk.send(
                actor=system(unit.pk, clerk_of(unit).name), item_uuid=item.uuid, version=item.version, to=[key]
            )
        if body is not None:
            self._answer(unit, item, forward)
        elif destination is not None:
            self._receive(destination, dispatch, forward)

    def _answer(self, unit: Unit, item: Item, forward: Forward) -> None:
        """A body outside answers; the sender records it by hand."""
        if forward.result_on is None:
            return
        with unit, at_hour(forward.result_on, hour=15):
            kind = EventKind.ADOPTED if forward.result in _MODES else EventKind(forward.result)
            desk.record_outcome(
                actor=system(unit.pk, clerk_of(unit).name),
                item_uuid=item.uuid,
                kind=kind,
                mode=_MODES.get(forward.result, ""),
                body=self.world.bodies[forward.to],
                bulletin=forward.bulletin,
                issue_number=str(forward.issue_number or ""),
                reason=forward.reason,
            )
            self._instruct(unit, item, forward)

    def _receive(self, unit: Unit, dispatch: Dispatch, forward: Forward) -> None:
        """A unit takes the dispatch in and decides, or leaves it waiting."""
        if forward.result == "pending":
            return
        assert forward.result_on is not None
        with unit:
            with at_hour(forward.sent_on, hour=17, minute=40):
                item = desk.accept(actor=system(unit.pk, clerk_of(unit).name), dispatch_uuid=dispatch.uuid)
            with at_hour(forward.result_on, hour=16):
                result = "adopted" if forward.result in _MODES else forward.result
                decide(item, result, forward.reason, _MODES.get(forward.result, AdoptionMode.SINGLE))
                item.refresh_from_db()
                self._instruct(unit, item, forward)
        for onward in forward.then:
            self._forward(unit, item, onward)

    def _instruct(self, unit: Unit, item: Item, forward: Forward) -> None:
        if forward.instruction is None:
            return
        words = forward.instruction
        with at_hour(words.on, hour=15, minute=8):
            exchange.record(
                actor=system(unit.pk, clerk_of(unit).name),
                item_uuid=item.uuid,
                kind=EventKind.INSTRUCTION,
                leader=words.leader_post,
                leader_rank=words.level,
                words=words.words,
                visibility=Visibility.FULL,
            )


def decide(item: Item, result: str, reason: str, mode: AdoptionMode) -> None:
    """Let the holders of the open tasks decide until the run has ended: adopted, declined or kept."""
    if result == "adopted":
        _pass_until(item, "", mode)
        return
    task = _open_tasks(item)[0]
    act = review.decide_decline if result == "declined" else review.decide_keep
    act(actor=task.holder.actor, task_uuid=task.uuid, reason=reason or "留作综合素材。")


def _pass_until(item: Item, post: str, mode: AdoptionMode = AdoptionMode.SINGLE) -> None:
    """Pass step after step until the item waits at `post` (empty: until the end)."""
    while tasks := _open_tasks(item):
        if post and any(task.position and task.position.name == post for task in tasks):
            return
        review.decide_pass(actor=tasks[0].holder.actor, task_uuid=tasks[0].uuid, mode=mode)


def _open_tasks(item: Item) -> list[Task]:
    return list(
        Task.objects.filter(run__item=item, state=Task.State.OPEN).select_related("holder", "position").order_by("id")
    )


def clerk_of(unit: Unit) -> User:
    """Return the first clerk of the unit in force."""
    return User.objects.filter(roles__code="clerk").order_by("id")[0]


def at_hour(day: date, *, hour: int, minute: int = 0) -> AbstractContextManager[None]:
    """Let the block run at that hour of a day in China, but never later than now."""
    moment = datetime.combine(day, time(hour, minute), tzinfo=clock.SHANGHAI)
    # The present day is played up to now: nothing of the demo happens in the future.
    return clock.at(min(moment, clock.now() - timedelta(minutes=1)))
