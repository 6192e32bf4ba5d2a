"""The console's page of search: the engine, what waits, what it refused, sweeps and rebuilds with their buttons.

Numbers and causes alone: no title, no text, no name of a person stands here.
"""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from search import health, operations
from search.elastic.pushing import MOST_ATTEMPTS
from search.files.queries import counts as file_counts
from search.models import FileText, Push, SearchDocument, Upkeep
from search.sources import kind_labels
from search.sweeping import Swept
from search.upkeep import found
from tenants.accounts.models import actor_of
from tenants.accounts.views.common import needs
from tenants.accounts.views.console import OPERATE
from zhitong.core.errors import NotFound
from zhitong.core.text import whole_number
from zhitong.units.models import Unit
from zhitong.web import parts
from zhitong.web.keyset import page_of
from zhitong.web.parts import Fact, KeyFigure, State
from zhitong.web.templatetags.zt import zt_short

_LATE = 60  # seconds; a change should be found within some, whatever the engine
_CAUSES = {
    "no_answer": "引擎没有回答",
    "document_parsing_exception": "内容不合索引的格式",
    "mapper_parsing_exception": "内容不合索引的格式",
    "strict_dynamic_mapping_exception": "索引没有这一栏，要重建索引",
    "index_not_found_exception": "索引不在了，要重建索引",
    "cluster_block_exception": "索引不能写入，多半是磁盘满了",
    "circuit_breaking_exception": "引擎内存不足",
    "es_rejected_execution_exception": "引擎太忙",
}


@needs(OPERATE)
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Show how search is doing; the page asks for itself anew while a sweep or a rebuild runs."""
    engine, waiting, labels = health.engine_in_use(), health.backlog(), kind_labels()
    sweep, rebuild = (health.last_upkeep(kind) for kind in (Upkeep.Kind.SWEEP, Upkeep.Kind.REBUILD))
    page = page_of(Push.objects.exclude(error=""), ("-attempts", "-pk"), request.GET)
    context = {
        "state": _state(engine, waiting),
        "figures": _figures(engine, waiting),
        "facts": _facts(engine),
        "kinds": [(labels.get(kind, kind), number) for kind, number in health.by_kind().items()],
        **_files(),
        "rebuilding": _rebuilding(),
        "refused": _refused(page.items),
        "page": page,
        "upkeep": [_told("核对", sweep), _told(_rebuilding(), rebuild)],
        "runs": any(one is not None and one.is_unfinished for one in (sweep, rebuild)),
        "uses_engine": health.uses_engine(),
        "empty_box": parts.empty("没有被引擎拒绝的", "改动都已进入索引，或者正在途中。", icon="circle-check"),
    }
    template = "accounts/console_search_body.html" if request.htmx else "accounts/console_search.html"  # type: ignore[attr-defined]
    return render(request, template, context)


@needs(OPERATE)
@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """Have a worker sweep, rebuild, read skipped files again, or bring what was refused to the engine: one, or all."""
    actor = actor_of(request.user)
    match request.POST.get("do"):
        case Upkeep.Kind.SWEEP | Upkeep.Kind.REBUILD as kind:
            operations.ask_upkeep(actor=actor, kind=kind)
            word = _rebuilding() if kind == Upkeep.Kind.REBUILD else Upkeep.Kind(kind).label
            messages.success(request, f"{word}已交给后台。")
        case "retry":
            number = operations.retry_pushes(actor=actor, push_id=_key(request.POST.get("push", "")))
            messages.success(request, f"{number} 处改动将重新送往引擎。")
        case "files":
            messages.success(request, f"{operations.read_files_again(actor=actor):,} 个文件将重新读取。")
        case _:
            raise NotFound
    return redirect("operators:search")


def _rebuilding() -> str:
    """Return what making the index anew is: without an engine beside the database, the words of its documents."""
    return "重建索引" if health.uses_engine() else "重新切词"


def _key(asked: str) -> int | None:
    if not asked:
        return None
    key = whole_number(asked)
    if key is None:
        raise NotFound
    return key


def _state(engine: health.Engine, waiting: health.Backlog) -> State:
    if not engine.is_up:
        return State("引擎没有回答", "late", "alert-triangle")
    if waiting.given_up:
        return State(f"{waiting.given_up:,} 处改动进不了索引", "soon")
    if waiting.lag > _LATE:
        return State("索引落后", "soon")
    return State("正常", "ok")


def _figures(engine: health.Engine, waiting: health.Backlog) -> list[KeyFigure]:
    outbox, here = reverse("operators:outbox"), "#h-refused"
    figures = [
        KeyFigure("索引落后", round(waiting.lag), "秒", against="最早一处还没有进入索引的改动"),
        KeyFigure("等待写入", waiting.messages, "条", url=outbox, against="消息，含其他事项"),
    ]
    if health.uses_engine():
        figures += [
            KeyFigure("等待引擎", waiting.pushes, "处"),
            KeyFigure("引擎没有收下", waiting.refused + waiting.given_up, "处", url=here, against=_given_up(waiting)),
        ]
    size, _, unit = filesizeformat(engine.size).partition("\xa0") if engine.size is not None else ("", "", "")
    return [*figures, KeyFigure("索引大小", size or None, unit, why="引擎没有回答")]


def _given_up(waiting: health.Backlog) -> str:
    return f"其中 {waiting.given_up:,} 处不再自动重试" if waiting.given_up else ""


def _facts(engine: health.Engine) -> list[Fact]:
    total = SearchDocument.objects.count()
    facts = [Fact("引擎", engine.name), Fact("文档", f"{total:,} 篇")]
    if not health.uses_engine():
        return facts
    return [
        *facts,
        Fact("索引里", "没有回答" if engine.documents is None else f"{engine.documents:,} 篇"),
        Fact("索引", engine.index or "还没有，请先重建"),
        *([Fact("启用", zt_short(engine.since))] if engine.since else []),
        Fact("数据库里", filesizeformat(health.documents_size())),
    ]


def _files() -> dict[str, Any]:
    """Return how many attached files are read and wait, and for each reason how many gave no text."""
    found = file_counts()
    reasons = [(reason, found[reason.value]) for reason in FileText.Reason if reason.value in found]
    return {
        "files_read": found.get(FileText.State.READ, 0),
        "files_waiting": found.get(FileText.State.WAITING, 0),
        "files_skipped": sum(number for _reason, number in reasons),
        "skipped": [(reason.label, number) for reason, number in reasons],
    }


def _refused(pushes: Sequence[Push]) -> list[dict[str, Any]]:
    keys = [push.object_uuid for push in pushes]
    owners = dict(SearchDocument.objects.filter(object_uuid__in=keys).values_list("object_uuid", "unit_id"))
    labels = kind_labels()
    names = dict(Unit.objects.filter(pk__in=set(owners.values())).values_list("pk", "short_name"))
    return [
        {
            "push": push,
            "kind": labels.get(push.kind, push.kind),
            "unit": names.get(owners.get(push.object_uuid, 0), "已删去的文档"),
            "cause": _cause(push),
            "given_up": push.attempts >= MOST_ATTEMPTS,
        }
        for push in pushes
    ]


def _cause(push: Push) -> str:
    """Return why a change was not taken, in words, and by the engine's own name, which its manual explains."""
    cause = health.cause_of(push)
    if cause == "no_answer":
        return _CAUSES[cause]
    return f"{_CAUSES.get(cause, '引擎拒绝')}（{cause}）"


