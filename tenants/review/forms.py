"""Forms of review. They hold what was typed and draw it; the operations clean and decide."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.http import urlencode

from tenants.accounts.models import Holding, User
from tenants.accounts.queries import holdings_on, with_permission
from tenants.items.fields import CATEGORIES
from tenants.items.merging import merged
from tenants.items.models import SubmitterKind, Urgency
from tenants.items.texts import Texts
from tenants.review.queries import FilterChoices, Filters, Tab
from zhitong.core import clock, glossary
from zhitong.web.forms import Form

_CONDITIONS = ("q", "urgency", "category", "kind", "step", "flow", "due_from", "due_to")


TAB_WORDS = {
    Tab.MINE: "待我审",
    Tab.DONE: "我办过的",
    Tab.SENT_BACK: "我退回的",
    Tab.RETURNED: "退回给我的",
    Tab.COPIES: "抄送我的",
    Tab.LATE: "超期",
    Tab.ALL: f"全部{glossary.IN_REVIEW}",
}


def tab_of(query: Mapping[str, Any]) -> Tab:
    """Return the worklist that the query of its page asks for; the own open tasks without a known one."""
    asked = query.get("tab", "")
    return Tab(asked) if asked in set(Tab) else Tab.MINE


class WorkFilter(Form):
    """What narrows a worklist; a value that is no choice is ignored."""

    q = forms.CharField(label="标题", required=False, max_length=60)
    urgency = forms.ChoiceField(label="紧急程度", required=False, choices=[("", "紧急程度：全部"), *Urgency.choices])
    category = forms.ChoiceField(label="类别", required=False)
    kind = forms.ChoiceField(label="反映主体", required=False, choices=[("", "反映主体：全部"), *SubmitterKind.choices])
    step = forms.ChoiceField(label="步骤", required=False)
    flow = forms.ChoiceField(label="流程", required=False)
    due_from = forms.DateField(label="时限从", required=False, widget=forms.DateInput({"type": "date"}))
    due_to = forms.DateField(label="时限到", required=False, widget=forms.DateInput({"type": "date"}))
    tab = forms.CharField(required=False, widget=forms.HiddenInput)
    sort = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, choices: FilterChoices) -> None:
        super().__init__(data)
        self.fields["q"].widget.attrs |= {"placeholder": "标题里的词", "type": "search"}
        lists = {
            "category": [("", "类别：全部"), *((word, word) for word in CATEGORIES)],
            "step": [("", "步骤：全部"), *((name, name) for name in choices.steps)],
            "flow": [("", "流程：全部"), *choices.flows.items()],
        }
        for name, values in lists.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = values

    def filters(self) -> Filters:
        """Return the conditions as far as they are valid."""
        self.is_valid()
        given = self.cleaned_data
        return Filters(
            words=given.get("q", ""),
            urgency=given.get("urgency", ""),
            category=given.get("category", ""),
            step=given.get("step", ""),
            flow=given.get("flow", ""),
            submitter_kind=given.get("kind", ""),
            due_from=given.get("due_from"),
            due_to=given.get("due_to"),
        )

    def in_words(self) -> list[tuple[str, str]]:
        """Return the conditions in force as `(field, words)`."""
        self.is_valid()
        return [(name, self._words(name)) for name in _CONDITIONS if self.cleaned_data.get(name)]

    def query(self, tab: Tab, **changes: str) -> str:
        """Return the list with the conditions in force as a query string; an empty change takes a condition out."""
        self.is_valid()
        values = {name: str(value) for name in _CONDITIONS if (value := self.cleaned_data.get(name))}
        values |= {"sort": self.cleaned_data.get("sort", "")} | changes
        return urlencode({"tab": tab, **{name: value for name, value in values.items() if value}})

    def _words(self, name: str) -> str:
        field, value = self.fields[name], self.cleaned_data[name]
        if isinstance(field, forms.ChoiceField):
            return str(dict(field.choices)[value])  # type: ignore[arg-type]
        return f"{field.label}“{value}”" if name == "q" else f"{field.label} {value:%m-%d}"


class AbsenceForm(Form):
    """Somebody is away, somebody else is asked in their stead. `user` is there for administrators alone."""

    user = forms.ModelChoiceField(label="谁外出", queryset=User.objects.none(), to_field_name="uuid")
    stand_in = forms.ModelChoiceField(label="由谁代理", queryset=User.objects.none(), to_field_name="uuid")
    away_from = forms.DateField(label="从", widget=forms.DateInput({"type": "date"}))
    away_through = forms.DateField(label="到", widget=forms.DateInput({"type": "date"}), help_text="含这一天")
    reason = forms.CharField(label="事由", required=False, max_length=60)

    def __init__(self, *args: Any, everybody: bool, without: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        able = with_permission("review.decide").order_by("name", "pk")
        self._people("stand_in", able.exclude(pk=without.pk) if without else able)
        if everybody:
            self._people("user", able)
        else:
            del self.fields["user"]

    def _people(self, name: str, users: QuerySet[User]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = users
        field.empty_label = "请选择"


class ReplaceForm(Form):
    """A post changes hands: which post of whom, who comes, from which day, and why."""

    holding = forms.ModelChoiceField(label="谁的岗位", queryset=Holding.objects.none(), empty_label="请选择")
    new = forms.ModelChoiceField(
        label="换成谁", queryset=User.objects.none(), to_field_name="uuid", empty_label="请选择"
    )
    on = forms.DateField(label="从哪天起", widget=forms.DateInput({"type": "date"}))
    reason = forms.CharField(label="事由", required=False, max_length=200, help_text="写进操作记录，如：轮岗、退休")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = holdings_on(clock.today()).filter(held_to__isnull=True).select_related("position", "user")
        for name, rows in (("holding", held), ("new", with_permission("review.decide").order_by("name", "pk"))):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = rows
            if name == "holding":
                field.label_from_instance = _post_of  # type: ignore[method-assign]


def _post_of(obj: Any) -> str:
    return f"{obj.position.name} {obj.user.name}"


class TextForm(Form):
    """The reviewer's edited text. No field has a limit here: the operation counts and says what is over."""

    title = forms.CharField(label="信息标题", required=False, widget=forms.Textarea)
    problem = forms.CharField(label="情况反映", required=False, widget=forms.Textarea)
    analysis = forms.CharField(label="原因分析", required=False, widget=forms.Textarea)
    suggestions = forms.CharField(label="意见建议", required=False, widget=forms.Textarea)

    def __init__(self, *args: Any, labels: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("problem", "analysis", "suggestions"):
            self.fields[name].label = labels[name]

    def texts(self, stored: Texts) -> Texts:
        """Return what was typed, cleaned; after a merge with what was chosen of the other's words.

        Args:
            stored: the texts as they stand, on which a merge draws.

        Raises:
            InvalidInput: a text holds control characters or is beyond all bounds.
        """
        typed = {name: self.data.get(name, "") for name in self.fields}
        if "merged" in self.data:
            typed = stored.as_dict() | merged(dict(self.data.items()), stored.as_dict())
        return Texts.cleaned(typed)
