"""比对外部文本: a text of media or of another house, pasted or uploaded, against the own archive. Nothing is kept."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.files import File
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from search.alike import passages
from search.files.reader import read_file
from search.lookalikes import LookAlike, look_alikes
from search.rights import reader_of
from tenants.items.views.common import reader
from tenants.review.views.presenting import alikes as drawn
from zhitong.core import text
from zhitong.core.errors import InvalidInput
from zhitong.documents.kinds import kind_of
from zhitong.web import navigation
from zhitong.web.forms import Form
from zhitong.web.parts import QueueEntry

_MOST = 20_000  # characters
_LEAST = 30  # letters; a sentence stands everywhere
_FILE_LIMIT = 5 * 1024 * 1024  # bytes
_EXTENSIONS = ("txt", "docx")
_QUOTED = 5
_HEAD = 4096  # bytes by which a kind is known


class OutsideForm(Form):
    """A text, or a file with one."""

    title = forms.CharField(label="标题", required=False, max_length=300, help_text="有标题就写上，同一事项才认得出来")
    text = forms.CharField(
        label="正文",
        error_messages={"required": "请粘贴正文，或者上传一个文件。"},
        max_length=_MOST,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text="从报刊、网站、提案里复制过来",
    )
    file = forms.FileField(
        label="或者上传文件",
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(f".{one}" for one in _EXTENSIONS)}),
        help_text="Word（.docx）或文本（.txt），最多 5 MB；上传了文件就比对文件，不保存",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].required = "file" not in self.files

    def clean_file(self) -> "File[bytes] | None":
        """Refuse a file that cannot be read, with the reason."""
        file: File[bytes] | None = self.cleaned_data["file"]
        if file is None:
            return None
        extension = PurePath(file.name or "").suffix.removeprefix(".").lower()
        if extension not in _EXTENSIONS:
            raise forms.ValidationError("这里只收 Word（.docx）和文本（.txt）文件，也可以把文字粘贴到“正文”里。")
        if (file.size or 0) > _FILE_LIMIT:
            raise forms.ValidationError("文件超过 5 MB，请把文字粘贴到“正文”里。")
        return file


@dataclass(frozen=True, slots=True)
class Found:
    """A look-alike as drawn, with what both have word for word, the longest first."""

    entry: QueueEntry
    quotes: Sequence[str]
    more: int


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def compare(request: HttpRequest) -> HttpResponse:
    """Ask for a text; answer with what of the own archive is like it, and with the passages that both have."""
    user = reader(request)
    user.actor.require("search.archive")
    navigation.mark(request, "search")
    if request.method != "POST":
        return _page(request, OutsideForm())
    form = OutsideForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form)
    try:
        title, body = form.cleaned_data["title"], _text_of(form)
    except InvalidInput as refusal:
        form.refuse(refusal)
        return _page(request, form)
    found = look_alikes(title=title, body=body, item=None, reader=reader_of(user.actor))
    rows = drawn.rows_of(found, None, user.actor)
    own = request.tenant.short_name  # type: ignore[attr-defined]
    return _page(
        request,
        form,
        asked=True,
        length=text.count(body),
        found=[_found(row, alike, body) for row, alike in zip(rows, found.alikes, strict=True)],
        elsewhere=drawn.elsewhere(found, own),
    )


def _page(request: HttpRequest, form: OutsideForm, **answer: Any) -> HttpResponse:
    """Draw the form, above it the answer once there is one."""
    context = {"form": form, "back": reverse("search:page"), "phone_title": "比对外部文本", **answer}
    return render(request, "review/compare.html", context, status=200 if answer else form.status)


def _text_of(form: OutsideForm) -> str:
    file: File[bytes] | None = form.cleaned_data["file"]
    name = "file" if file else "text"
    body = _read(file) if file else form.cleaned_data["text"]
    if sum(map(str.isalnum, body)) < _LEAST:
        message = f"文字太少，比对不出什么：请至少给 {_LEAST} 个字。"
        raise InvalidInput(message, fields={name: [message]})
    return body


def _read(file: "File[bytes]") -> str:
    """Return the text of an uploaded file, read by a process of its own.

    Raises:
        InvalidInput: under `file`: it is not what it is called, or gives no text; the message says why.
    """
    extension = PurePath(file.name or "").suffix.removeprefix(".").lower()
    with tempfile.TemporaryFile() as copy:
        for chunk in file.chunks():
            copy.write(chunk)
        copy.seek(0)
        try:
            kind = kind_of(extension, copy.read(_HEAD), copy)
        except ValueError as error:
            raise InvalidInput(str(error), fields={"file": [str(error)]}) from error
        copy.seek(0)
        reading = read_file(kind.media_type, copy)
    if reading.reason:
        message = f"这个文件读不出文字：{reading.reason.label}。请把文字粘贴到“正文”里。"
        raise InvalidInput(message, fields={"file": [message]})
    return text.readable(reading.text)


def _found(entry: QueueEntry, alike: LookAlike, body: str) -> Found:
    common = sorted(passages(body, alike.document.body), key=lambda one: -one.letters)
    quotes = [" ".join(body[one.start : one.end].split()) for one in common[:_QUOTED]]
    return Found(entry, quotes, len(common) - len(quotes))
