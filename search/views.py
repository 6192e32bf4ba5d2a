"""The search page: a question, what may be seen of its answer, how to narrow it, and the questions one keeps."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from search import operations
from search.asking import LABELS, Answer, Step, ask, facet_words, steps
from search.backend import CANDIDATES, EngineDown, Found, Query, Results
from search.documents import REPORT, Document
from search.forms import kept, pairs_of, query_string, read_query, said
from search.models import SavedSearch
from search.question import read_question
from search.rights import reader_of
from search.snippets import best_section, highlight
from search.sources import day_words, source_of
from zhitong.core.errors import InvalidInput
from zhitong.core.operations import Actor, require_unit
from zhitong.units.queries import under_their_parents
from zhitong.web.parts import CopyLink, Facet, FacetValue, Hit, SayBox, State, Tag, standing
from zhitong.web.templatetags.zt import points as point_words

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
_NOTHING = SayBox("没有找到", "换一个说法，少用几个词，或去掉几个条件。只检索您可以看的稿件。", icon="search")
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
    if not (asked.keys() - {"sort", "apart"}):
        notes = [doubt] if doubt else []
        return render(request, "search/page.html", {**context, "notes": notes, "recent": _recent(request)})
    answer = ask(query, reader_of(actor))
    if query.text and not query.after:
        _remember(request, query.text)
    context |= {
        "keep": pairs_of(asked),
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
        operations.save_search(actor=request.user.actor, asked=_to_keep(asked))  # type: ignore[union-attr]
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
    marks = read_question(query.text).marked | set(query.like_words)
    return {
        "answer": answer,
        "results": results,
        "query": query,
        "candidates": CANDIDATES,
        "folded": bool(answer.copies),
        "exported": query_string(kept(query)),
        "nothing": _NOTHING,
        "hits": [_hit(found, marks, actor, answer) for found in results.hits],
        "nearly": [_hit(found, marks, actor, answer) for found in answer.nearly],
        "facets": _facets(query, results),
        "chips": list(_chips(query, answer)),
    }


def _hit(found: Found, marks: frozenset[str], actor: Actor, answer: Answer) -> Hit:
    document = found.document
    source = source_of(document.kind)
    label, snippet = best_section(document, marks)
    notes = [
        document.number_label,
        document.from_unit,
        "、".join(document.author_names[:3]) + (" 等" if len(document.author_names) > 3 else ""),
        document.category,
        day_words(document),
        f"得 {point_words(document.points)} 分" if answer.query.sort == "points" and document.points else "",
    ]
    places = [line.rpartition(" ") for line in document.outcomes]
    copies = answer.copies.get(document.matter or 0, ())
    like = {**kept(answer.query), "text": "", "like": f"{document.kind}:{document.object_uuid}"}
    return Hit(
        title=highlight(document.title, marks),
        url=source.page(document, actor),
        snippet=snippet,
        field=label,
        notes=[note for note in notes if note],
        state=_state(document),
        tags=_tags(document),
        copies=[CopyLink(place, state=State(what, "ok")) for place, _blank, what in places],
        copies_head=f"采用情况 {len(places)}",
        others=[_copy(copy, actor) for copy in copies],
        others_head=f"同一件事另有 {len(copies)} 篇",
        similar=query_string({name: value for name, value in like.items() if value and name in {"like", "apart"}}),
    )


def _tags(document: Document) -> list[Tag]:
    """Return what is said of a hit beside its title: what it is, where it is no report, and a leader's instruction."""
    if document.kind != REPORT:
        return [Tag(source_of(document.kind).label)]
    return [Tag("批示", "pishi")] if document.outcome == "instruction" else []


def _state(document: Document) -> State | None:
    words = facet_words()
    if word := words["level"].get(document.level):
        return State(word, "ok")
    word = words["state"].get(document.state, "")
    return standing(word) if word else None


def _copy(document: Document, actor: Actor) -> CopyLink:
    source = source_of(document.kind)
    number = " ".join(part for part in (document.number_label, day_words(document)) if part)
    return CopyLink(document.from_unit or "本单位", number, source.page(document, actor), _state(document))


def _facets(query: Query, results: Results) -> list[Facet]:
    """Return the groups to narrow by; one that divides nothing is left out, unless something of it is chosen."""
    found = [_facet(name, label, query, results.counts.get(name, {})) for name, label in LABELS.items()]
    return [facet for facet in found if len(facet.values) > 1 or any(value.checked for value in facet.values)]


def _facet(name: str, label: str, query: Query, counted: Mapping[str, int]) -> Facet:
    chosen = [str(value) for value in getattr(query, name)]
    counts = {**counted, **{value: 0 for value in chosen if value not in counted}}
    words = facet_words().get(name, {})
    order = list(counts)
    if name == "year":
        order.sort(reverse=True)
    elif name in {"level", "outcome"}:
        order.sort(key=lambda value: list(words).index(value) if value in words else len(words))
    lines = under_their_parents(order) if name == "from_unit" else [(value, False) for value in order]
    values = [
        FacetValue(words.get(value, value), counts[value], value, value in chosen, indent) for value, indent in lines
    ]
    return Facet(label, name, values)


def _chips(query: Query, answer: Answer) -> Iterator[tuple[str, str]]:
    """Yield what narrows the hits in words, each with the question without it."""
    asked = kept(query)
    if answer.like:
        yield f"与“{answer.like.title}”相似", query_string({**asked, "like": ""})
    for name, label in LABELS.items():
        words = facet_words().get(name, {})
        for value in asked.get(name, ()):
            rest = [other for other in asked[name] if other != value]
            yield f"{label} {words.get(str(value), value)}", query_string({**asked, name: rest})


def _to_keep(asked: dict[str, Any]) -> dict[str, Any]:
    """Return what of a question can be kept: not what it is like, which may be out of sight tomorrow."""
    return {name: value for name, value in asked.items() if name not in {"like", "apart"}}


def _worth_dropping(found: Sequence[Step]) -> list[Step]:
    return sorted((step for step in found if step.more > 0), key=lambda step: -step.more)[:3]


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}%" if whole else "0%"


def _saved(request: HttpRequest, asked: dict[str, Any]) -> list[dict[str, Any]]:
    own = SavedSearch.objects.filter(unit=require_unit(), user_uuid=request.user.uuid)  # type: ignore[union-attr]
    return [
        {"id": row.pk, "label": said(row.asked), "row": row, "current": row.asked == _to_keep(asked)}
        for row in own.order_by("-fresh", "-pk")
    ]


def _recent(request: HttpRequest) -> list[tuple[str, str]]:
    return [(text, query_string({"text": text})) for text in request.session.get(_RECENT, [])]


def _remember(request: HttpRequest, text: str) -> None:
    before = [other for other in request.session.get(_RECENT, []) if other != text]
    request.session[_RECENT] = [text, *before][:_MOST_RECENT]
