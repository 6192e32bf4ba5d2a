"""The history of an item in review, in readable lines."""

from dataclasses import dataclass
from datetime import datetime

from tenants.items.models import Item
from tenants.review.models import Act, Run, Verb

_WORDS = {
    Verb.START: "提交审核",
    Verb.PASS: "通过",
    Verb.RETURN: "退回",
    Verb.DECLINE: Verb.DECLINE.label,
    Verb.KEEP: Verb.KEEP.label,
    Verb.RESUBMIT: "修改后重新提交",
    Verb.RECALL: "撤回",
    Verb.SKIP: "跳过",
    Verb.COMMENT: "意见",
}


@dataclass(frozen=True, slots=True)
class TimelineLine:
    """Who, as what post, did what at which step, why, when; `edition` is the number of the text they left."""

    at: datetime
    who: str
    post: str
    step: str
    verb: Verb
    what: str
    why: str = ""
    edition: int | None = None

    @property
    def by(self) -> str:
        """Post and name in one: 研究室 周敏."""
        return " ".join(part for part in (self.post, self.who) if part)


def timeline(item: Item) -> list[TimelineLine]:
    """Return what was done with an item in all its runs, oldest first, by one query. The caller checks the right."""
    acts = Act.objects.filter(run__item=item).select_related("edition").order_by("run_id", "seq")
    return [_line(act) for act in acts]


def run_of(item: Item) -> Run | None:
    """Return the item's latest run."""
    return Run.objects.filter(item=item).select_related("flow_version__flow").order_by("-pk").first()


def _line(act: Act) -> TimelineLine:
    verb = Verb(act.verb)
    return TimelineLine(
        at=act.at,
        who="" if verb is Verb.SKIP else act.by_label,
        post=act.position_name,
        step=act.step_name,
        verb=verb,
        what=_WORDS[verb],
        why=act.reason,
        edition=act.edition.number if act.edition else None,
    )
