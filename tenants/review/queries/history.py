"""The history of an item in review, in readable lines; for its authors without names where the unit wants that."""

from dataclasses import dataclass, replace
from datetime import datetime

from tenants.items.models import Item
from tenants.items.queries import NAMELESS
from tenants.review.holders import authors_of
from tenants.review.models import Act, Task, Verb

# Where the verb's own word reads badly in a history, and how a verb is told that was aimed at somebody or something.
_WORDS = {Verb.START: "提交审核", Verb.RESUBMIT: "修改后重新提交", Verb.COMMENT: "写意见"}
_AIMED = {
    Verb.START: "发起报送审签（{}）",
    Verb.RETURN: "退回{}",
    Verb.TAKE_BACK: "收回“{}”",
    Verb.ADD_BEFORE: "请{}前加签",
    Verb.ADD_AFTER: "请{}后加签",
    Verb.REMOVE: "撤回请{}办理",
    Verb.REASSIGN: "转办：{}",
    Verb.DELEGATE: "委派{}",
    Verb.VERIFY: "请{}核实",
    Verb.CONSULT: "请{}联审",
    Verb.RELAY: "交{}接着写",
    Verb.URGE: "催办{}",
    Verb.COPY: "抄送{}",
    Verb.JUMP: "跳转到{}",
    Verb.END: "终止，{}",
    Verb.MERGE: "并入综合稿{}",
    Verb.HAND_OVER: "移交{}",
    Verb.LATE: "超期，告知{}",
}
# What the authors of an item are told the reason of, when names are hidden from them.
_OPEN_REASONS = frozenset(
    {
        Verb.PASS, Verb.OBJECT, Verb.RETURN, Verb.DECLINE, Verb.KEEP, Verb.EXPEDITE, Verb.JUMP, Verb.END, Verb.RESTART,
        Verb.TAKE_BACK, Verb.SKIP, Verb.TAKE_APART,
    }
)  # fmt: skip
_OPEN_AIMS = frozenset({Verb.START, Verb.RETURN, Verb.TAKE_BACK, Verb.JUMP, Verb.END})
# What reviewers ask others before deciding, and what they are answered: none of the authors' business.
_ASKS = frozenset({Verb.VERIFY, Verb.CONSULT})
# By what a reviewer hands a colleague work: whom is no secret, but the words are for the two of them.
_HANDS = frozenset({Verb.ADD_BEFORE, Verb.ADD_AFTER, Verb.DELEGATE, Verb.RELAY})


@dataclass(frozen=True, slots=True)
class TimelineLine:
    """Who, as what post, in whose stead, did what at which step, why, when; `edition` is the text they left.

    `aim` says in words whom or what it was aimed at; `words` says both at once.
    """

    at: datetime
    who: str
    post: str
    step: str
    verb: Verb
    what: str
    why: str = ""
    aim: str = ""
    in_stead_of: str = ""
    edition: int | None = None

    @property
    def by(self) -> str:
        """Post and name in one: 研究室 周敏; 主席 何静（代陈立）."""
        stead = f"（代{self.in_stead_of}）" if self.in_stead_of else ""
        return " ".join(part for part in (self.post, self.who) if part) + stead

    @property
    def words(self) -> str:
        """What was done, with its aim: 退回研究室编审; 抄送何静."""
        return _AIMED[self.verb].format(self.aim) if self.aim and self.verb in _AIMED else self.what


def timeline(item: Item, *, hide_names: bool = False, inner: bool = True) -> list[TimelineLine]:
    """Return what was done with an item in all its runs, oldest first, by one or two queries.

    The caller checks the right. With `hide_names` only the authors' own names stay: posts stand for the others, and
    what may name somebody (whom a verb was aimed at, what reviewers wrote to each other) is left out. Without `inner`
    it does not tell what reviewers asked others before deciding, nor what they were answered, nor the words with which
    one handed work to a colleague.
    """
    return lines_of(acts_of(item), item, hide_names=hide_names, inner=inner)


def acts_of(item: Item) -> list[Act]:
    """Return the acts of all runs of an item, oldest first."""
    return list(Act.objects.filter(run__item=item).select_related("edition", "task").order_by("run_id", "seq"))


def lines_of(acts: list[Act], item: Item, *, hide_names: bool, inner: bool) -> list[TimelineLine]:
    """Return acts of an item as lines; `hide_names` and `inner` as `timeline`."""
    if not inner:
        acts = [act for act in acts if act.verb not in _ASKS and not _answers_asker(act)]
    if not hide_names:
        lines = [_line(act) for act in acts]
        return lines if inner else [replace(line, why="") if line.verb in _HANDS else line for line in lines]
    own = authors_of(item).users | {item.created_by_id}
    return [_nameless(act, own=act.by_id is not None and act.by_id in own) for act in acts]


def _answers_asker(act: Act) -> bool:
    """Return whether an act answers a colleague's question; who was given the text to write on hands it back."""
    return act.verb == Verb.ANSWER and (act.task is None or act.task.kind != Task.Kind.WRITE)


def _line(act: Act) -> TimelineLine:
    verb = Verb(act.verb)
    return TimelineLine(
        at=act.at,
        who=act.by_label,
        post=act.position_name,
        step=act.step_name,
        verb=verb,
        what=_WORDS.get(verb, verb.label),
        aim=act.aim,
        in_stead_of=act.in_stead_of_name,
        why=act.reason,
        edition=act.edition.number if act.edition else None,
    )


def _nameless(act: Act, *, own: bool) -> TimelineLine:
    verb = Verb(act.verb)
    by_system = act.by_id is None and act.by_label == "系统"
    stranger = "系统" if by_system else "" if act.position_name else NAMELESS
    return TimelineLine(
        at=act.at,
        who=act.by_label if own else stranger,
        post=act.position_name,
        step=act.step_name,
        verb=verb,
        what=_WORDS.get(verb, verb.label),
        aim=act.aim if verb in _OPEN_AIMS else "",
        why=act.reason if own or verb in _OPEN_REASONS else "",
        edition=act.edition.number if act.edition else None,
    )
