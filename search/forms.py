"""The conditions of a question as they come from the page; its words are taken as they are."""

from django import forms

QUESTION_LIMIT = 200  # characters


class SearchForm(forms.Form):
    """Conditions, order; wrong values are ignored, so that an old link still finds something."""

    category = forms.CharField(max_length=20, required=False)
    state = forms.CharField(max_length=12, required=False)
    year = forms.IntegerField(min_value=1949, max_value=2100, required=False)
    sort = forms.ChoiceField(choices=[("relevance", "按相关"), ("time", "按时间")], required=False)
    after = forms.CharField(max_length=200, required=False)
