"""Forms of the desk."""

from datetime import date, datetime, time
from typing import Any, ClassVar

from django import forms
from django.db.models import Q

from tenants.items.texts import LABELS, TITLE_LIMIT
from zhitong.core import clock
from zhitong.documents.kinds import ACCEPT
from zhitong.exchange.models import AdoptionMode, Dispatch, EventKind, LeaderRank, Visibility
from zhitong.units.models import ExternalBody, QuotaPeriod
from zhitong.units.operations import OFFERED
from zhitong.web.forms import Form, TableField

_FIRST_YEAR = 1949
_KINDS = [
    (kind.value, kind.label)
    for kind in (EventKind.ADOPTED, EventKind.INSTRUCTION, EventKind.REPLIED, EventKind.KEPT, EventKind.DECLINED)
]


class InboxFilter(Form):
    """What narrows the inbox; what cannot be read narrows nothing."""

    tab = forms.CharField(required=False, widget=forms.HiddenInput)
    sender = forms.ChoiceField(label="报送单位", required=False)
    category = forms.ChoiceField(label="类别", required=False)
    since = forms.DateField(
        label="来稿自", required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    until = forms.DateField(
        label="来稿至", required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    q = forms.CharField(
        label="标题里的词",
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "标题里的词"}),
    )

    def __init__(self, *args: object, senders: list[str], categories: list[str], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        for name, first, values in (("sender", "报送单位：全部", senders), ("category", "类别：全部", categories)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", first), *((value, value) for value in values)]

    @property
    def narrows(self) -> bool:
        """Whether anything but the tab narrows the list."""
        return any(self.data.get(name) for name in self.fields if name != "tab")

    def condition(self) -> Q:
        """Return the condition on dispatches."""
        self.is_valid()
        given = self.cleaned_data
        found = Q()
        if given.get("sender"):
            found &= Q(sender__short_name=given["sender"])
        if given.get("category"):
            found &= Q(category=given["category"])
        if given.get("q"):
            found &= Q(title__icontains=given["q"])
        if given.get("since") and given["since"].year >= _FIRST_YEAR:
            found &= Q(sent_at__gte=datetime.combine(given["since"], time.min, tzinfo=clock.SHANGHAI))
        if given.get("until") and given["until"].year >= _FIRST_YEAR:
            found &= Q(sent_at__lte=datetime.combine(given["until"], time.max, tzinfo=clock.SHANGHAI))
        return found


class SentFilter(Form):
    """What narrows the list of what was sent; a value that is no choice is ignored."""

    tab = forms.CharField(required=False, widget=forms.HiddenInput)
    state = forms.ChoiceField(label="情况", required=False, choices=[("", "情况：全部"), *Dispatch.State.choices])

    def chosen(self) -> str:
        """Return the chosen state, empty for all."""
        self.is_valid()
        return str(self.cleaned_data.get("state", ""))


class OutcomeForm(Form):
    """What a body outside, or a leader, did with an item. A page that can hides what does not belong to the kind."""

    # field -> kinds it belongs to; the others belong to all
    ONLY_FOR: ClassVar[dict[str, str]] = {
        "mode": "adopted",
        "bulletin": "adopted",
        "issue_number": "adopted",
        "leader": "instruction",
        "leader_rank": "instruction",
        "words": "instruction replied",
        "visibility": "instruction replied",
        "reason": "kept declined",
    }

    kind = forms.ChoiceField(label="结果", choices=_KINDS)
    mode = forms.ChoiceField(label="采用方式", choices=[("", "请选择"), *AdoptionMode.choices], required=False)
    body = forms.ChoiceField(label="由谁", required=False)
    occurred_on = forms.DateField(label="日期", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    bulletin = forms.CharField(label="刊物", max_length=60, required=False)
    issue_number = forms.CharField(label="期号", max_length=20, required=False)
    leader = forms.CharField(label="批示人", max_length=60, required=False)
    leader_rank = forms.ChoiceField(
        label="批示人级别", choices=[("", "（不是批示）"), *LeaderRank.choices], required=False
    )
    words = forms.CharField(label="批示或答复内容", max_length=2000, required=False, widget=forms.Textarea)
    visibility = forms.ChoiceField(
        label="下级可见",
        choices=Visibility.choices,
        initial=Visibility.FACT,
        help_text="只见事实时，下级和反映人看不到批示人和内容，只看到级别。",
    )
    reason = forms.CharField(label="理由", max_length=500, required=False, widget=forms.Textarea)
    proof = forms.FileField(
        label="佐证文件",
        required=False,
        help_text="批示件、采用通知的扫描件，只在本单位留存，登记结果的人可以下载。",
        error_messages={"empty": "这个文件是空的。"},
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
    )

    def __init__(self, *args: object, bodies: list[ExternalBody], **kwargs: object) -> None:
        kwargs.setdefault("initial", {"occurred_on": clock.today()})
        super().__init__(*args, **kwargs)
        field = self.fields["body"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "本级（只限批示和答复）"), *((str(body.uuid), body.short_name) for body in bodies)]

    def placed(self) -> list[tuple[forms.BoundField, str, bool]]:
        """Return the fields in order with the kinds they belong to (empty: all) and whether they take the whole row."""
        wide = {"words", "reason", "proof"}
        return [(field, self.ONLY_FOR.get(field.name, ""), field.name in wide) for field in self]


class OutcomeListForm(Form):
    """A body's list of what it made of a month's reports, as a file or copied out of a table."""

    body = forms.ChoiceField(label="哪个单位的名单")
    file = TableField(
        label="名单文件",
        required=False,
        help_text="Excel（.xlsx）、CSV 或 JSON 行文件，要有“标题”一栏，可以有：编号、结果、日期、刊物、期号、批示领导、"
        "批示内容、理由。最多 500 行、5 MB。",
    )
    pasted = forms.CharField(
        label="或者从表格里复制，粘贴在这里",
        required=False,
        max_length=200_000,
        help_text="连同表头一起复制。",
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    mode = forms.ChoiceField(label="只写“采用”的按", choices=AdoptionMode.choices, initial=AdoptionMode.SINGLE)
    day = forms.DateField(label="没有日期的按", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))

    def __init__(self, *args: object, bodies: list[ExternalBody], **kwargs: object) -> None:
        kwargs.setdefault("initial", {"day": clock.today()})
        super().__init__(*args, **kwargs)
        field = self.fields["body"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "请选择"), *((str(body.uuid), body.short_name) for body in bodies)]

    def clean_day(self) -> date:
        """Refuse a day to come."""
        day: date = self.cleaned_data["day"]
        if day > clock.today():
            raise forms.ValidationError("不能在今天之后。")
        return day

    def clean(self) -> dict[str, Any]:
        """Ask for the one or the other."""
        given = super().clean() or {}
        if not self.errors.get("file") and bool(given.get("file")) == bool(given.get("pasted", "").strip()):
            self.add_error("file", "请选择一个文件，或者粘贴表格，两样只取一样。")
        return given


class AskRecallForm(Form):
    """Why a sender asks back what its receiver has receipted."""

    reason = forms.CharField(label="为什么要撤回", widget=forms.Textarea, help_text="对方会看到，由对方决定。")


class UrgeForm(Form):
    """A line to a receiver that is urged."""

    reason = forms.CharField(
        label="附言", required=False, widget=forms.Textarea({"rows": 3}), help_text="可以不写；对方会看到。"
    )

    def clean_reason(self) -> str:
        """Refuse a post that does not even name the field: it came from no form of ours."""
        return _named(self, "reason")


class DeclineReasonsForm(Form):
    """The list of reasons for not adopting, one a line."""

    words = forms.CharField(
        label="理由清单",
        required=False,
        widget=forms.Textarea({"rows": 12}),
        help_text="一行一条，按这里的顺序列出。清空再保存，就恢复平台的预置清单。",
    )

    def clean_words(self) -> str:
        """Refuse a post without the field, which would empty the list unasked."""
        return _named(self, "words")


class CorrectionForm(Form):
    """The issued text of a returned item, to be corrected. The unit's limits belong to the operation."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    title = forms.CharField(label=LABELS["title"], max_length=TITLE_LIMIT)
    problem = forms.CharField(label=LABELS["problem"], widget=forms.Textarea({"rows": 8}))
    analysis = forms.CharField(label=LABELS["analysis"], required=False, widget=forms.Textarea({"rows": 6}))
    suggestions = forms.CharField(label=LABELS["suggestions"], widget=forms.Textarea({"rows": 8}))


class OpenRouteForm(Form):
    """A route that the unit opens for another to report here."""

    sender = forms.CharField(label="报送单位", max_length=100, help_text="填单位的全称或简称。")
    kind = forms.ChoiceField(
        label="渠道",
        choices=[(kind.value, kind.label) for kind in OFFERED],
        widget=forms.RadioSelect,
        initial=OFFERED[0].value,
        help_text="直报点可以不写结束日期，约定须写明。",
    )
    valid_from = forms.DateField(label="从", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    valid_to = forms.DateField(
        label="到", required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    shows_contacts = forms.BooleanField(label="报送时带上反映人的联系方式", required=False)
    basis = forms.CharField(
        label="依据", required=False, max_length=500, widget=forms.Textarea, help_text="对方看得到。"
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        kwargs.setdefault("initial", {"valid_from": clock.today()})
        super().__init__(*args, **kwargs)


class EndRouteForm(Form):
    """Why a route ends."""

    reason = forms.CharField(label="终止的理由", widget=forms.Textarea, help_text="对方看得到。今天报送的仍然有效。")


class LimitForm(Form):
    """On which terms the unit takes what another reports."""

    quota = forms.IntegerField(
        label="限额", required=False, help_text="一段时间里最多收几篇，退回和撤回的不算。不限请留空。"
    )
    quota_period = forms.ChoiceField(label="按", required=False, choices=[("", "请选择"), *QuotaPeriod.choices])
    only_signed = forms.BooleanField(label="只收经领导签发的信息", required=False)
    receipts_at_once = forms.BooleanField(label="到达即签收，不用人办", required=False)


class SenderPostsForm(Form):
    """Holders of which posts may send to a receiver."""

    posts = forms.MultipleChoiceField(
        label="谁可以报送",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="一个也不选时，有“向上报送”权限的都可以。",
    )

    def __init__(self, *args: object, posts: list[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["posts"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = posts


def _named(form: Form, name: str) -> str:
    """Return the text of a field that may be empty but must have been sent.

    Raises:
        ValidationError: it was not.
    """
    if name not in form.data:
        raise forms.ValidationError("没有收到这一栏，请重新提交。")
    return str(form.cleaned_data[name])
