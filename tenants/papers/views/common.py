"""What the pages of papers share: the row of sections, what a paper says, its files, how it stands."""

from collections.abc import Iterable
from datetime import date

from django.http import HttpRequest
from django.urls import reverse

from tenants.accounts.models import User
from tenants.items.texts import LABELS, SECTIONS
from tenants.papers.editions import after, before
from tenants.papers.queries import readable
from zhitong.core import clock, glossary
from zhitong.core.operations import require_unit
from zhitong.exchange.models import Delivery, Enclosure, Paper, PaperKind
from zhitong.exchange.queries import Progress, unreceived_papers
from zhitong.web import navigation
from zhitong.web.parts import Fact, Passage, SavedFilter, State
from zhitong.web.templatetags.zt import zt_day

ICONS = {
    PaperKind.CALL: "speakerphone",
    PaperKind.TOPICS: "list-details",
    PaperKind.NOTICE: "bell",
    PaperKind.CIRCULAR: "report",
    PaperKind.EXEMPLAR: "star",
    PaperKind.READING: "books",
}


def sections(request: HttpRequest, user: User, current: str) -> list[SavedFilter]:
    """Return the sections that this reader may open; nothing when there is but one."""
    navigation.mark(request, "papers")
    found = [SavedFilter("给我的", reverse("papers:index"), current=current == "index")]
    if user.has_zt_perm("exchange.receive"):
        waiting = unreceived_papers(require_unit()).count()
        found.append(SavedFilter("收到的", reverse("papers:inbox"), waiting or None, current == "inbox"))
    if user.has_zt_perm("exchange.publish"):
        found.append(SavedFilter("发出的", reverse("papers:outbox"), current=current == "outbox"))
        found.append(SavedFilter("人员名录", reverse("papers:directory"), current=current == "directory"))
    if user.has_zt_perm("ranking.read") or user.has_zt_perm("circulars.edit"):
        found.append(SavedFilter("通报", reverse("circulars:index"), current=current == "circulars"))
    if user.has_zt_perm("ranking.read"):
        found.append(SavedFilter("年度总结", reverse("circulars:year"), current=current == "year"))
    return found if len(found) > 1 else []


def passages(paper: Paper) -> list[Passage]:
    """Return what a paper says, the item it shows behind the words about it."""
    found = [Passage("", _lines(paper.body))] if paper.body else []
    content = paper.content
    if content:
        found.append(Passage(str(content["title"]), []))
        found += [Passage(LABELS[name], _lines(content[name])) for name in SECTIONS if content.get(name)]
    return found


def head_facts(paper: Paper) -> list[Fact]:
    """Return what stands under the title."""
    content = paper.content
    signers = "、".join(author["name"] for author in content.get("authors", ()))
    facts = [
        Fact("类别", paper.get_kind_display()),
        Fact("来自", paper.unit.short_name),
        Fact("发出", zt_day(paper.published_at)),
        Fact("反映人", signers),
        Fact("报送单位", str(content.get("from_unit", ""))),
    ]
    return [fact for fact in facts if fact.value]


def editions(paper: Paper, user: User) -> list[Fact]:
    """Return what a circular and its corrected edition say of each other, with the way to the other where it is open.

    The value says which it is; the label which way it points. Where the other has not come to this unit, it says so.
    """
    found = []
    if later := after(paper):
        issued = f"{later.issued.unit.short_name}{zt_day(later.issued.published_at)}已发更正版"
        if later.here:
            words = f"{issued}，以更正版为准：{later.here.title}"
        else:
            words = f"{issued}，还没有转到本单位，请以更正版为准"
        found.append(Fact("已有更正版", words, _way(later.here, user) if later.here else ""))
    if (earlier := before(paper)) and earlier.here:
        day = zt_day(earlier.here.published_at)
        found.append(Fact("更正版", f"代替{day}发出的：{earlier.here.title}", _way(earlier.here, user)))
    return found


def _way(paper: Paper, user: User) -> str:
    """Return where this reader reads a paper: as one of those it is for, at the unit's inbox, or as its sender."""
    unit_id = require_unit()
    if readable(user).filter(pk=paper.pk).exists():
        return reverse("papers:paper", args=[paper.uuid])
    delivery = Delivery.objects.filter(paper=paper, receiver_id=unit_id).first()
    if delivery is not None and user.has_zt_perm("exchange.receive"):
        return reverse("papers:delivery", args=[delivery.uuid])
    if paper.unit_id == unit_id and user.has_zt_perm("exchange.publish"):
        return reverse("papers:sent", args=[paper.uuid])
    return ""


def files(enclosures: Iterable[Enclosure], paper: Paper) -> list[Fact]:
    """Return the files of a paper with their sizes, each leading to its download."""
    return [
        Fact(
            file.name,
            f"{max(1, file.size // 1024):,} KB",
            reverse("papers:file", args=[paper.uuid, file.uuid]),
        )
        for file in enclosures
    ]


def due_state(due_on: date | None) -> State | None:
    """Return the deadline of a call in words."""
    if due_on is None:
        return None
    left = (due_on - clock.today()).days
    if left < 0:
        return State(f"{zt_day(due_on)}截止", "off")
    if left <= 2:
        return State("今日截止" if left == 0 else "明日截止" if left == 1 else "后天截止", "soon")
    return State(f"{zt_day(due_on)}截止", "now")


def delivery_state(delivery: Delivery) -> State:
    """Return how far a receiver is, in one word."""
    if delivery.paper.is_withdrawn:
        return State(glossary.WITHDRAWN, "off")
    if getattr(delivery, "is_passed_on", False):
        return State("已转发", "ok")
    if delivery.received_at:
        return State(glossary.RECEIVED, "ok")
    return State(glossary.AWAITING_RECEIPT, "soon")


def progress_state(one: Progress) -> State:
    """Return how far a receiver is whom the unit gave a paper to, in one word."""
    if one.adopted:
        return State(f"采用 {one.adopted} 篇", "ok")
    if one.written:
        return State(f"已写 {one.written} 篇", "ok")
    if one.passed_on:
        return State("已转发", "now")
    if one.delivery.received_at:
        return State(glossary.RECEIVED, "now")
    return State(glossary.AWAITING_RECEIPT, "soon")


def _lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]
