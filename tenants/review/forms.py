"""Forms of review. They hold what was typed and draw it; the operations clean and decide."""

from typing import Any

from django import forms

from tenants.items.models import Urgency
from tenants.items.texts import Texts
from tenants.review.queries import Filters
from zhitong.web.forms import Form


class WorkFilter(Form):
    """What narrows a worklist; a value that is no choice is ignored."""

    q = forms.CharField(label="标题", required=False, max_length=60)
    urgency = forms.ChoiceField(label="紧急程度", required=False, choices=[("", "紧急程度：全部"), *Urgency.choices])
    tab = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["q"].widget.attrs |= {"placeholder": "标题里的词", "type": "search"}

    def filters(self) -> Filters:
        """Return the conditions as far as they are valid."""
        self.is_valid()
        return Filters(words=self.cleaned_data.get("q", ""), urgency=self.cleaned_data.get("urgency", ""))


class TextForm(Form):
    """The reviewer's edited text. No field has a limit here: the operation counts and says what is over."""

    title = forms.CharField(label="信息标题", required=False, widget=forms.Textarea)
    problem = forms.CharField(label="情况反映", required=False, widget=forms.Textarea)
    analysis = forms.CharField(label="原因分析", required=False, widget=forms.Textarea)
    suggestions = forms.CharField(label="意见建议", required=False, widget=forms.Textarea)

    def texts(self) -> Texts:
        """Return what was typed, cleaned.

        Raises:
            InvalidInput: a text holds control characters or is beyond all bounds.
        """
        return Texts.cleaned({name: self.data.get(name, "") for name in self.fields})
