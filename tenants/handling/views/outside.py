"""The page behind a handler's link: somebody without an account receipts and answers. No session, nothing else shown.

The link lives until the final answer, thirty days at most; each post carries the code, and how many steps its sender
has seen, so that nothing is remembered and nothing counts twice.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from tenants.handling import presenting, queries
from tenants.handling.views import answering
from zhitong.core import clock, links
from zhitong.core.errors import NotFound
from zhitong.core.links import LinkGone
from zhitong.core.models import OneTimeLink
from zhitong.core.operations import Actor, require_unit
from zhitong.documents import downloads
from zhitong.exchange.models import Assignment, Grant, HandlingFile
from zhitong.exchange.operations.handling.common import PURPOSE
from zhitong.exchange.queries.handling import assignment_outside
from zhitong.web import doors


@sensitive_post_parameters("code")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def outside(request: HttpRequest, token: str) -> HttpResponseBase:
    """Ask for the code, show what was passed, take receipt and answers.

    Raises:
        TooManyFailures: this address has failed too often lately.
    """
    enter = _inside if request.method == "POST" else _door
    inside, page = partial(enter, request, token), partial(_page, request)
    return doors.behind_link(request, inside, page=page, rule="办结答复以后链接作废，过期作废")


def _door(request: HttpRequest, token: str) -> HttpResponse:
    _behind(links.look_up(purpose=PURPOSE, token=token))
    return _page(request, {})


def _inside(request: HttpRequest, token: str) -> HttpResponseBase:
    link, code = doors.unlock(request, purpose=PURPOSE, token=token)
    assignment = _behind(link)
    actor = Actor(unit_id=require_unit(), label=_label(assignment))
    if "file" in request.POST:
        return _file(actor, assignment, request.POST["file"])
    forms, done = answering.Forms(assignment), ""
    if "verb" in request.POST:
        done = answering.work(request, forms, actor=actor, link=link)
        if done:
            now = assignment_outside(require_unit(), assignment.uuid)
            if now is None or not now.is_open:
                return _page(request, {"is_done": True})
            assignment, forms = now, answering.Forms(now)
    shown = _shown(actor, assignment, forms) | {"code": code, "until": link.expires_at, "done": done}
    return _page(request, shown, forms.status)


def _behind(link: OneTimeLink) -> Assignment:
    """Return the assignment a link opens, as long as an answer is owed.

    Raises:
        LinkGone: it is answered, given back or taken back.
    """
    assignment = assignment_outside(link.unit_id, link.object_uuid)
    if assignment is None or not assignment.is_open:
        raise LinkGone
    return assignment


def _label(assignment: Assignment) -> str:
    contact = queries.contacts_of([assignment.uuid]).get(assignment.uuid)
    return f"{assignment.department} {contact.person}" if contact else assignment.department


def _shown(actor: Actor, assignment: Assignment, forms: answering.Forms) -> dict[str, Any]:
    """Return everything of a handling that leaves the unit: what was passed, and what this handler itself did."""
    grants = Grant.objects.filter(packet_id=assignment.handling.packet_id).order_by("pk")
    return answering.context(actor, assignment, forms) | {
        "part": presenting.part(assignment, with_files=False),
        "grants": [(grant.attachment_uuid, grant.name, presenting.size(grant)) for grant in grants],
        "reader_mark": f"{_label(assignment)} {timezone.localtime(clock.now()):%Y-%m-%d %H:%M}",
    }


def _file(actor: Actor, assignment: Assignment, wanted: str) -> HttpResponseBase:
    """Hand out a file that was passed along, or one the handler sent before; the download is logged."""
    try:
        uuid = UUID(wanted)
    except ValueError:
        raise NotFound from None
    own = HandlingFile.objects.select_related("owner").filter(step__assignment=assignment, uuid=uuid).first()
    if own is None:
        return answering.hand_out_passed(actor, assignment, uuid)
    return downloads.download(
        actor=actor,
        owner=own.owner,
        file_uuid=own.uuid,
        name=own.name,
        sha256=own.sha256,
        media_type=own.media_type,
        object_kind="assignment",
        object_id=assignment.uuid,
    )


def _page(request: HttpRequest, context: Mapping[str, Any], status: int = 200) -> HttpResponse:
    return render(request, "handling/outside.html", {"reader_mark": "", **context}, status=status)