def _told(label: str, one: Upkeep | None) -> dict[str, Any]:
    """Return a sweep or rebuild in words: when, by whom, how far, how fast, what it found."""
    if one is None:
        return {"label": label, "one": None, "state": State("还没有过", "off"), "facts": []}
    looks: dict[str, Any] = {"waiting": "now", "running": "now", "done": "ok", "failed": "late"}
    facts = [Fact("提出", f"{one.asked_by} {zt_short(one.asked_at)}")]
    unit = "个单位" if one.kind == Upkeep.Kind.SWEEP else "篇"
    if one.done:
        facts.append(Fact("进度", f"{one.done:,} / {max(one.total, one.done):,} {unit}"))
        facts.append(Fact("速度", f"每秒 {one.rate:,.0f} {unit}"))
    if one.finished_at:
        facts.append(Fact("结束", zt_short(one.finished_at)))
    if one.found:
        facts += [Fact("文档", _swept(found(one, "documents"))), Fact("索引", _swept(found(one, "index")))]
    if one.reason:
        facts.append(Fact("原因", one.reason))
    return {"label": label, "one": one, "state": State(one.get_state_display(), looks[one.state]), "facts": facts}


def _swept(swept: Swept) -> str:
    if swept.is_clean:
        return f"核对 {swept.checked:,} 篇，全部一致" if swept.checked else "没有要核对的"
    wrong = [("缺", swept.missing), ("旧", swept.outdated), ("多", swept.surplus)]
    words = "，".join(f"{word} {number:,} 篇" for word, number in wrong if number)
    places = f"（{'、'.join(swept.units[:5])}{' 等' if len(swept.units) > 5 else ''}）" if swept.units else ""
    return f"核对 {swept.checked:,} 篇，{words}，已补齐{places}"
