"""The search page: a question, what may be seen of its answer, and how to narrow it."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from search.analyser import query_words, words
from search.backend import CANDIDATES, Found, Query, Reader, Results, backend
from search.documents import unit_grant, user_grant
from search.forms import QUESTION_LIMIT, SearchForm
from search.snippets import best_section, highlight
from zhitong.core import text
from zhitong.core.glossary import ITEM_STATES
from zhitong.core.operations import require_unit
from zhitong.web.parts import Facet, FacetValue, Hit, SayBox, standing

_FACETS = (("category", "类别"), ("state", "状态"), ("year", "年份"))

_START = SayBox("想找什么？", "输入标题、内容、反映人或编号里的词，例如“加装电梯 维保”。", icon="search")
_NOTHING = SayBox("没有找到", "换一个说法，少用几个词，或去掉左边的条件。只检索您可以看的稿件。", icon="search")


def reader_of(user: Any) -> Reader:
    """Return what a logged-in user of the unit in force may find: own items, with the right also the archive."""
    grants = {user_grant(user.uuid)}
    if user.has_zt_perm("search.archive"):
        grants.add(unit_grant(require_unit()))
    return Reader(frozenset(grants))


@login_required
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show the search page; without a question only the box."""
    request.user.actor.require("search.use")  # type: ignore[union-attr]
    form = SearchForm(request.GET)
    form.is_valid()
    asked = form.cleaned_data
    question, doubt = _question(request.GET.get("q", "").strip())
    query = Query(
        text=question,
        category=asked.get("category") or "",
        state=asked.get("state") or "",
        year=asked.get("year"),
        sort="time" if asked.get("sort") == "time" else "relevance",
        after=asked.get("after") or "",
    )
    narrowed = any((query.text, query.category, query.state, query.year))
    results = backend().search(query, reader_of(request.user)) if narrowed else None
    return render(request, "search/page.html", {**_context(query, results), "doubt": doubt})


def _question(typed: str) -> tuple[str, str]:
    """Return what can be searched of a question, and what was left out of it: it is cut, never refused."""
    if wrong := text.fault(typed):
        return text.readable(typed)[:QUESTION_LIMIT], f"检索词{wrong}现按其余的字检索。"
    if len(typed) > QUESTION_LIMIT:
        return typed[:QUESTION_LIMIT], f"检索词最多 {QUESTION_LIMIT} 字，现按前 {QUESTION_LIMIT} 字检索。"
    return typed, ""


def _context(query: Query, results: Results | None) -> dict[str, Any]:
    context: dict[str, Any] = {"q": query.text, "query": query, "results": results, "candidates": CANDIDATES}
    if results is None:
        return {**context, "start": _START}
    marks = frozenset(word.text for word in words(query.text)) | frozenset(query_words(query.text))
    return {
        **context,
        "nothing": _NOTHING,
        "hits": [_hit(found, marks) for found in results.hits],
        "facets": [_facet(name, label, query, results) for name, label in _FACETS if results.counts.get(name)],
    }


def _hit(found: Found, marks: frozenset[str]) -> Hit:
    document = found.document
    label, snippet = best_section(document, marks)
    word = ITEM_STATES.get(document.state, "")
    notes = [
        document.number_label,
        document.from_unit,
        "、".join(document.author_names[:3]),
        document.category,
        document.day.isoformat() if document.day else "",
    ]
    return Hit(
        title=highlight(document.title, marks),
        url=reverse("desk:item", args=[document.object_uuid]),
        snippet=snippet,
        field=label,
        notes=[note for note in notes if note],
        state=standing(word) if word else None,
    )


def _facet(name: str, label: str, query: Query, results: Results) -> Facet:
    counts = results.counts[name]
    chosen = str(getattr(query, name) or "")
    ordered = sorted(counts, reverse=True) if name == "year" else sorted(counts, key=lambda value: -counts[value])
    return Facet(
        label,
        name,
        [FacetValue(ITEM_STATES.get(value, value), counts[value], value, checked=value == chosen) for value in ordered],
    )
