"""What stands beside a text in review: what others were asked, remarks on passages, who writes on it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.urls import reverse

from tenants.accounts.models import User
from tenants.items.models import Item
from tenants.items.queries import hides_reviewers_from, labels_of
from tenants.items.texts import LABELS
from tenants.review.clocks import urge_pause
from tenants.review.holders import NOBODY, authors_of
from tenants.review.marking import Quoted, mark, stands_in
from tenants.review.models import Question, Remark, Run, Task
from tenants.review.operations.common import DECIDING
from tenants.review.operations.questions import ASKING
from tenants.review.queries.access import sees_inside
from tenants.review.queries.questions import Asked, questions_of
from tenants.review.queries.remarks import remarks_of, without_name
from zhitong.core import clock, links
from zhitong.web.parts import Passage, State, TextMark
from zhitong.web.parts.basics import StateKind
from zhitong.web.templatetags.zt import zt_short

_LOOKS: dict[str, StateKind] = {
    "open": "now", "answered": "ok", "withdrawn": "off", "closed": "off", "lapsed": "soon",
}  # fmt: skip
Place = Literal["here", "elsewhere", "gone"]


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """A question as drawn: whom, what, how it stands, the answer with who and when, or who is waited for.

    `urged` says when those asked were reminded; `may_urge` whether they can be now.
    """

    question: Question
    kind: str
    when: str
    state: State
    waits: str
    answered: str
    may_withdraw: bool
    may_renew: bool
    urged: str
    may_urge: bool


@dataclass(frozen=True, slots=True)
class RemarkLine:
    """A remark as this reader may see it: by whom, the answers (by whom, when, words), by whom and when settled.

    `number` is the one at its passage; `place` says whether that stands in the text shown, in the present one only
    ("elsewhere"), or in neither ("gone").
    """

    remark: Remark
    number: int
    place: Place
    by: str
    replies: Sequence[tuple[str, str, str]]
    settled: str


def questions_context(user: User, run: Run, task: Task | None = None, may: Collection[str] = ()) -> dict[str, Any]:
    """Return the context of `review/verifications.html`. The caller has checked that `user` sees the run's inside.

    Args:
        task: the one whose page it is, with the verbs that its step gives (`may`); None on the page of a run.
    """
    lines = [_line(asked, user, run.item.urgency) for asked in questions_of(run)]
    mine = task is not None and task.holder_id == user.pk and task.state == Task.State.OPEN
    asks = mine and task is not None and task.kind in ASKING and "verify" in may
    return {
        "questions": lines,
        "asked_of_me": task.question if task is not None and mine and task.question_id else None,
        "ask_url": reverse("review:verify", args=[task.uuid]) if asks and task is not None else "",
        "opinions": [line for line in lines if line.question.kind == Question.Kind.OPINION],
    }


def remarks_context(user: User, run: Run, shown: Sequence[Passage] = ()) -> dict[str, Any]:
    """Return the context of `review/remarks.html`: the remarks that `user` may see, and whether they may write one.

    Args:
        shown: the text beside the remarks, which comes back (`passages`, `title_marks`) with their places marked.
    """
    inside, nameless = sees_inside(user, run), hides_reviewers_from(user, run.item)
    rows = remarks_of(run, inside=inside)
    marks = [TextMark(n, str(one.uuid), faint=one.settled_at is not None) for n, one in enumerate(rows, 1)]
    labels = labels_of(run.item)
    quoted = [Quoted(mark, labels[one.section], one.quote) for mark, one in zip(marks, rows, strict=True)]
    passages, placed = mark(shown, quoted)
    of_title = [one.mark for one in quoted if shown and _is_of_title(one, run.item) and one.mark.number not in placed]
    placed |= {one.number for one in of_title}
    found = [
        _remark(one, user, number=n, place=_place(one, run.item, here=n in placed), nameless=nameless)
        for n, one in enumerate(rows, 1)
    ]
    return ({"passages": passages, "title_marks": of_title} if shown else {}) | {
        "remarks": found,
        "open_remarks": [line for line in found if not line.settled],
        "remarks_url": reverse("review:remarks", args=[run.uuid]),
        "remarks_open": run.is_open,
        "may_remark": inside and run.is_open,
    }


def relay_context(user: User, run: Run, task: Task, may: Collection[str]) -> dict[str, Any]:
    """Return the context of `review/relay.html`: who writes on the text now, or where to hand it to somebody."""
    writing = run.tasks.filter(kind=Task.Kind.WRITE, state=Task.State.OPEN).select_related("holder", "asked_by").first()
    mine = task.holder_id == user.pk and task.state == Task.State.OPEN
    gives = mine and task.kind in DECIDING and "relay" in may
    return {
        "writing": writing,
        "may_call_back": writing is not None and writing.asked_by_id == user.pk,
        "relay_url": reverse("review:relay", args=[task.uuid]) if gives else "",
    }


def _is_of_title(quoted: Quoted, item: Item) -> bool:
    return quoted.heading == LABELS["title"] and stands_in(quoted.words, item.title)


def _place(remark: Remark, item: Item, *, here: bool) -> Place:
    if here:
        return "here"
    return "elsewhere" if stands_in(remark.quote, getattr(item, remark.section)) else "gone"


def _remark(remark: Remark, user: User, *, number: int, place: Place, nameless: bool) -> RemarkLine:
    own = authors_of(remark.run.item) if nameless else NOBODY

    def name(label: str, by: User) -> str:
        if not nameless or by.pk == user.pk or own.include(by):
            return label
        return without_name(label, by)

    settler = remark.settled_by
    return RemarkLine(
        remark=remark,
        number=number,
        place=place,
        by=name(remark.by_label, remark.by),
        replies=[(name(one.by_label, one.by), zt_short(one.at), one.words) for one in remark.replies.all()],
        settled=f"{name(remark.settled_label, settler)} {zt_short(remark.settled_at)}" if settler else "",
    )


def _line(asked: Asked, user: User, urgency: str) -> QuestionLine:
    question, is_open = asked.question, asked.standing in {"open", "lapsed"}
    able = [task for task in question.tasks.all() if task.state == Task.State.OPEN and task.holder_id != user.pk]
    urged = max((task.urged_at for task in able if task.urged_at), default=None)
    urge_count, pause = max((task.urge_count for task in able), default=0), urge_pause(urgency)
    own = is_open and user.pk in {question.asked_by_id, question.task.holder_id}
    return QuestionLine(
        question=question,
        kind=question.get_kind_display(),
        when=zt_short(question.asked_at),
        state=State(asked.words, _LOOKS[asked.standing]),
        waits=_waits(asked),
        answered=f"{question.answered_label}，{zt_short(question.answered_at)}" if question.answered_at else "",
        may_withdraw=own,
        may_renew=own and question.is_outside,
        urged=_urged(urged, urge_count),
        may_urge=asked.standing == "open" and bool(able) and (not urged or urged + pause <= clock.now()),
    )


def _urged(at: datetime | None, count: int) -> str:
    return f"{zt_short(at)} 催办过，共 {count} 次" if at else ""


def _waits(asked: Asked) -> str:
    if asked.link is None:
        return f"等{'、'.join(asked.holders)}回复" if asked.standing == "open" else ""
    words = [f"链接至 {zt_short(asked.link.expires_at)}"] if asked.standing == "open" else []
    if not asked.question.answered_at:
        words.append(f"{zt_short(asked.link.opened_at)} 打开过" if asked.link.opened_at else "还没有打开过")
        if asked.link.failures:
            words.append(f"验证码输错 {asked.link.failures} 次，最多 {links.TRIES} 次")
    return "，".join(words)
