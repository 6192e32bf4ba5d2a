"""The search page: a question, what may be seen of its answer, how to narrow it, and the questions one keeps."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from search import operations
from search.asking import LEVELS, Answer, Step, ask, steps
from search.backend import CANDIDATES, EngineDown, Found, Query, Results
from search.documents import REPORT
from search.forms import kept, query_string, read_query, said
from search.models import SavedSearch
from search.question import read_question
from search.rights import reader_of
from search.snippets import best_section, highlight
from search.sources import source_of
from zhitong.core.errors import InvalidInput
from zhitong.core.glossary import ITEM_STATES
from zhitong.core.operations import Actor, require_unit
from zhitong.web.parts import CopyLink, Facet, FacetValue, Hit, SayBox, State, Tag, standing

_FACETS = (("from_unit", "来自"), ("year", "年份"), ("category", "类别"), ("level", "采用级别"), ("state", "状态"))
_RECENT = "search.recent"
_MOST_RECENT = 8

_START = SayBox(
    "想找什么？",
    "输入标题、内容、反映人或编号里的词，几个词用空格隔开。",
    icon="search",
)
_EXAMPLES = (
    ("加装电梯 维保", "两个词都有；同义的说法（增设电梯）也找"),
    ("“加装电梯”", "一字不差的原话"),
    ("加装电梯 -充电", "不要带“充电”的"),
    ("标题:养老", "只看标题"),
    ("作者:梁晓岚 年:2024-2026", "某人三年里的"),
    ("日期:2026-03..2026-06", "三月到六月的"),
    ("单位:民盟 类别:社会建设", "某单位报来的、某一类的"),
    ("采用:省政协", "省政协采用或批示过的"),
    ("编号:南海〔2026〕", "按编号找"),
    ("lxl jzdt", "人名、标题可以打拼音首字母"),
)
_NOTHING = SayBox("没有找到", "换一个说法，少用几个词，或去掉左边的条件。只检索您可以看的稿件。", icon="search")
_DOWN = SayBox("检索暂时不可用", "写稿、审核、报送都不受影响。", kind="err", icon="search")


@login_required
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show the search page; without a question only the box, what was asked lately and what is kept."""
    actor = _actor(request)
    query, doubt = read_query(request.GET)
    asked = kept(query)
    context: dict[str, Any] = {
        "q": query.text,
        "query": query,
        "saved": _saved(request, asked),
        "start": _START,
        "examples": _EXAMPLES,
    }
    if not (asked.keys() - {"sort"}):
        notes = [doubt] if doubt else []
        return render(request, "search/page.html", {**context, "notes": notes, "recent": _recent(request)})
    answer = ask(query, reader_of(actor))
    if query.text and not query.after:
        _remember(request, query.text)
    context |= {
        "keep": [("q" if name == "text" else name, value) for name, value in asked.items()],
        "notes": [note for note in (doubt, *answer.notes) if note],
        "asked": query_string(asked),
        "down": _DOWN,
    }
    return render(request, "search/page.html", context | _answered(answer, actor))


@login_required
@require_safe
def why(request: HttpRequest) -> HttpResponse:
    """Show how each condition narrowed the hits down, and what dropping one would add."""
    query, _doubt = read_query(request.GET)
    reader = reader_of(_actor(request))
    answer = ask(query, reader)
    total = answer.results.total if answer.results else 0
    try:
        found = steps(answer.query, reader, total)
    except EngineDown:
        found = []
    widest = max((step.left for step in found), default=0)
    context = {
        "total": total,
        "steps": [(step, _percent(step.left, widest)) for step in found],
        "widen": [(step, query_string(kept(step.without))) for step in _worth_dropping(found)],
    }
    return render(request, "search/why.html", context)


