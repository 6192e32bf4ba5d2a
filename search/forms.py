"""The conditions of a question as they come from the page; its words are taken as they are."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict

from search.asking import facet_words
from search.backend import FACETS, Query
from zhitong.core import text

QUESTION_LIMIT = 200  # characters
# What stays of a question when it is kept or handed on; the place within the list does not.
KEPT = ("text", "like", *FACETS, "sort", "apart")
_USUAL = {field.name: field.default for field in fields(Query)}
_MOST_VALUES = 20  # of one facet


class _Values(forms.TypedMultipleChoiceField):
    """Any values of a facet; those that are too long, too many or no text are left out."""

    def to_python(self, value: Any) -> list[str]:
        """Return the values that could be some."""
        short = [one for one in dict.fromkeys(super().to_python(value)) if 0 < len(one) <= 40 and not text.fault(one)]
        return short[:_MOST_VALUES]

    def valid_value(self, value: Any) -> bool:
        """Take every value: one that nothing has finds nothing."""
        return bool(value)


def _year(value: str) -> int:
    year = int(value)
    if not 1949 <= year <= 2100:
        raise ValueError(value)
    return year


class SearchForm(forms.Form):
    """Conditions, order; wrong values are ignored, so that an old link still finds something."""

    kind = _Values(required=False)
    from_unit = _Values(required=False)
    year = _Values(required=False, coerce=_year)
    category = _Values(required=False)
    level = _Values(required=False)
    outcome = _Values(required=False)
    state = _Values(required=False)
    like = forms.CharField(max_length=60, required=False)
    sort = forms.ChoiceField(choices=[(name, name) for name in ("relevance", "time", "points")], required=False)
    apart = forms.BooleanField(required=False)
    after = forms.CharField(max_length=200, required=False)


def read_query(values: QueryDict) -> tuple[Query, str]:
    """Return what can be searched of the values of a page, and what was left out of it (Chinese, or empty)."""
    form = SearchForm(values)
    form.is_valid()
    typed, doubt = _question(str(values.get("q", "")).strip())
    return query_of({**form.cleaned_data, "text": typed, "after": form.cleaned_data.get("after", "")}), doubt


def query_of(asked: Mapping[str, Any]) -> Query:
    """Return the question of what was kept of one (`kept`)."""
    given: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in asked.items() if value
    }
    return Query(**given)


def kept(query: Query) -> dict[str, Any]:
    """Return what is asked without what is empty or usual, as JSON takes it."""
    asked = {name: value for name in KEPT if (value := getattr(query, name)) != _USUAL[name]}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asked.items()}


def pairs_of(asked: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return names and values of the page for what is asked, one pair for each value."""
    return [
        ("q" if name == "text" else name, one)
        for name, value in asked.items()
        for one in (value if isinstance(value, list) else ["1" if value is True else value])
    ]


def query_string(asked: Mapping[str, Any]) -> str:
    """Return the query string of the page for what is asked."""
    return urlencode(pairs_of(asked))


def said(asked: Mapping[str, Any]) -> str:
    """Return in words what is asked, for lists of questions; its order is left out."""
    words = facet_words()
    values = [(name, value) for name, value in pairs_of(asked) if name not in {"sort", "like", "apart"}]
    return " · ".join(words.get(name, {}).get(value, str(value)) for name, value in values)


def _question(typed: str) -> tuple[str, str]:
    """Return what can be searched of a question, and what was left out of it: it is cut, never refused."""
    if wrong := text.fault(typed):
        return text.readable(typed)[:QUESTION_LIMIT], f"检索词{wrong}现按其余的字检索。"
    if len(typed) > QUESTION_LIMIT:
        return typed[:QUESTION_LIMIT], f"检索词最多 {QUESTION_LIMIT} 字，现按前 {QUESTION_LIMIT} 字检索。"
    return typed, ""
