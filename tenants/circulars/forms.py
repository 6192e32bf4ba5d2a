"""Forms of circulars."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms

from tenants.circulars.operations import KINDS
from tenants.items.texts import CIRCULAR_LABELS, Texts
from tenants.papers.forms import sets_of
from zhitong.core import clock
from zhitong.core.errors import InvalidInput, NotFound
from zhitong.exchange.models import Audience
from zhitong.ranking.periods import Period, read_period
from zhitong.units.models import Unit
from zhitong.web.forms import Form

_OFFERED = {"month": 12, "quarter": 6, "half": 4, "year": 5}  # periods of each sort that the form offers


class BeginForm(Form):
    """Which period a new circular is of."""

    period = forms.CharField(label="时段", widget=forms.Select)  # the operation says what is wrong with another one

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        widget = self.fields["period"].widget
        assert isinstance(widget, forms.Select)
        widget.choices = [(name, [(one.code, one.words) for one in periods]) for name, periods in over().items()]

    def when(self) -> Period:
        """Return the chosen period.

        Raises:
            InvalidInput: none, or no such one.
        """
        try:
            return read_period({"period": self.data.get("period", "")})
        except NotFound:
            raise InvalidInput("请选择时段。", fields={"period": ["请选择时段。"]}) from None


def over() -> dict[str, list[Period]]:
    """Return the periods that are over, the latest first, by what their circulars are called."""
    today = clock.today()
    found: dict[str, list[Period]] = {}
    for kind, name in zip(KINDS, ("月小结", "季通报", "半年通报", "年考评"), strict=True):
        when = _last_over(kind, today.year, today.month)
        found[name] = []
        while len(found[name]) < _OFFERED[kind]:
            found[name].append(when)
            when = when.before
    return found


def _last_over(kind: str, year: int, month: int) -> Period:
    now = {
        "month": lambda: Period.of_month(year, month),
        "quarter": lambda: Period.of_quarter(year, (month + 2) // 3),
        "half": lambda: Period.of_half(year, (month + 5) // 6),
        "year": lambda: Period.of_year(year),
    }
    return now[kind]().before


class TextForm(Form):
    """The text of a circular. No field has a limit here: the operation counts and says what is over."""

    title = forms.CharField(label=CIRCULAR_LABELS["title"], required=False, widget=forms.Textarea)
    problem = forms.CharField(label=CIRCULAR_LABELS["problem"], required=False, widget=forms.Textarea)
    analysis = forms.CharField(label=CIRCULAR_LABELS["analysis"], required=False, widget=forms.Textarea)
    suggestions = forms.CharField(label=CIRCULAR_LABELS["suggestions"], required=False, widget=forms.Textarea)
    correction = forms.CharField(label="更正内容", required=False, widget=forms.Textarea)

    def texts(self) -> Texts:
        """Return what was typed, cleaned.

        Raises:
            InvalidInput: a text holds control characters or is beyond all bounds.
        """
        return Texts.cleaned({name: self.data.get(name, "") for name in CIRCULAR_LABELS}, CIRCULAR_LABELS)


class PublishForm(Form):
    """Whom a circular goes down to."""

    sets = forms.MultipleChoiceField(label="成组发给单位", required=False, widget=forms.CheckboxSelectMultiple)
    units = forms.MultipleChoiceField(label="逐个选单位", required=False, widget=forms.CheckboxSelectMultiple)
    open_to_members = forms.BooleanField(label="接收单位的人员直接看得到", required=False)
    audience = forms.ChoiceField(
        label="发给本单位人员",
        choices=[(Audience.NOBODY, Audience.NOBODY.label), (Audience.ALL, Audience.ALL.label)],
        initial=Audience.NOBODY,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, unit: Unit, below: Sequence[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._sets = sets_of(unit, below)
        offered = {
            "sets": [(key, f"{label} {len(units)} 个") for key, (label, units) in self._sets.items()],
            "units": [(str(one.uuid), one.short_name) for one in below],
        }
        for name, choices in offered.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices
        if not below:
            for name in ("sets", "units", "open_to_members"):
                del self.fields[name]

    def chosen(self) -> set[UUID]:
        """Return the uuids of the units in the chosen sets and of those chosen one by one."""
        found = {UUID(value) for value in self.cleaned_data.get("units", ())}
        for key in self.cleaned_data.get("sets", ()):
            found |= {unit.uuid for unit in self._sets[key][1]}
        return found
