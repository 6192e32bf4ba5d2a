"""What a handler's page does, in the unit and behind a link alike: receipt, answers, refusal, extension."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest

from tenants.handling import presenting
from tenants.handling.forms import AnswerForm, ExtensionForm, RefusalForm, two_weeks_later
from tenants.items.views.common import posted_version
from zhitong.core.errors import InvalidInput, NotFound, Refusal
from zhitong.core.links import LinkGone
from zhitong.core.models import OneTimeLink
from zhitong.core.operations import Actor, leaving_traces
from zhitong.documents import downloads, storage
from zhitong.documents.storage import StoredFile
from zhitong.exchange import packets
from zhitong.exchange.models import Assignment, Grant
from zhitong.exchange.operations import handling as exchange
from zhitong.exchange.operations.handling.common import FILES_MOST
from zhitong.units.current import unit_in_force
from zhitong.web.forms import Form

State = Assignment.State


class Forms:
    """The forms of an assignment's page: empty, or the one that was refused with what was typed."""

    def __init__(self, assignment: Assignment) -> None:
        """Draw every form empty."""
        later = two_weeks_later(assignment.due_at)
        self.assignment = assignment
        self.answer: Form = AnswerForm(auto_id="answer-%s")
        self.refusal: Form = RefusalForm(auto_id="refuse-%s")
        self.extension: Form = ExtensionForm(auto_id="extend-%s", initial={"until": later})
        self.tried = ""
        self.wrong: Refusal | None = None

    @property
    def status(self) -> int:
        """The HTTP status of the page."""
        if self.wrong:
            return self.wrong.status
        found = {"answer": self.answer, "refuse": self.refusal, "extend": self.extension}.get(self.tried)
        return found.status if found else 200

    def bind(self, verb: str, request: HttpRequest) -> Form:
        """Fill the form of a verb with what was sent."""
        self.tried = verb
        if verb == "answer":
            self.answer = AnswerForm(request.POST, request.FILES, auto_id="answer-%s")
            return self.answer
        if verb == "refuse":
            self.refusal = RefusalForm(request.POST, auto_id="refuse-%s")
            return self.refusal
        self.extension = ExtensionForm(request.POST, auto_id="extend-%s")
        return self.extension


def work(request: HttpRequest, forms: Forms, *, actor: Actor, link: OneTimeLink | None = None) -> str:
    """Do what was sent; return what is said of it, empty when a form was refused and is to be shown again.

    Raises:
        NotFound, NotAllowed, LinkGone: as the operations. A refusal that no form can show: `InvalidInput` for an
            unknown verb.
    """
    assignment, verb = forms.assignment, request.POST.get("verb", "")
    seen = posted_version(request, "seen")
    if verb == "receive":
        exchange.receive_assignment(actor=actor, assignment_uuid=assignment.uuid, link=link)
        return "已签收。"
    if verb not in {"answer", "refuse", "extend"}:
        raise InvalidInput("请选择一种处理：签收、答复、申退或者申请延期。")
    form = forms.bind(verb, request)
    if not form.is_valid():
        return ""
    given: dict[str, Any] = {"actor": actor, "assignment_uuid": assignment.uuid, "seen": seen, "link": link}
    typed = form.cleaned_data
    try:
        if verb == "refuse":
            exchange.ask_refusal(**given, reason=typed["reason"], proposal=typed["proposal"])
            return "已申退，等交办单位答复。"
        if verb == "extend":
            exchange.ask_extension(**given, reason=typed["reason"], until=typed["until"])
            return "已申请延期，等交办单位答复。"
        files = _stored(actor, typed["attachments"])
        if typed["stage"] == "answer":
            exchange.answer(**given, words=typed["words"], result=typed["result"], files=files)
            return "办结答复已交上，谢谢。"
        exchange.interim(**given, words=typed["words"], files=files)
        return "阶段答复已交上，办完以后还请交办结答复。"
    except LinkGone:
        raise
    except Refusal as refusal:
        if refusal.status in {403, 404}:
            raise
        for name in ("file", "files"):
            if name in refusal.fields:
                refusal.fields["attachments"] = refusal.fields.pop(name)
        form.refuse(refusal)
        forms.wrong = refusal
        return ""


def context(actor: Actor, assignment: Assignment, forms: Forms) -> dict[str, Any]:
    """Return what both pages show of an assignment.

    Raises:
        WrongState: the text is not what was passed on.
    """
    require_whole(actor, assignment)
    handling = assignment.handling
    return {
        "assignment": assignment,
        "handling": handling,
        "doc_title": handling.title,
        "part": presenting.part(assignment),
        "role": presenting.role_tag(assignment),
        "facts": presenting.basis(handling),
        "passages": presenting.passages(handling),
        "forms": forms,
        "may_receive": assignment.state == State.SENT,
        "may_answer": assignment.state in {State.SENT, State.WORKING},
        "may_extend": assignment.state in {State.SENT, State.WORKING} and assignment.extension_asked_at is None,
    }


def require_whole(actor: Actor, assignment: Assignment) -> None:
    """Refuse a text that was changed since it was passed on, and leave a trace of it in the unit's trail.

    Raises:
        WrongState: it was.
    """
    with leaving_traces(actor):
        packets.require_passed_whole(assignment)


def hand_out_passed(actor: Actor, assignment: Assignment, file_uuid: UUID) -> FileResponse:
    """Return a file that was passed along with an assignment.

    Raises:
        NotFound: not of this assignment.
        WrongState: the text is not what was passed on.
    """
    grant = Grant.objects.filter(packet_id=assignment.handling.packet_id, attachment_uuid=file_uuid).first()
    if grant is None:
        raise NotFound
    require_whole(actor, assignment)
    return downloads.download(
        actor=actor,
        owner=assignment.handling.asker,
        file_uuid=grant.attachment_uuid,
        name=grant.name,
        sha256=grant.sha256,
        media_type=grant.media_type,
        object_kind="assignment",
        object_id=assignment.uuid,
    )


def _stored(actor: Actor, files: Sequence["UploadedFile[Any]"]) -> list[StoredFile]:
    """Check and keep the files that came along, under the unit in force: the handler's own, or behind a link ours.

    What is not what it says leaves its trace in that unit's trail.

    Raises:
        InvalidInput: too many, or one is not what it says.
    """
    if len(files) > FILES_MOST:
        wrong = f"一次最多 {FILES_MOST} 个附件。"
        raise InvalidInput(wrong, fields={"files": [wrong]})
    with leaving_traces(actor):
        return [storage.store(unit_in_force(), file) for file in files]
