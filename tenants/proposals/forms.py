"""Forms of filed proposals."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from tenants.proposals import queries
from tenants.proposals.models import Proposal
from zhitong.core import clock
from zhitong.web.forms import Form, TableField

_EARLIEST = 1949


class ListFilter(Form):
    """What narrows the list. A year that is none is ignored."""

    q = forms.CharField(label="案号、标题、提案人或承办单位", required=False, max_length=60)
    year = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=_EARLIEST, max_value=9999)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        attrs = self.fields["q"].widget.attrs
        attrs |= {"type": "search", "placeholder": "案号、标题、提案人或承办单位", "class": f"{attrs['class']} zt-w-l"}

    @property
    def year_asked(self) -> int | None:
        """The year in force."""
        self.is_valid()
        return self.cleaned_data.get("year")

    def found(self) -> QuerySet[Proposal]:
        """Return the list as it is narrowed."""
        self.is_valid()
        return queries.found(self.cleaned_data.get("q", ""), self.year_asked)


class ImportForm(Form):
    """A list of filed proposals."""

    file = TableField(
        label="提案清单",
        help_text="Excel（.xlsx）、CSV 或 JSON 行文件，要有“案号”“标题”两栏，可以有：年份、届次、提案人、正文或摘要、"
        "承办单位。最多 2,000 行、5 MB。",
    )
    year = forms.TypedChoiceField(
        label="没有写年份的按", required=False, coerce=int, empty_value=None, help_text="表里写了年份的，以表里的为准。"
    )
    skip_wrong = forms.BooleanField(label="有问题的行跳过，其余的先导入", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["year"]
        assert isinstance(field, forms.ChoiceField)
        this = clock.today().year
        field.choices = [
            ("", "不选，没有年份的不导入"),
            *((str(year), f"{year} 年") for year in range(this, this - 30, -1)),
        ]
