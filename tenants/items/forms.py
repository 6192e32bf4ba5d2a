"""Forms of items. They hold what was typed and draw it; the operations clean and decide."""

from collections.abc import Iterable
from typing import Any

from django import forms

from tenants.accounts.models import Group
from tenants.items.fields import CATEGORIES, EDITABLE
from tenants.items.models import Item, Source, State, SubmitterKind, Urgency
from zhitong.web.forms import Form

_PUBLIC = [("", "不公开"), ("on", "可公开")]


class DraftForm(Form):
    """The writing page. No field is required and none has a limit: a draft takes what is typed, texts are never cut."""

    title = forms.CharField(label="信息标题", required=False, widget=forms.Textarea, help_text="关于……的建议")
    problem = forms.CharField(
        label="情况反映", required=False, widget=forms.Textarea, help_text="写明时间、地点、数据和来源"
    )
    analysis = forms.CharField(label="原因分析", required=False, widget=forms.Textarea, help_text="写明为什么会这样")
    suggestions = forms.CharField(
        label="意见建议", required=False, widget=forms.Textarea, help_text="写明由谁来办、怎么办"
    )
    category = forms.ChoiceField(label="类别", required=False)
    source = forms.ChoiceField(label="来源", required=False, choices=Source.choices)
    submitter_kind = forms.ChoiceField(label="反映主体", required=False, choices=SubmitterKind.choices)
    urgency = forms.ChoiceField(label="紧急程度", required=False, choices=Urgency.choices)
    group = forms.ChoiceField(label="所属", required=False)
    may_publish = forms.ChoiceField(label="可否公开", required=False, choices=_PUBLIC)
    not_public_reason = forms.CharField(label="不公开的理由", required=False)
    keywords = forms.CharField(label="关键词", required=False)
    remark = forms.CharField(label="备注", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        written = self["category"].value() or ""
        own = [] if written in CATEGORIES or not written else [written]
        self._choices("category", [("", "请选择"), *((word, word) for word in (*CATEGORIES, *own))])
        groups = Group.objects.order_by("kind", "name").values_list("pk", "name")
        self._choices("group", [("", "不填"), *((str(pk), name) for pk, name in groups)])

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


def initial_of(item: Item) -> dict[str, Any]:
    """Return the values of `DraftForm` for an item."""
    values = {name: getattr(item, name) for name in EDITABLE if name not in ("group", "keywords", "may_publish")}
    return values | {
        "group": str(item.group_id or ""),
        "keywords": "、".join(item.keywords),
        "may_publish": "on" if item.may_publish else "",
    }


def changes_of(posted: Any) -> dict[str, Any]:
    """Return the fields that a post names; those it does not name stay as they are."""
    return {name: posted[name] for name in EDITABLE if name in posted}


class RulesForm(Form):
    """What a unit asks of reports."""

    text_limit = forms.IntegerField(label="字数上限", help_text="情况反映、原因分析、意见建议合计，按读者看到的字数。")
    unconfirmed_sign = forms.ChoiceField(
        label="联名人还没有确认时",
        choices=[("1", "先署名，采用之前仍可确认或谢绝"), ("0", "不署名，采用之前确认了再署上")],
        widget=forms.RadioSelect,
        help_text="联名人没有答复不拦提交。采用以后署名不再改变。",
    )
    hides_reviewers = forms.ChoiceField(
        label="对反映人隐藏审核人姓名",
        choices=[("0", "不隐藏，反映人看得到谁在审"), ("1", "隐藏，反映人只看得到岗位")],
        widget=forms.RadioSelect,
        help_text="马上生效，办过的也一样。有“查看本单位全部审核”权限的人不受影响。",
    )


class ListFilter(Form):
    """What narrows the unit's list. A value that is no choice is ignored."""

    q = forms.CharField(label="标题或反映人", required=False, max_length=60)
    state = forms.ChoiceField(label="状态", required=False, widget=forms.HiddenInput)
    category = forms.ChoiceField(label="类别", required=False)
    source = forms.ChoiceField(label="来源", required=False, choices=[("", "来源：全部"), *Source.choices])
    urgency = forms.ChoiceField(label="紧急程度", required=False, choices=[("", "紧急程度：全部"), *Urgency.choices])
    year = forms.ChoiceField(label="年度", required=False)

    def __init__(self, data: Any, *, years: Iterable[int], categories: Iterable[str]) -> None:
        super().__init__(data)
        states = [(value, label) for value, label in State.choices if value != State.DRAFT]
        lists = {
            "state": [("", "全部"), *states],
            "category": [("", "类别：全部"), *((word, word) for word in categories)],
            "year": [("", "年度：全部"), *((str(year), f"{year} 年") for year in years)],
        }
        for name, choices in lists.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices
        self.fields["q"].widget.attrs |= {"type": "search", "placeholder": "标题或反映人"}

    def conditions(self) -> dict[str, str]:
        """Return the conditions in force, wrong ones left out."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
