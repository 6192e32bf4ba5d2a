"""What a verb asks for before it is carried out: whom, where to, how, and why."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.http import QueryDict
from django.urls import reverse

from tenants.review import holders
from tenants.review.definition import DESTINATIONS, DIFFICULTIES, Step, WhoKind
from tenants.review.models import PENDING, Run, Task, Verb
from tenants.review.queries import Candidate, RunScreen, TaskScreen, find_people
from tenants.review.suggesting import usual_handler
from zhitong.core import clock
from zhitong.core.errors import Refusal
from zhitong.exchange.models import AdoptionMode

# What is withdrawn, by the kind of the task that was asked for.
REMOVED = {
    Task.Kind.DELEGATE: "委派",
    Task.Kind.VERIFY: "核实",
    Task.Kind.OPINION: "联审",
    Task.Kind.WRITE: "接力撰写",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One value to choose, with a note under its name."""

    value: str
    label: str
    chosen: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """A choice the box asks for: `kind` is `select`, `radio` or `check`."""

    name: str
    label: str
    kind: str
    choices: Sequence[Choice]
    error: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Picker:
    """People to choose among: those found for `words`, the chosen ones first; one or several. `url` finds others."""

    label: str
    people: Sequence[Candidate]
    url: str
    words: str
    many: bool
    deciding: bool
    error: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """The opened box of one verb. `title` heads it, `confirm` stands on the red button, `reason` over the text."""

    verb: str
    title: str
    confirm: str
    reason: str = "理由"
    needs_reason: bool = True
    fields: Sequence[Field] = ()
    picker: Picker | None = None
    hidden: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


def ask_of(screen: TaskScreen, verb: str, post: QueryDict, query: QueryDict, refusal: Refusal | None) -> Ask | None:
    """Return the box of a verb with what was chosen in it, None where the reader cannot use the verb here.

    Args:
        screen: the task.
        verb: a word of `verbs.VERBS`.
        post: what was sent, empty on the way in.
        query: the address, which names the signer to withdraw.
        refusal: what was wrong with it.
    """
    errors = {name: " ".join(words) for name, words in (refusal.fields if refusal else {}).items()}
    box = _Box(screen, post, errors)
    if not screen.decides and screen.is_mine and verb not in {"reassign", "copy"}:
        return box.answer()
    makers: dict[str, Callable[[], Ask]] = {
        Verb.PASS: box.passing,
        Verb.OBJECT: lambda: Ask(Verb.OBJECT, "不同意", "投不同意"),
        Verb.RETURN: box.returning,
        Verb.KEEP: lambda: Ask(Verb.KEEP, "留存", "留存"),
        Verb.DECLINE: lambda: Ask(Verb.DECLINE, "不采用", "不采用"),
        "add": box.adding,
        "reassign": lambda: Ask("reassign", "转办", "转办", picker=box.picker("转给谁", many=False)),
        "delegate": lambda: Ask("delegate", "委派", "委派", picker=box.picker("请谁先办", many=False)),
        "copy": box.copying,
        "expedite": lambda: Ask("expedite", "转绿色通道", "转绿色通道", note="急事急报，须写明为什么急"),
    }
    if verb == Verb.PASS and not screen.pass_asks and "chosen" not in errors:
        return None  # a press is enough: what is wrong stands beside the checklist or under the box that is there
    if screen.is_mine and verb in makers:
        return makers[verb]()
    if verb == "remove":
        return box.removing(post.get("signer") or query.get("signer", ""))
    if verb == "take_back" and screen.is_own and screen.takes_back:
        return Ask("take_back", "收回", "收回")
    return None