@login_required
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep the question of the page."""
    query, _doubt = read_query(request.POST)
    asked = kept(query)
    try:
        operations.save_search(actor=request.user.actor, asked=asked)  # type: ignore[union-attr]
    except InvalidInput as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "已存，有新增就提醒您。")
    return redirect(f"{reverse('search:page')}?{query_string(asked)}")


@login_required
@require_POST
def saved(request: HttpRequest, saved_id: int) -> HttpResponse:
    """Open a kept question, forget it, or switch its alerts."""
    actor = request.user.actor  # type: ignore[union-attr]
    match request.POST.get("do"):
        case "forget":
            operations.forget_search(actor=actor, saved_id=saved_id)
        case "alert" | "quiet" as do:
            operations.set_alerts(actor=actor, saved_id=saved_id, on=do == "alert")
        case _:
            found = operations.look_through(actor=actor, saved_id=saved_id)
            return redirect(f"{reverse('search:page')}?{query_string(found.asked)}")
    return redirect(f"{reverse('search:page')}?{request.POST.get('back', '')}")


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.user.actor  # type: ignore[union-attr]
    actor.require("search.use")
    return actor


def _answered(answer: Answer, actor: Actor) -> dict[str, Any]:
    results, query = answer.results, answer.query
    if results is None:
        return {"answer": answer, "results": None}
    marks = read_question(query.text).marked
    return {
        "answer": answer,
        "results": results,
        "query": query,
        "candidates": CANDIDATES,
        "exported": query_string(kept(query)),
        "nothing": _NOTHING,
        "hits": [_hit(found, marks, actor) for found in results.hits],
        "nearly": [_hit(found, marks, actor) for found in answer.nearly],
        "facets": [_facet(name, label, query, results) for name, label in _FACETS if results.counts.get(name)],
    }


def _hit(found: Found, marks: frozenset[str], actor: Actor) -> Hit:
    document = found.document
    source = source_of(document.kind)
    label, snippet = best_section(document, marks)
    notes = [
        document.number_label,
        document.from_unit,
        "、".join(document.author_names[:3]) + (" 等" if len(document.author_names) > 3 else ""),
        document.category,
        document.day.isoformat() if document.day else "",
    ]
    places = [line.rpartition(" ") for line in document.outcomes]
    state = State(LEVELS[document.level], "ok") if document.level in LEVELS else None
    word = ITEM_STATES.get(document.state, "")
    return Hit(
        title=highlight(document.title, marks),
        url=source.page(document, actor),
        snippet=snippet,
        field=label,
        notes=[note for note in notes if note],
        state=state or (standing(word) if word else None),
        tags=[] if document.kind == REPORT else [Tag(source.label)],
        copies=[CopyLink(place, state=State(what, "ok")) for place, _blank, what in places],
        copies_head=f"采用情况 {len(places)}",
    )


def _facet(name: str, label: str, query: Query, results: Results) -> Facet:
    counts = results.counts[name]
    chosen = str(getattr(query, name) or "")
    ordered = sorted(counts, reverse=True) if name == "year" else list(counts)
    words = {"state": ITEM_STATES, "level": LEVELS}.get(name, {})
    return Facet(
        label,
        name,
        [FacetValue(words.get(value, value), counts[value], value, checked=value == chosen) for value in ordered],
    )


def _worth_dropping(found: Sequence[Step]) -> list[Step]:
    return sorted((step for step in found if step.more > 0), key=lambda step: -step.more)[:3]


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}%" if whole else "0%"


def _saved(request: HttpRequest, asked: dict[str, Any]) -> list[dict[str, Any]]:
    own = SavedSearch.objects.filter(unit=require_unit(), user_uuid=request.user.uuid)  # type: ignore[union-attr]
    return [
        {"id": row.pk, "label": said(row.asked), "row": row, "current": row.asked == asked}
        for row in own.order_by("-fresh", "-pk")
    ]


def _recent(request: HttpRequest) -> list[tuple[str, str]]:
    return [(text, query_string({"text": text})) for text in request.session.get(_RECENT, [])]


def _remember(request: HttpRequest, text: str) -> None:
    before = [other for other in request.session.get(_RECENT, []) if other != text]
    request.session[_RECENT] = [text, *before][:_MOST_RECENT]
