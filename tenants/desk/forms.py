"""Forms of the desk."""

from django import forms

from zhitong.core import clock
from zhitong.exchange.models import AdoptionMode, EventKind, Visibility
from zhitong.units.models import ExternalBody
from zhitong.web.forms import Form

_KINDS = [
    (kind.value, kind.label)
    for kind in (EventKind.ADOPTED, EventKind.INSTRUCTION, EventKind.REPLIED, EventKind.KEPT, EventKind.DECLINED)
]
LEADER_RANKS = [
    ("", "（不是批示）"),
    ("county", "县级"),
    ("bureau", "厅局级"),
    ("city", "市级"),
    ("province", "省级"),
    ("ministry", "部委"),
    ("national", "国家级"),
]


class OutcomeForm(Form):
    """What a body outside, or a leader, did with an item."""

    kind = forms.ChoiceField(label="结果", choices=_KINDS)
    mode = forms.ChoiceField(label="采用方式", choices=[("", "（不是采用）"), *AdoptionMode.choices], required=False)
    body = forms.ChoiceField(label="由谁", required=False)
    occurred_on = forms.DateField(label="日期", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    bulletin = forms.CharField(label="刊物", max_length=60, required=False)
    issue_number = forms.CharField(label="期号", max_length=20, required=False)
    leader = forms.CharField(label="批示人", max_length=60, required=False)
    leader_rank = forms.ChoiceField(label="批示人级别", choices=LEADER_RANKS, required=False)
    words = forms.CharField(label="批示或答复内容", max_length=2000, required=False, widget=forms.Textarea)
    visibility = forms.ChoiceField(label="下级可见", choices=Visibility.choices, initial=Visibility.FACT)
    reason = forms.CharField(label="理由", max_length=500, required=False, widget=forms.Textarea)

    def __init__(self, *args: object, bodies: list[ExternalBody], **kwargs: object) -> None:
        kwargs.setdefault("initial", {"occurred_on": clock.today()})
        super().__init__(*args, **kwargs)
        field = self.fields["body"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "本级（只限批示和答复）"), *((str(body.uuid), body.short_name) for body in bodies)]