@dataclass(frozen=True, slots=True)
class _Box:
    screen: TaskScreen
    post: QueryDict
    errors: Mapping[str, str]

    def answer(self) -> Ask:
        """The box of whoever was asked by another."""
        task = self.screen.task
        asker = task.asked_by
        asked = [act for act in self.screen.acts if act.seq == task.opened_seq and act.reason]
        why = f"{asker.name}：{asked[0].reason}" if asker and asked and not self.screen.hides_names else ""
        return Ask(Verb.ANSWER, task.get_kind_display(), "回复", reason="回复意见", note=why)

    def passing(self) -> Ask:
        """Passing where something is to be chosen or said with it."""
        screen, fields = self.screen, []
        adopts = screen.run.purpose == Run.Purpose.REVIEW and screen.item.is_report
        if screen.step.asks_destination:
            fields.append(self._destinations())
        if screen.step.asks_difficulty:
            fields.append(self._difficulty())
        chosen = self._next_people()
        if chosen:
            fields.append(chosen)
        if screen.is_last and adopts:
            mode = self.post.get("mode", AdoptionMode.SINGLE)
            modes = [Choice(value, label, value == mode) for value, label in AdoptionMode.choices]
            fields.append(Field("mode", "采用方式", "select", modes, self.errors.get("mode", "")))
        word = "同意" if screen.is_vote else "通过"
        confirm = "通过并采用" if screen.is_last and adopts else word
        if screen.is_collator:
            return Ask(Verb.PASS, "汇总各方意见", confirm, reason="汇总意见", fields=fields)
        return Ask(Verb.PASS, word, confirm, reason="意见", needs_reason=False, fields=fields)

    def returning(self) -> Ask:
        """Returning: to whom, and which way it comes back."""
        screen = self.screen
        to, way = self.post.get("to", ""), self.post.get("way", "")
        author = [Choice("author", "反映人", to == "author")] if screen.returns_to_author else []
        earlier = [Choice(step.key, step.name, to == step.key) for step in reversed(screen.earlier_steps)]
        ways = [
            Choice("", "重走流程", not way, "从退回的地方起，各步重新办理"),
            Choice("straight", "直接回到这一步", way == "straight", "中间的步骤不再办理"),
        ]
        fields = [
            Field("to", "退给", "select", [*author, *earlier], self.errors.get("to", "")),
            Field("way", "改好以后", "radio", ways),
        ]
        return Ask(Verb.RETURN, "退回", "退回", fields=fields)

    def adding(self) -> Ask:
        """Adding signers, before or behind."""
        side = self.post.get("side", "before")
        sides = [
            Choice("before", "前加签", side != "after", "请他们先签，都回复后再由您办理"),
            Choice("after", "后加签", side == "after", "您通过以后请他们再签，都签了才往下走"),
        ]
        picker = self.picker("请谁加签", many=True)
        return Ask("add", "加签", "加签", fields=[Field("side", "先后", "radio", sides)], picker=picker)

    def copying(self) -> Ask:
        """Showing the run to readers."""
        picker = self.picker("抄送给谁", many=True, deciding=False)
        return Ask("copy", "抄送", "抄送", reason="附言", needs_reason=False, picker=picker)

    def removing(self, signer: str) -> Ask | None:
        """Withdrawing somebody whom the reader asked."""
        child = next((one for one in self.screen.children if str(one.uuid) == signer), None)
        if child is None or child.asked_by_id != self.screen.reader.pk:
            return None
        what = REMOVED.get(Task.Kind(child.kind), "加签")
        return Ask("remove", f"撤回{what}：{child.holder.name}", f"撤回{what}", hidden={"signer": signer})

    def picker(self, label: str, *, many: bool, deciding: bool = True) -> Picker:
        """People to choose among: what is searched for, and who is chosen already."""
        words = self.post.get("find", "")
        deciding = deciding and (self.screen.decides or self.screen.task.kind in {Task.Kind.BEFORE, Task.Kind.DELEGATE})
        people = people_of(self.screen, words, self.post.getlist("who"), deciding=deciding)
        url = reverse("review:people", args=[self.screen.task.uuid])
        return Picker(label, people, url, words, many, deciding, self.errors.get("who", ""))

    def _destinations(self) -> Field:
        given = self.post.getlist("destinations") if "verb" in self.post else self.screen.run.destinations
        choices = [Choice(code, label, code in given) for code, label in DESTINATIONS.items()]
        return Field("destinations", "拟报送", "check", choices, self.errors.get("destinations", ""), "可不选")

    def _difficulty(self) -> Field:
        given = self.post.get("difficulty", self.screen.run.difficulty)
        choices = [Choice(code, label, code == given) for code, label in DIFFICULTIES.items()]
        return Field("difficulty", "难易程度", "radio", choices, self.errors.get("difficulty", ""))

    def _next_people(self) -> Field | None:
        step = self.screen.chooses_next or self._refused_step()
        entry = next((one for one in step.who if one.kind is WhoKind.CHOSEN_BY_PREVIOUS), None) if step else None
        if step is None or entry is None:
            return None
        people = holders.candidates(entry, _asking(self.screen, clock.today()))
        given = self.post.getlist("chosen")
        if not people:
            return None
        usual, words = usual_handler(self.screen.item, [user.uuid for user in people])
        choices = [
            Choice(key, user.name, key in given, words if key == usual else "")
            for user in people
            for key in [str(user.uuid)]
        ]
        return Field("chosen", f"“{step.name}”由谁办理", "check", choices, self.errors.get("chosen", ""))

    def _refused_step(self) -> Step | None:
        """The next step that what was just chosen leads to, where that one asks for people."""
        if "chosen" not in self.errors:
            return None
        facts = {**self.screen.facts, "destination": tuple(self.post.getlist("destinations"))}
        facts |= {"difficulty": self.post.get("difficulty", self.screen.run.difficulty)}
        return next(
            (
                self.screen.definition.steps[place]
                for place in self.screen.definition.walk(facts, self.screen.task.step)
            ),
            None,
        )


def people_of(screen: RunScreen, words: str, chosen: Sequence[str], *, deciding: bool = True) -> list[Candidate]:
    """Return whom one can ask about a run: nobody who wrote the item or has it already."""
    busy = {task.holder_id for task in screen.tasks if task.state in PENDING} if deciding else set()
    authors = holders.authors_of(screen.item)
    return find_people(words, chosen=chosen, deciding=deciding, authors=authors, busy=busy)


def _asking(screen: TaskScreen, on: date) -> holders.Asking:
    return holders.Asking(screen.item, holders.authors_of(screen.item), on)
