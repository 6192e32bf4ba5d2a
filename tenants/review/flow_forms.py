"""Forms of the flow pages: trying a flow out, a new flow, a file, a checklist."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict

from tenants.accounts.models import User
from tenants.accounts.queries import with_permission
from tenants.items.models import Source, SubmitterKind, Urgency
from tenants.review.definition import DESTINATIONS, DIFFICULTIES, MAX_BYTES, PLAIN
from tenants.review.queries.tryout import Trial
from zhitong.core import clock
from zhitong.web.forms import Form

_FIRST = ("urgency", "destination", "start")

_SAME_NAME = "有 {} 位叫这个名字，请填登录名。"


class TrialForm(Form):
    """What the tried item is; a GET form, whose fields that were not sent take their first choice."""

    urgency = forms.ChoiceField(label="紧急程度", choices=Urgency.choices, required=False)
    destination = forms.ChoiceField(label="拟报送", choices=[("", "不报送"), *DESTINATIONS.items()], required=False)
    start = forms.DateTimeField(
        label="提交时间",
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"invalid": "请填写提交的日期和时间。"},
    )
    difficulty = forms.ChoiceField(label="难易程度", choices=list(DIFFICULTIES.items()), required=False)
    author = forms.CharField(label="反映人", required=False, max_length=60)
    category = forms.ChoiceField(label="类别", required=False)
    source = forms.ChoiceField(label="来源", choices=Source.choices, required=False)
    submitter_kind = forms.ChoiceField(label="反映主体", choices=SubmitterKind.choices, required=False)

    def __init__(self, data: QueryDict, *, categories: Any) -> None:
        if not data.get("t-start"):
            # A bound form shows what was sent; when nothing was, it shows the moment that counts then.
            data = data.copy()
            data["t-start"] = f"{clock.now().astimezone(clock.SHANGHAI):%Y-%m-%dT%H:%M}"
        super().__init__(data, prefix="t")
        field = self.fields["category"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "不限类别"), *((name, name) for name in categories)]
        self.fields["author"].widget.attrs["placeholder"] = "姓名或登录名，可不填"

    @property
    def first(self) -> list[forms.BoundField]:
        """The fields that always show."""
        return [self[name] for name in _FIRST]

    @property
    def more(self) -> list[forms.BoundField]:
        """The fields that are asked for less often."""
        return [self[name] for name in self.fields if name not in _FIRST]

    @property
    def more_is_set(self) -> bool:
        """Whether one of those says anything."""
        return any(self.data.get(field.html_name) for field in self.more)

    def clean_author(self) -> User | None:
        """Return the author named, None when nobody is."""
        name = self.cleaned_data["author"].strip()
        if not name or "\x00" in name:
            return None
        writers = with_permission("items.write")
        found = list(writers.filter(username=name.lower())[:1]) or list(writers.filter(name=name)[:2])
        if len(found) > 1:
            raise forms.ValidationError(_SAME_NAME.format(writers.filter(name=name).count()))
        if not found:
            raise forms.ValidationError("没有这位能写信息的人，请核对姓名或登录名。")
        return found[0]

    def trial(self) -> Trial | None:
        """Return the item to try, None when a field is wrong."""
        if not self.is_valid():
            return None
        given = self.cleaned_data
        start: datetime = given["start"] or clock.now()
        return Trial(
            start=start,
            author=given["author"],
            urgency=given["urgency"] or Urgency.ORDINARY,
            category=given["category"],
            source=given["source"] or Source.ORIGINAL,
            submitter_kind=given["submitter_kind"] or SubmitterKind.MEMBER,
            destinations=(given["destination"],) if given["destination"] else (),
            difficulty=given["difficulty"] or PLAIN,
        )


class NewFlowForm(Form):
    """A flow from nothing: its name, its first step and who does it."""

    name = forms.CharField(label="流程名称", max_length=40)
    first_step = forms.CharField(label="第一步", max_length=40)
    post = forms.ChoiceField(label="由哪个岗位办")

    def __init__(self, data: Any = None, *, posts: Any) -> None:
        super().__init__(data)
        field = self.fields["post"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "请选择"), *posts]


class FlowFileForm(Form):
    """A flow file, and whose next version it becomes."""

    file = forms.FileField(
        label="流程文件", error_messages={"empty": "这个文件是空的。", "required": "请选择流程文件。"}
    )
    into = forms.ChoiceField(label="放进", required=False)

    def __init__(self, data: Any = None, files: Any = None, *, flows: Any) -> None:
        super().__init__(data, files)
        field = self.fields["into"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "一个新流程"), *flows]

    def clean_file(self) -> "UploadedFile[bytes]":
        """Refuse what is too large to be a flow before it is read."""
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > MAX_BYTES:
            raise forms.ValidationError(f"文件有 {file.size:,} 字节，最多 {MAX_BYTES:,} 字节：这不像是一个流程文件。")
        return file


class ChecklistForm(Form):
    """A checklist: its name, and its lines as lines."""

    name = forms.CharField(label="名称", max_length=40)
    lines = forms.CharField(
        label="检查哪些",
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text="一行一项，每项办理时答“符合”或者“不符合”。没有改字的项，正在填的答案不丢。",
    )
    edition = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def texts(self) -> list[str]:
        """Return the lines as typed."""
        return str(self.cleaned_data["lines"]).split("\n")
