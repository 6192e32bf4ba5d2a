"""Every verb of review, thrown at whatever the machine has made so far."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tenants.accounts import operations as accounts
from tenants.accounts.models import Holding, Role, User
from tenants.accounts.queries import with_permission
from tenants.items import operations as items
from tenants.items.models import Item
from tenants.items.operations import AuthorInput
from tenants.items.texts import Texts
from tenants.review import consumers
from tenants.review import operations as review
from tenants.review.checking import current
from tenants.review.definition import parse
from tenants.review.engine import facts_of, frame_of, walk
from tenants.review.holders import Asking, authors_of, candidates
from tenants.review.models import PENDING, Absence, Question, Run, Task
from tenants.review.operations import Addressees, Outsider
from tenants.review.operations.flows import choose_version
from tests.factories import TEXT
from tests.tenants.review.machine.promises import TRAIL, Witness, digest
from tests.tenants.review.machine.world import CATEGORIES, COMMITTEE, POSTS, definitions
from zhitong.core import clock
from zhitong.core.errors import Refusal
from zhitong.core.models import OneTimeLink, OutboxMessage
from zhitong.core.operations import Actor, system
from zhitong.units.models import Unit


def _often(**times: int) -> list[str]:
    return [name for name, count in times.items() for _ in range(count)]


_START = datetime(2026, 3, 2, 10, tzinfo=clock.SHANGHAI)  # a Monday
_RUNS = 2
_REASON = "数据请再核实"
_ALARMS: dict[str, Callable[[dict[str, Any]], None]] = {
    "review.task.due": consumers.note_late,
    "review.post.left": consumers.post_left,
    "review.absence.turned": consumers.absence_turned,
}
# What refuses a pass that is otherwise in order: nobody can decide what comes next.
_DEAD_END = "review.nobody"
_COME_AND_GO = ["wu", "zhou", "he", "chen", "qu", "sun", "lin", "admin_b"]
# What is drawn, by how often it should come.
_COMINGS_AND_GOINGS = _often(replace=2, leave=2, take=1, away=3, back=1, account=2, rights=1, group=1)
_VERBS = _often(
    pass_or_answer=9, decide_otherwise=4, ask=4, consult=2, end_question=1, remove_signer=1, submit=1, submit_again=2,
    recall=1, meddle=1, take_back=3, decide_many=1, look_on=3, administer=5, ask_clearance=1, come_and_go=5,
    time_passes=2, publish=1,
)  # fmt: skip
_anybody = st.sampled_from(["liang", *_COME_AND_GO, "admin_a"])


class ReviewMachine(RuleBasedStateMachine):
    """Works in the unit and with the people given by the test; every example is undone when it ends."""

    unit: Unit
    people: dict[str, User]
    committee: int

    def __init__(self) -> None:
        super().__init__()
        self.runs: list[int] = []
        self.moment = _START
        self.witness = Witness(people=list(self.people.values()))
        self.savepoint = transaction.savepoint()
        self.count = 0

    def teardown(self) -> None:
        """Undo everything, so that each example begins in the same unit."""
        transaction.savepoint_rollback(self.savepoint)

    # ---------------------------------------------------------------- flows, submission

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        self.publish(data)
        self.submit(data)
        self.submit(data)

    @rule(data=st.data(), what=st.sampled_from(_VERBS))
    def work(self, data: st.DataObject, what: str) -> None:
        """Do what somebody may want to do now; most often the work itself."""
        if what == "submit_again" and self.in_state(Run.State.RETURNED):
            self.submit_again(data)
        elif what == "ask_clearance" and self.in_state(Run.State.PASSED):
            self.ask_clearance(data)
        elif what == "remove_signer" and self.asked_tasks():
            self.remove_signer(data)
        elif not self.open_tasks() and what not in {"come_and_go", "time_passes", "publish"}:
            self.submit(data)
        elif what in {"submit_again", "ask_clearance", "remove_signer"}:
            self.pass_or_answer(data)
        else:
            getattr(self, what)(data)

    def publish(self, data: st.DataObject) -> None:
        definition = data.draw(definitions)
        with self.later():
            review.publish_flow(
                actor=system(self.unit.pk), flow_code="main", name="试验流程", definition=definition, is_default=True
            )

    def submit(self, data: st.DataObject) -> None:
        author = data.draw(st.sampled_from(["liang", "liang", "wu", "qu", "zhou"]))
        second = data.draw(st.sampled_from(["", "", "", "lin", "chen", "admin_b"]))
        urgency = data.draw(st.sampled_from(["ordinary", "important", "urgent"]))
        category = data.draw(st.sampled_from(CATEGORIES))
        actor = self.actor(author)
        if not self.user(author).is_active or not actor.can("items.write"):
            return
        if len(self.in_state(Run.State.RUNNING)) >= _RUNS:
            return
        self.count += 1
        with self.later():
            changes = {**TEXT, "title": f"关于第 {self.count} 件事的建议", "urgency": urgency, "category": category}
            item = items.create_draft(actor=actor, changes=changes)
            signed = [self.user(name) for name in dict.fromkeys([author, second or author])]
            writers = [AuthorInput(user=user.uuid) for user in signed if user.is_active]
            item = items.set_authors(actor=actor, item_uuid=item.uuid, version=item.version, authors=writers)
            chosen = self.choices_of_starter(data, item)
        run = self.attempt(
            lambda: review.submit(actor=actor, item_uuid=item.uuid, version=item.version, chosen=chosen),
            may_fail_by={_DEAD_END, "review.choose"},
        )
        if run:
            self.runs.append(run.pk)

    def choices_of_starter(self, data: st.DataObject, item: Item) -> dict[str, list[UUID]]:
        asking = Asking(item, authors_of(item), clock.today())
        facts = facts_of(item)
        found: dict[str, list[UUID]] = {}
        for _place, step in parse(choose_version(facts).definition).path(facts):
            for entry in step.who:
                able = candidates(entry, asking) if entry.kind == "chosen_by_starter" else []
                if able and data.draw(st.sampled_from([True, True, True, False])):
                    found[step.key] = [user.uuid for user in data.draw(_some(able))]
        return found

    def submit_again(self, data: st.DataObject) -> None:
        change = data.draw(st.sampled_from(["", "title", "urgency", "author"]))
        item = data.draw(st.sampled_from(self.in_state(Run.State.RETURNED))).item
        writer = User.objects.get(pk=item.created_by_id)
        actor = writer.actor
        if not writer.is_active or not actor.can("items.write"):
            return
        with self.later():
            changed = {"title": {"title": f"{item.title}（改）"[:90]}, "urgency": {"urgency": "urgent"}}.get(change, {})
            item = items.save_draft(actor=actor, item_uuid=item.uuid, version=item.version, changes=changed)
            if change == "author":
                signed = {*item.authors.values_list("user__uuid", flat=True), self.user("he").uuid}
                signers = [AuthorInput(user=uuid) for uuid in sorted(signed, key=str) if self.in_use(uuid)]
                item = items.set_authors(actor=actor, item_uuid=item.uuid, version=item.version, authors=signers)
        self.attempt(
            lambda: review.submit(actor=actor, item_uuid=item.uuid, version=item.version), may_fail_by={_DEAD_END}
        )

    def recall(self, data: st.DataObject) -> None:
        item = data.draw(st.sampled_from(self.all_runs())).item
        assert item.created_by
        actor = User.objects.get(pk=item.created_by_id).actor
        self.attempt(lambda: review.recall(actor=actor, item_uuid=item.uuid, reason="写错了"))

    # ---------------------------------------------------------------- deciding

    def pass_or_answer(self, data: st.DataObject) -> None:
        """What the holder of an open task is there for always works, unless nobody can go on."""
        task = data.draw(st.sampled_from(self.open_tasks()))
        actor, uuid = task.holder.actor, task.uuid
        if task.kind not in {Task.Kind.DECIDE, Task.Kind.AFTER}:
            self.attempt(lambda: review.answer(actor=actor, task_uuid=uuid, words="数据属实"), may_fail_by={_DEAD_END})
            return
        extra = self.draw_pass(data, task)
        self.attempt(
            lambda: review.decide_pass(actor=actor, task_uuid=uuid, comment="同意", **extra), may_fail_by={_DEAD_END}
        )

    def draw_pass(self, data: st.DataObject, task: Task) -> dict[str, Any]:
        """Draw what a pass needs: the checklist, the destination, whom the next step asks."""
        with self.later():
            frame = frame_of(
                task.holder.actor, Run.objects.select_related("item", "flow_version__flow").get(pk=task.run_id)
            )
            step = frame.definition.steps[task.step]
            extra: dict[str, Any] = {}
            if step.checklist and task.kind == Task.Kind.DECIDE:
                lines = current(step.checklist)
                assert lines
                extra["checks"] = {line["key"]: {"ok": True} for line in lines.lines}
            if step.asks_destination:
                extra["destinations"] = data.draw(st.sampled_from([None, [], ["province"], ["local", "province"]]))
                frame.run.destinations = (
                    frame.run.destinations if extra["destinations"] is None else extra["destinations"]
                )
            if step.asks_difficulty:
                extra["difficulty"] = data.draw(st.sampled_from([None, "plain", "difficult"]))
                frame.run.difficulty = extra["difficulty"] or frame.run.difficulty
            place = next(iter(walk(frame, task.step)), None)
            following = frame.definition.steps[place] if place is not None else None
            for entry in following.who if following else ():
                able = candidates(entry, frame.asking(following)) if entry.kind == "chosen_by_previous" else []
                if able:
                    extra["chosen"] = [user.uuid for user in data.draw(_some(able))]
                    break
        return extra

    def decide_otherwise(self, data: st.DataObject) -> None:
        verb = data.draw(st.sampled_from(["object", "return", "return", "return", "keep", "decline", "edit"]))
        straight = data.draw(st.booleans())
        task = data.draw(st.sampled_from(self.open_tasks()))
        actor, uuid = task.holder.actor, task.uuid
        keys = [step.key for step in parse(task.run.flow_version.definition).steps]
        to = data.draw(st.sampled_from(["author", "author", *keys]))
        verbs: dict[str, Callable[[], Any]] = {
            "object": lambda: review.decide_object(actor=actor, task_uuid=uuid, reason=_REASON),
            "return": lambda: review.decide_return(
                actor=actor, task_uuid=uuid, reason=_REASON, to=to, straight_back=straight
            ),
            "keep": lambda: review.decide_keep(actor=actor, task_uuid=uuid, reason="留存备用"),
            "decline": lambda: review.decide_decline(actor=actor, task_uuid=uuid, reason="不属反映范围"),
            "edit": lambda: review.edit_text(
                actor=actor, task_uuid=uuid, version=task.run.item.version, texts=_texts(task.run.item)
            ),
        }
        self.attempt(verbs[verb])

    def meddle(self, data: st.DataObject) -> None:
        """A task that is somebody else's, or not open, is decided by nobody."""
        task, who = data.draw(st.sampled_from(self.all_tasks())), data.draw(_anybody)
        if task.holder.username == who and task.state == Task.State.OPEN:
            return
        self.must_refuse(lambda: review.decide_pass(actor=self.actor(who), task_uuid=task.uuid, comment="同意"))

    def take_back(self, data: st.DataObject) -> None:
        done = [task for task in self.all_tasks() if task.state == Task.State.DONE]
        if not done:
            return
        latest = max(done, key=lambda task: task.closed_at or _START)
        task = data.draw(st.sampled_from([latest, latest, *done[-4:]]))
        actor = User.objects.get(pk=task.holder_id).actor
        self.attempt(lambda: review.take_back(actor=actor, run_uuid=task.run.uuid, reason="点错了"))

    def decide_many(self, data: st.DataObject) -> None:
        who = data.draw(st.sampled_from(self.open_tasks())).holder.username
        verb = data.draw(st.sampled_from(["pass", "pass", "keep", "return", "reassign"]))
        mine = [task.uuid for task in self.open_tasks() if task.holder.username == who]
        if mine:
            with self.later():
                review.decide_many(
                    actor=self.actor(who), verb=verb, task_uuids=[*mine, uuid4()], reason=_REASON,
                    who=str(self.user(data.draw(_anybody)).uuid),
                )  # fmt: skip

    # ---------------------------------------------------------------- asking others

    def ask(self, data: st.DataObject) -> None:
        verb = data.draw(st.sampled_from(["add_before", "add_after", "add_after", "delegate", "reassign"]))
        task = data.draw(st.sampled_from(self.open_tasks()))
        whom = data.draw(st.lists(self.whom(task), min_size=1, max_size=2, unique=True))
        actor, uuid, who = task.holder.actor, task.uuid, [self.user(name).uuid for name in whom]
        verbs: dict[str, Callable[[], Any]] = {
            "add_before": lambda: review.add_before(actor=actor, task_uuid=uuid, who=who, reason="请把一下数据"),
            "add_after": lambda: review.add_after(actor=actor, task_uuid=uuid, who=who, reason="请再核一遍"),
            "delegate": lambda: review.delegate(actor=actor, task_uuid=uuid, who=who[0], reason="请先看"),
            "reassign": lambda: review.reassign(actor=actor, task_uuid=uuid, who=who[0], reason="出差"),
        }
        self.attempt(verbs[verb])

    def whom(self, task: Task) -> st.SearchStrategy[str]:
        """Return whom the holder of a task may want to ask: mostly somebody who can be asked."""
        barred = {user.pk for user in User.objects.filter(authorships__item=task.run.item_id)}
        barred |= set(Task.objects.filter(run=task.run_id, state__in=PENDING).values_list("holder", flat=True))
        able = sorted(with_permission("review.decide").exclude(pk__in=barred).values_list("username", flat=True))
        return st.sampled_from([*able, *able, *able, "liang", "admin_a", "zhou", "wu"])

    def consult(self, data: st.DataObject) -> None:
        """Ask questions inside and outside, answer those outside, withdraw one; hand the text on to write."""
        task = data.draw(st.sampled_from(self.open_tasks()))
        actor, uuid, user = task.holder.actor, task.uuid, self.user(data.draw(self.whom(task)))
        to = data.draw(
            st.sampled_from(
                [
                    Addressees(users=[user.uuid]),
                    Addressees(posts=["secretary"]),
                    Addressees(groups=[self.committee]),
                    Addressees(outside=[Outsider("区住建局", "何工", "13800000000")]),
                ]
            )
        )
        kind = data.draw(st.sampled_from(Question.Kind.values))
        if data.draw(st.sampled_from([True, False, False])):
            self.attempt(lambda: review.relay(actor=actor, task_uuid=uuid, who=user.uuid, reason="请接着写"))
        else:
            self.attempt(
                lambda: review.ask_questions(actor=actor, task_uuid=uuid, words="请核实数据", to=to, kind=kind)
            )

    def end_question(self, data: st.DataObject) -> None:
        asked = data.draw(st.sampled_from([*Question.objects.select_related("task__holder").order_by("pk")] or [None]))
        if asked is None:
            return
        link = OneTimeLink.objects.filter(object_uuid=asked.uuid).order_by("-pk").first()
        if link and data.draw(st.booleans()):
            self.attempt(
                lambda: review.answer_outside(actor=system(self.unit.pk, "区住建局 何工"), link=link, words="数据属实")
            )
        else:
            actor = asked.task.holder.actor
            self.attempt(lambda: review.withdraw_question(actor=actor, question_uuid=asked.uuid, reason="不用了"))

    def remove_signer(self, data: st.DataObject) -> None:
        by_asker, who = data.draw(st.sampled_from([True, True, False])), data.draw(_anybody)
        task = data.draw(st.sampled_from(self.asked_tasks()))
        actor = task.asked_by.actor if by_asker and task.asked_by else self.actor(who)
        self.attempt(lambda: review.remove_signer(actor=actor, task_uuid=task.uuid, reason="不用了"))

    def look_on(self, data: st.DataObject) -> None:
        who, verb = data.draw(_anybody), data.draw(st.sampled_from(["urge", "comment", "copy", "seen"]))
        run = data.draw(st.sampled_from(self.all_runs()))
        task = data.draw(st.sampled_from(list(run.tasks.select_related("holder").order_by("pk"))))
        actor = self.actor(who)
        verbs: dict[str, Callable[[], Any]] = {
            "urge": lambda: review.urge(actor=actor, run_uuid=run.uuid),
            "comment": lambda: review.comment(actor=actor, run_uuid=run.uuid, words="已阅"),
            "copy": lambda: review.copy_to(
                actor=task.holder.actor, task_uuid=task.uuid, who=[self.user(who).uuid], note="请知悉"
            ),
            "seen": lambda: review.mark_seen(actor=task.holder.actor, task_uuid=task.uuid),
        }
        self.attempt(verbs[verb])

    # ---------------------------------------------------------------- administration

    def administer(self, data: st.DataObject) -> None:
        verb = data.draw(st.sampled_from(["jump", "jump", "end", "restart", "reassign", "expedite", "expedite"]))
        by, whom = data.draw(st.sampled_from(["admin_a", "admin_a", "admin_b", "lin"])), data.draw(_anybody)
        run = data.draw(st.sampled_from(self.all_runs()))
        keys = [step.key for step in parse(run.flow_version.definition).steps]
        to = data.draw(st.sampled_from(keys))
        as_verb = data.draw(st.sampled_from(["keep", "decline"]))
        task = data.draw(st.sampled_from(list(run.tasks.select_related("holder").order_by("pk"))))
        actor = task.holder.actor if verb == "expedite" else self.actor(by)
        verbs: dict[str, Callable[[], Any]] = {
            "jump": lambda: review.jump(actor=actor, run_uuid=run.uuid, to=to, reason=_REASON),
            "end": lambda: review.end_run(actor=actor, run_uuid=run.uuid, as_verb=as_verb, reason=_REASON),
            "restart": lambda: review.restart(actor=actor, run_uuid=run.uuid, reason=_REASON),
            "reassign": lambda: review.reassign_task(
                actor=actor, task_uuid=task.uuid, who=self.user(whom).uuid, reason=_REASON
            ),
            "expedite": lambda: review.expedite(actor=actor, run_uuid=run.uuid, reason="台风将至"),
        }
        self.attempt(verbs[verb])

    def ask_clearance(self, data: st.DataObject) -> None:
        item = data.draw(st.sampled_from(self.in_state(Run.State.PASSED))).item
        run = self.attempt(
            lambda: review.ask_clearance(
                actor=system(self.unit.pk), item_uuid=item.uuid, destinations=["local", "province"]
            )
        )
        if run:
            self.runs.append(run.pk)

    # ---------------------------------------------------------------- people come and go

    def come_and_go(self, data: st.DataObject) -> None:
        what = data.draw(st.sampled_from(_COMINGS_AND_GOINGS))
        who, other = data.draw(st.sampled_from(_COME_AND_GO)), data.draw(_anybody)
        post, first, days = (data.draw(st.sampled_from(some)) for some in (POSTS, [0, 0, 1], [0, 1, 2]))
        actor, user, another = system(self.unit.pk), self.user(who), self.user(other)
        holding = data.draw(st.sampled_from(list(Holding.objects.filter(held_to=None).order_by("pk"))))
        absence = data.draw(st.sampled_from([None, *Absence.objects.filter(ended_at=None).order_by("pk")]))

        def day(n: int) -> date:
            return clock.today() + timedelta(days=n)

        verbs: dict[str, Callable[[], Any]] = {
            "replace": lambda: review.replace_holder(
                actor=actor, position_code=holding.position.code, old=holding.user, new=another, on=day(first)
            ),
            "leave": lambda: accounts.end_holding(actor=actor, holding=holding, on=day(first)),
            "take": lambda: accounts.put_in_post(
                actor=actor, user=user, position_code=post, held_from=day(0), held_to=day(days) if days else None
            ),
            "away": lambda: review.set_absence(
                actor=user.actor, user=user, stand_in=another, away_from=day(first), away_through=day(first + days)
            ),
            "back": lambda: absence and review.end_absence(actor=actor, absence_id=absence.pk),
            "account": lambda: self.switch_account(actor, user),
            "rights": lambda: accounts.set_roles(actor=actor, user=user, roles=self.other_roles(user)),
            "group": lambda: accounts.set_groups(actor=actor, user=user, groups=[COMMITTEE] if first else []),
        }
        self.attempt(verbs[what])

    @staticmethod
    def switch_account(actor: Actor, user: User) -> User:
        """Take an account out of use, or back in."""
        switch = accounts.deactivate_user if user.is_active else accounts.reactivate_user
        return switch(actor=actor, user=user)

    @staticmethod
    def other_roles(user: User) -> set[str]:
        """Return the roles of a user with the right to decide withdrawn, or given back."""
        kept = set(user.roles.values_list("code", flat=True))
        deciding = set(Role.objects.filter(permissions__contains=["review.decide"]).values_list("code", flat=True))
        return kept - deciding if kept & deciding else kept | {"reviewer"}

    def time_passes(self, data: st.DataObject) -> None:
        """Alarms ring in their order, each at its moment."""
        until = self.moment + timedelta(hours=data.draw(st.sampled_from([1, 5, 24, 24, 72])))
        while message := OutboxMessage.objects.filter(
            topic__in=_ALARMS, done_at=None, available_at__lte=until
        ).order_by("available_at", "pk").first():  # fmt: skip
            self.moment = max(self.moment, message.available_at)
            with self.later():
                _ALARMS[message.topic](message.payload)
                OutboxMessage.objects.filter(pk=message.pk).update(done_at=clock.now())
        self.moment = max(self.moment, until)

    # ---------------------------------------------------------------- promises and helpers

    @invariant()
    def promises_hold(self) -> None:
        with clock.at(self.moment):
            self.witness.look(self.runs)

    def later(self) -> AbstractContextManager[None]:
        """Let what follows happen a minute after what came before."""
        self.moment += timedelta(minutes=1)
        return clock.at(self.moment)

    def attempt(self, verb: Callable[[], Any], *, may_fail_by: set[str] | None = None) -> Any:
        """Do it; a refusal must have changed nothing at all, and be one of `may_fail_by` when that is given.

        One that says so (a link that is gone) leaves its trace in the trail, and nothing else.
        """
        with self.later():
            before = digest()
            try:
                return verb()
            except Refusal as refused:
                refusal = refused
            changed = {table for table, value in digest().items() if value != before[table]}
            assert changed == ({TRAIL} if refusal.trace else set()), f"{refusal.message} changed {changed}"
            assert may_fail_by is None or refusal.code in may_fail_by, f"{refusal.code}: {refusal.message}"
            return None

    def must_refuse(self, verb: Callable[[], Any]) -> None:
        """Do what must be refused, and change nothing."""
        assert self.attempt(verb) is None

    def user(self, name: str) -> User:
        """Return a person as they are now."""
        return User.objects.get(pk=self.people[name].pk)

    def actor(self, name: str) -> Actor:
        """Return a person as an actor, with the rights they have now."""
        return self.user(name).actor

    def in_use(self, uuid: UUID) -> bool:
        return User.objects.filter(uuid=uuid, is_active=True).exists()

    def all_runs(self) -> list[Run]:
        rows = Run.objects.filter(pk__in=self.runs).select_related("item", "flow_version__flow")
        return list(rows.order_by("pk"))

    def in_state(self, state: Run.State) -> list[Run]:
        return [run for run in self.all_runs() if run.state == state and run.purpose == Run.Purpose.REVIEW]

    def all_tasks(self) -> list[Task]:
        rows = Task.objects.filter(run__in=self.runs)
        return list(rows.select_related("holder", "run__item", "run__flow_version", "asked_by").order_by("pk"))

    def open_tasks(self) -> list[Task]:
        return [task for task in self.all_tasks() if task.state == Task.State.OPEN]

    def asked_tasks(self) -> list[Task]:
        return [task for task in self.all_tasks() if task.asked_by]


def _some(able: list[User]) -> st.SearchStrategy[list[User]]:
    return st.lists(st.sampled_from(able), min_size=1, max_size=2, unique_by=lambda user: user.pk)


def _texts(item: Item) -> Texts:
    return Texts(f"{item.title}"[:90], f"{item.problem}又补充一句。", item.analysis, item.suggestions)
