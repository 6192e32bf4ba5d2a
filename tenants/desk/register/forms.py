"""Forms of the register."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from tenants.desk.models import RegisterLine
from tenants.desk.register.selecting import TABS, register, years_of
from tenants.items.models import Item
from zhitong.units.current import unit_in_force
from zhitong.web.forms import Form

_EVERY = "all"


class RegisterFilter(Form):
    """What narrows the register; a value that is no choice is ignored. Without a year it is the latest one."""

    tab = forms.CharField(required=False, widget=forms.HiddenInput)
    year = forms.ChoiceField(label="年度", required=False)
    linking = forms.ChoiceField(label="联系委室", required=False)
    who = forms.CharField(
        label="负责人",
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "牵头或专人"}),
    )
    q = forms.CharField(
        label="标题里的词",
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "标题里的词"}),
    )

    def __init__(self, data: Any, *, years: Sequence[int], linking: Sequence[str]) -> None:
        super().__init__(data)
        self._years = list(years)
        latest = self._years[:1]
        for name, choices in (
            (
                "year",
                [
                    *(("", f"{year} 年") for year in latest),
                    *((str(year), f"{year} 年") for year in self._years[1:]),
                    (_EVERY, "全部年度"),
                ],
            ),
            ("linking", [("", "联系委室：全部"), *((word, word) for word in linking)]),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices

    @property
    def chosen_tab(self) -> str:
        """The tab asked for; the whole where there is no such one."""
        self.is_valid()
        tab = str(self.cleaned_data.get("tab", ""))
        return tab if tab in TABS else ""

    @property
    def chosen_year(self) -> int | None:
        """The year asked for, the latest one without; None for all."""
        self.is_valid()
        given = str(self.cleaned_data.get("year", ""))
        if given == _EVERY:
            return None
        return int(given) if given else next(iter(self._years), None)

    def condition(self) -> Q:
        """Return the condition on rows of the register, the tab left out."""
        self.is_valid()
        given = self.cleaned_data
        found = Q()
        if self.chosen_year:
            found &= Q(year=self.chosen_year)
        if given.get("linking"):
            found &= Q(register_line__linking=given["linking"])
        if given.get("who"):
            who = given["who"]
            found &= Q(register_line__leader__icontains=who) | Q(register_line__person__icontains=who)
        if given.get("q"):
            found &= Q(title__icontains=given["q"])
        return found


def title_of(form: RegisterFilter) -> str:
    """Return what the register that the filter leaves is called."""
    return f"台账（{form.chosen_year} 年）" if form.chosen_year else "台账"


def filtered(query: Any) -> tuple[QuerySet[Item], RegisterFilter]:
    """Return the unit's register as the query of its page narrows it, the tab left out, and the filter."""
    rows = register(unit_in_force())
    in_use = Item.objects.filter(register_line__isnull=False).exclude(register_line__linking="")
    linking = in_use.order_by("register_line__linking").values_list("register_line__linking", flat=True).distinct()
    form = RegisterFilter(query, years=years_of(rows), linking=list(linking))
    return rows.filter(form.condition()), form


class RegisterLineForm(Form):
    """Who answers for a row of the register, and when to ask again."""

    leader = forms.CharField(label="牵头副秘书长", required=False, widget=forms.TextInput({"list": "register-people"}))
    linking = forms.CharField(label="联系委室", required=False, widget=forms.TextInput({"list": "register-committees"}))
    person = forms.CharField(label="专人", required=False, widget=forms.TextInput({"list": "register-people"}))
    check_on = forms.DateField(
        label="下次查询", required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any, *, line: RegisterLine | None) -> None:
        names = ("leader", "linking", "person", "check_on", "version")
        super().__init__(data, initial={name: getattr(line, name) for name in names} if line else {"version": 0})
