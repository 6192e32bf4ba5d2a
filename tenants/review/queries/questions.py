"""What was asked of others before deciding, and how each question stands."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from django.db.models import QuerySet

from tenants.review.models import PENDING, Question, Run, Task
from zhitong.core import links
from zhitong.core.models import OneTimeLink

# What one-time links of this app open.
PURPOSE = "review.question"

Standing = Literal["open", "answered", "withdrawn", "closed", "lapsed"]
WORDS: dict[Standing, str] = {
    "open": "等待回复",
    "answered": "已回复",
    "withdrawn": "已收回",
    "closed": "未等回复已办理",
    "lapsed": "没有人可以回复",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with how it stands, who inside the unit can answer it, and the link of one outside."""

    question: Question
    standing: Standing
    holders: Sequence[str]
    link: OneTimeLink | None

    @property
    def words(self) -> str:
        """How it stands, in words."""
        if self.standing == "lapsed" and self.link:
            return "链接已锁定" if links.standing(self.link) == "barred" else "链接已过期"
        return WORDS[self.standing]


def questions_of(run: Run) -> list[Asked]:
    """Return all questions of a run in the order they were asked, in three queries. The caller checks the right."""
    return _standing(Question.objects.filter(task__run=run))


def asked_by_task(task: Task) -> list[Asked]:
    """Return the questions that the holder of `task` asked."""
    return _standing(Question.objects.filter(task=task))


def is_open(question: Question) -> bool:
    """Return whether a question can still be answered."""
    [asked] = _standing(Question.objects.filter(pk=question.pk))
    return asked.standing == "open"


def _standing(rows: QuerySet[Question]) -> list[Asked]:
    found = list(rows.select_related("task", "asked_by", "answered_by").prefetch_related("tasks__holder"))
    known = links.newest(PURPOSE, (one.uuid for one in found if one.is_outside)) if found else {}
    return [_asked(one, known.get(one.uuid)) for one in found]


def _asked(question: Question, link: OneTimeLink | None) -> Asked:
    able = [task for task in question.tasks.all() if task.state in PENDING]
    return Asked(question, _stands(question, able, link), [task.holder.name for task in able], link)


def _stands(question: Question, able: Iterable[Task], link: OneTimeLink | None) -> Standing:
    if question.answered_at:
        return "answered"
    if question.withdrawn_at:
        return "withdrawn"
    if question.task.state not in PENDING:
        return "closed"
    if question.is_outside:
        return "open" if link is not None and links.standing(link) == "open" else "lapsed"
    return "open" if any(True for _ in able) else "lapsed"
