"""The page behind a one-time link: somebody without an account answers a question. No session, nothing else shown."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from tenants.review import operations
from tenants.review.models import Question
from tenants.review.queries.questions import PURPOSE
from zhitong.core import clock, links
from zhitong.core.errors import InvalidInput, Refusal
from zhitong.core.operations import Actor, require_unit
from zhitong.web import doors


@sensitive_post_parameters("code")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def outside(request: HttpRequest, token: str) -> HttpResponseBase:
    """Ask for the code, show what was asked, take the answer: each post carries the code, so nothing is remembered.

    Raises:
        TooManyFailures: this address has failed too often lately.
    """
    enter = _answer if request.method == "POST" else _door
    inside, page = partial(enter, request, token), partial(_page, request)
    return doors.behind_link(request, inside, page=page, rule="一次性链接只能答复一次，过期作废")


def _door(request: HttpRequest, token: str) -> HttpResponse:
    operations.question_behind(links.look_up(purpose=PURPOSE, token=token))
    return _page(request, {})


def _answer(request: HttpRequest, token: str) -> HttpResponse:
    link, code = doors.unlock(request, purpose=PURPOSE, token=token)
    question = operations.question_behind(link)
    context = {"code": code, "until": link.expires_at}
    if "answer" not in request.POST:
        return _page(request, _shown(question) | context)
    actor = Actor(unit_id=require_unit(), label=question.addressee)
    try:
        operations.answer_outside(actor=actor, link=link, words=request.POST["answer"])
    except InvalidInput as refusal:
        context |= {"answer": request.POST["answer"], "answer_error": _said(refusal)}
        return _page(request, _shown(question) | context, refusal.status)
    return _page(request, {"is_done": True})


def _shown(question: Question) -> dict[str, Any]:
    """Return everything of a question that leaves the unit."""
    return {
        "addressee": question.addressee,
        "is_opinion": question.kind == Question.Kind.OPINION,
        "words": question.words,
        "passage": question.passage,
        "reader_mark": f"{question.addressee} {timezone.localtime(clock.now()):%Y-%m-%d %H:%M}",
    }


def _page(request: HttpRequest, context: Mapping[str, Any], status: int = 200) -> HttpResponse:
    return render(request, "review/outside.html", {"reader_mark": "", **context}, status=status)


def _said(refusal: Refusal) -> str:
    return " ".join(words for messages in refusal.fields.values() for words in messages) or refusal.message
