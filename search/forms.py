"""The conditions of a question as they come from the page; its words are taken as they are."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from django import forms

from search.asking import LEVELS
from search.backend import Query
from zhitong.core import text
from zhitong.core.glossary import ITEM_STATES

QUESTION_LIMIT = 200  # characters
# What stays of a question when it is kept or handed on; the place within the list does not.
KEPT = ("text", "category", "state", "year", "from_unit", "level", "sort")


class SearchForm(forms.Form):
    """Conditions, order; wrong values are ignored, so that an old link still finds something."""

    category = forms.CharField(max_length=20, required=False)
    state = forms.CharField(max_length=12, required=False)
    year = forms.IntegerField(min_value=1949, max_value=2100, required=False)
    from_unit = forms.CharField(max_length=40, required=False)
    level = forms.CharField(max_length=10, required=False)
    sort = forms.ChoiceField(choices=[("relevance", "按相关"), ("time", "按时间")], required=False)
    after = forms.CharField(max_length=200, required=False)


def read_query(values: Mapping[str, Any]) -> tuple[Query, str]:
    """Return what can be searched of the values of a page, and what was left out of it (Chinese, or empty)."""
    form = SearchForm(values)
    form.is_valid()
    asked = {name: value for name, value in form.cleaned_data.items() if value}
    typed, doubt = _question(str(values.get("q", "")).strip())
    return Query(text=typed, **asked), doubt


def kept(query: Query) -> dict[str, Any]:
    """Return what is asked without what is empty or usual."""
    usual = asdict(Query())
    return {name: value for name in KEPT if (value := getattr(query, name)) != usual[name]}


def query_string(asked: Mapping[str, Any]) -> str:
    """Return the query string of the page for what is asked."""
    return urlencode({("q" if name == "text" else name): value for name, value in asked.items()})


def said(asked: Mapping[str, Any]) -> str:
    """Return in words what is asked, for lists of questions; its order is left out."""
    words = [ITEM_STATES.get(value, LEVELS.get(value, str(value))) for name, value in asked.items() if name != "sort"]
    return " · ".join(words)


def _question(typed: str) -> tuple[str, str]:
    """Return what can be searched of a question, and what was left out of it: it is cut, never refused."""
    if wrong := text.fault(typed):
        return text.readable(typed)[:QUESTION_LIMIT], f"检索词{wrong}现按其余的字检索。"
    if len(typed) > QUESTION_LIMIT:
        return typed[:QUESTION_LIMIT], f"检索词最多 {QUESTION_LIMIT} 字，现按前 {QUESTION_LIMIT} 字检索。"
    return typed, ""
