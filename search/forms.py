"""The question as it comes from the page."""

from django import forms


class SearchForm(forms.Form):
    """Words, conditions, order; wrong values are ignored, so that an old link still finds something."""

    q = forms.CharField(label="检索词", max_length=200, required=False)
    category = forms.CharField(max_length=20, required=False)
    state = forms.CharField(max_length=12, required=False)
    year = forms.IntegerField(min_value=1949, max_value=2100, required=False)
    sort = forms.ChoiceField(choices=[("relevance", "按相关"), ("time", "按时间")], required=False)
    after = forms.CharField(max_length=200, required=False)
