"""A small stage on which the pairs of verbs are played: a fixed cast, flows of each mode, and acts as short lines.

A line is `<who> <verb> [<whom or where>]`: `A pass`, `A before D`, `C return 1 straight`, `author recall`,
`admin jump 3`, `A leaves`. A and B hold 研究室, C is 秘书长, E 主席, G 分管副主席; D and F can be asked, V answers
questions. `docs/review.md` is written in these lines.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction

from tenants.accounts import operations as accounts
from tenants.accounts.models import Holding, User
from tenants.items.models import Item
from tenants.review import operations as review
from tenants.review.models import PENDING, Question, Run, Task, Verb
from tenants.review.operations import Addressees
from tests.factories import make_draft, make_user
from tests.tenants.review.conftest import House
from zhitong.core import clock
from zhitong.core.errors import Refusal
from zhitong.core.operations import system

_LATE = {"limit_days": 2, "on_late": "hand_on", "late_to": [{"kind": "post", "post": "vice_chair"}]}
_BEHIND: list[dict[str, Any]] = [{"posts": ["secretary"]}, {"posts": ["chair"]}]
_COMMITTEES = [{"kind": "user", "username": "lin"}, {"kind": "user", "username": "sun"}]
FLOWS: dict[str, list[dict[str, Any]]] = {
    "all": [{"posts": ["research"], "mode": "all", **_LATE}, *_BEHIND],
    "any": [{"posts": ["research"], "mode": "any"}, *_BEHIND],
    "in order": [{"posts": ["research"], "mode": "in_order", "limit_days": 2}, *_BEHIND],
    "vote": [{"posts": ["research", "secretary"], "mode": "n_of_m", "n": 2}, {"posts": ["chair"]}],
    "joint": [{"who": _COMMITTEES, "mode": "joint", "collator": [{"kind": "post", "post": "research"}]}, *_BEHIND],
    "gap": [{"posts": ["research"], "mode": "any"}, {"posts": ["info_officer"], "on_empty": "skip"}, _BEHIND[1]],
    "one": [{"posts": ["research"], "mode": "any"}],
}  # fmt: skip
NAMES = {"A": "zhou", "B": "lin", "C": "he", "D": "sun", "E": "chen", "F": "ou", "V": "qu", "G": "vice"}
LETTERS = {name: letter for letter, name in NAMES.items()}
# What whoever has a task of the run may try with it, and the rest of it, which does as something here does.
OWN = (
    "pass", "object", "return", "return straight", "return 1", "keep", "before F", "after F", "reassign F", "relay F",
    "verify V", "answer", "expedite",
)  # fmt: skip
ALIKE = ("decline", "delegate F", "return 1 straight", "consult V", "copy F")
# The verb of the history that a line of each kind leaves there; the step of "gap" that nobody holds is SKIPped.
VERBS = {
    "pass": Verb.PASS, "object": Verb.OBJECT, "answer": Verb.ANSWER, "return": Verb.RETURN, "decline": Verb.DECLINE,
    "keep": Verb.KEEP, "recall": Verb.RECALL, "take": Verb.TAKE_BACK, "before": Verb.ADD_BEFORE,
    "after": Verb.ADD_AFTER, "remove": Verb.REMOVE, "reassign": Verb.REASSIGN, "delegate": Verb.DELEGATE,
    "verify": Verb.VERIFY, "consult": Verb.CONSULT, "relay": Verb.RELAY, "urge": Verb.URGE, "copy": Verb.COPY,
    "comment": Verb.COMMENT, "expedite": Verb.EXPEDITE, "jump": Verb.JUMP, "end": Verb.END, "restart": Verb.RESTART,
    "leaves": Verb.HAND_OVER, "replaced": Verb.HAND_OVER, "away": Verb.HAND_OVER, "deactivated": Verb.HAND_OVER,
    "late": Verb.LATE, "submit": Verb.RESUBMIT,
}  # fmt: skip


@dataclass
class Stage:
    """The house with the cast, and a run that a flow was begun for."""

    house: House
    people: dict[str, User] = field(default_factory=dict)
    run: Run = field(init=False)

    def __post_init__(self) -> None:
        unit = self.house.unit
        self.people = {
            "A": self.house.research,
            "B": make_user(unit, "lin", name="林岚", roles=["reviewer"], posts=["research"]),
            "C": self.house.secretary,
            "D": make_user(unit, "sun", name="孙越", roles=["reviewer"]),
            "E": self.house.chair,
            "F": make_user(unit, "ou", name="欧阳雪", roles=["reviewer"]),
            "V": make_user(unit, "qu", name="区嘉豪", roles=["author"]),
            "G": make_user(unit, "vice", name="冯强", roles=["leader"], posts=["vice_chair"]),
            "author": self.house.author,
            "admin": self.house.admin,
        }

    def begin(self, flow: str) -> None:
        """Hand an item in that goes through `flow`."""
        self.house.publish(*FLOWS[flow])
        item = make_draft(self.house.unit, self.house.author)
        self.run = review.submit(actor=self.house.author.actor, item_uuid=item.uuid, version=item.version)

    def tasks(self) -> list[Task]:
        """Return the tasks of the run by age."""
        return list(Task.objects.filter(run=self.run).select_related("holder", "in_stead_of").order_by("pk"))

    def stands(self) -> str:
        """Return where the run stands: `2: C`, `1: B, D; A held`, `returned`."""
        self.run.refresh_from_db()
        if self.run.state != Run.State.RUNNING:
            return str(self.run.state)
        parts, tasks = [], self.tasks()
        for state in (Task.State.OPEN, Task.State.HELD, Task.State.WAITING):
            names = ", ".join(sorted(self.letter(task) for task in tasks if task.state == state))
            if names:
                parts.append(names if state == Task.State.OPEN else f"{names} {state}")
        return f"{self.run.step + 1}: " + "; ".join(parts)

    def letter(self, task: Task) -> str:
        """Return who holds a task, in whose stead."""
        name = LETTERS.get(task.holder.username, "admin")
        return f"{name} for {LETTERS[task.in_stead_of.username]}" if task.in_stead_of else name

    def vocabulary(self, acting: str, *, all_of_it: bool = False) -> list[str]:
        """Return all that can be tried now: with the tasks of `acting`, by author and administrator, from outside."""
        tasks = self.tasks()
        pending = {self.letter(task)[0] for task in tasks if task.state in PENDING}
        took_part = {self.letter(task)[0] for task in tasks} - {"a"}  # the administrator
        verbs = (*OWN, *ALIKE) if all_of_it else OWN
        lines = [f"{who} {verb}" for who in acting if who in pending for verb in verbs]
        lines += [f"{who} pass" for who in sorted(took_part - pending)]
        lines += [f"{who} take back" for who in sorted(took_part)]
        lines += [f"A remove {who}" for who in sorted({self.letter(task)[0] for task in tasks if task.parent_id})]
        lines += ["author submit", "author recall", "author urge", "author comment"]
        lines += ["admin jump 3", "admin end", "admin restart"]
        open_ = {self.letter(task) for task in tasks if task.state == Task.State.OPEN}
        for who in ("A", "D"):
            lines += [f"admin reassign {who} F", f"{who} deactivated"] if who in took_part else []
            lines += [f"{who} late"] if who in open_ else []
        if Holding.objects.filter(user=self.people["A"], held_to=None).exists():
            lines += ["A leaves", "A replaced F"]
        return [*lines, "A away F"]

    def play(self, line: str) -> Any:
        """Do what a line says.

        Raises:
            Refusal: as the verb.
        """
        who, verb, *rest = line.split()
        if verb in _OF_PEOPLE:
            done = _OF_PEOPLE[verb](self, self.people[who], *rest)
            self._meet_again()
            return done
        if who == "author":
            return self._as_author(verb)
        if who == "admin":
            return self._as_admin(verb, rest)
        return self._as_holder(who, verb, rest)

    def what_if(self, line: str) -> str:
        """Return where a line would lead, or the first words of its refusal; undo it."""
        point = transaction.savepoint()
        try:
            self.play(line)
            return self.stands()
        except Refusal as refusal:
            return "refused: " + _first_words(refusal.message)
        finally:
            transaction.savepoint_rollback(point)
            if line.split()[1] in _OF_PEOPLE:
                self._meet_again()

    def _meet_again(self) -> None:
        self.people = {name: User.objects.get(pk=user.pk) for name, user in self.people.items()}

    def own(self, who: str) -> Task:
        """Return the latest task of somebody, a pending one before all others."""
        mine = [task for task in self.tasks() if task.holder_id == self.people[who].pk]
        return next((task for task in mine if task.state in PENDING), mine[-1])

    def _as_author(self, verb: str) -> Any:
        item = Item.objects.get(pk=self.run.item_id)
        actor = self.house.author.actor
        match verb:
            case "recall":
                return review.recall(actor=actor, item_uuid=item.uuid, reason="写错了")
            case "urge":
                return review.urge(actor=actor, run_uuid=self.run.uuid)
            case "comment":
                return review.comment(actor=actor, run_uuid=self.run.uuid, words="已补充说明")
        return review.submit(actor=actor, item_uuid=item.uuid, version=item.version)

    def _as_admin(self, verb: str, rest: list[str]) -> Any:
        given: dict[str, Any] = {"actor": self.house.admin.actor, "reason": "情况有变"}
        match verb:
            case "jump":
                return review.jump(run_uuid=self.run.uuid, to=f"s{rest[0]}", **given)
            case "end":
                return review.end_run(run_uuid=self.run.uuid, as_verb="keep", **given)
            case "restart":
                return review.restart(run_uuid=self.run.uuid, **given)
            case _:
                return review.reassign_task(task_uuid=self.own(rest[0]).uuid, who=self.people[rest[1]].uuid, **given)

    def _as_holder(self, who: str, verb: str, rest: list[str]) -> Any:
        task, actor = self.own(who), self.people[who].actor
        whom: Any = self.people[rest[0]].uuid if rest and rest[0] in self.people else None
        given: dict[str, Any] = {"actor": actor, "task_uuid": task.uuid, "reason": "数据请再核实"}
        match verb:
            case "pass":
                return review.decide_pass(actor=actor, task_uuid=task.uuid, comment="同意")
            case "return":
                to = "s1" if "1" in rest else "author"
                return review.decide_return(to=to, straight_back="straight" in rest, **given)
            case "answer":
                return review.answer(actor=actor, task_uuid=task.uuid, words="数据属实")
            case "verify" | "consult":
                kind = Question.Kind.VERIFY if verb == "verify" else Question.Kind.OPINION
                to = Addressees(users=[self.people[rest[0]].uuid])
                return review.ask_questions(actor=actor, task_uuid=task.uuid, words="请核实数据", to=to, kind=kind)
            case "copy":
                return review.copy_to(actor=actor, task_uuid=task.uuid, who=[whom])
            case "remove":
                return review.remove_signer(actor=actor, task_uuid=self.own(rest[0]).uuid, reason="不用了")
            case "take":
                return review.take_back(actor=actor, run_uuid=self.run.uuid, reason="点错了")
            case "expedite":
                return review.expedite(actor=actor, run_uuid=self.run.uuid, reason="台风将至")
            case "before" | "after":
                return {"before": review.add_before, "after": review.add_after}[verb](who=[whom], **given)
            case "delegate" | "reassign" | "relay":
                verbs = {"delegate": review.delegate, "reassign": review.reassign, "relay": review.relay}
                return verbs[verb](who=whom, **given)
            case _:
                verbs = {
                    "object": review.decide_object, "decline": review.decide_decline, "keep": review.decide_keep,
                }  # fmt: skip
                return verbs[verb](**given)

    def leave(self, user: User) -> Any:
        """End what `user` holds, without a successor."""
        holding = Holding.objects.get(user=user, held_to=None)
        return accounts.end_holding(actor=system(self.house.unit.pk), holding=holding)

    def replace(self, user: User, whom: str) -> Any:
        """Let somebody else hold the post of `user`."""
        actor, post = self.house.admin.actor, Holding.objects.get(user=user, held_to=None).position.code
        return review.replace_holder(actor=actor, position_code=post, old=user, new=self.people[whom])

    def send_away(self, user: User, whom: str) -> Any:
        """Let somebody stand in for `user` from today."""
        today = clock.today()
        actor = user.actor
        stand_in = self.people[whom]
        return review.set_absence(actor=actor, user=user, stand_in=stand_in, away_from=today, away_through=today)

    def deactivate(self, user: User) -> Any:
        """Take an account out of use."""
        return accounts.deactivate_user(actor=system(self.house.unit.pk), user=user)

    def miss(self, user: User) -> Any:
        """Let the limit of what `user` has open pass."""
        task = next(task for task in reversed(self.tasks()) if task.holder_id == user.pk)
        due = task.due_at or clock.now()
        with clock.at(max(due, clock.now()) + timedelta(hours=1)):
            return review.limit_passed(actor=system(self.house.unit.pk), task_uuid=task.uuid, due=due)


def _first_words(message: str) -> str:
    """Return a refusal up to its first comma, without the time it names."""
    return re.split("[，；。]", re.sub(r"\d\d-\d\d \d\d:\d\d", "…", message))[0]


_OF_PEOPLE: dict[str, Callable[..., Any]] = {
    "leaves": Stage.leave,
    "replaced": Stage.replace,
    "away": Stage.send_away,
    "deactivated": Stage.deactivate,
    "late": Stage.miss,
}
