"""Forms about units that change: renamed, or ended with others in their place."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from zhitong.units.models import ChangeKind, Unit
from zhitong.units.queries import named
from zhitong.web.forms import Form

_DAY = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
_MOST = 20  # successors of one unit


class RenameForm(Form):
    """What a unit is called from a day on."""

    name = forms.CharField(label="全称", max_length=100)
    short_name = forms.CharField(label="简称", max_length=40)
    division_code = forms.RegexField(
        r"^[0-9]{6,12}$", label="行政区划代码", required=False, error_messages={"invalid": "请填写 6 至 12 位数字。"}
    )
    effective_on = forms.DateField(
        label="从哪一天起", widget=_DAY, help_text="这一天以前的进程、打印和排名仍用原来的名称。"
    )
    reason = forms.CharField(label="依据", max_length=500, help_text="例如文号。")


class ChangeForm(Form):
    """How a unit ends, and who takes its place: names, one a line, the first by default."""

    kind = forms.ChoiceField(
        label="怎样变动",
        choices=[
            (ChangeKind.MERGED, "并入另一个单位"),
            (ChangeKind.SPLIT, "分设为几个单位"),
            (ChangeKind.CLOSED, "撤销"),
        ],
    )
    successors = forms.CharField(
        label="接办单位",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="一行一个，写全称或简称。没有另外指定的，都由第一行的单位接办。要先建好新单位。",
    )
    effective_on = forms.DateField(label="从哪一天起", widget=_DAY, help_text="今天或以前的日子。")
    reason = forms.CharField(label="依据", max_length=500, help_text="例如文号。")

    def clean_successors(self) -> list[Unit]:
        """Return the units that are named.

        Raises:
            ValidationError: a name that no open unit has, or too many.
        """
        lines = list(dict.fromkeys(filter(None, map(str.strip, self.cleaned_data["successors"].splitlines()))))
        if len(lines) > _MOST:
            raise ValidationError(f"最多 {_MOST} 个接办单位。")
        found = [(line, named(line)) for line in lines]
        if unknown := [line for line, unit in found if unit is None]:
            raise ValidationError(f"没有启用的单位叫“{'”“'.join(unknown)}”，请写全称或简称。")
        return [unit for _line, unit in found if unit]


class ConfirmForm(Form):
    """The name of the unit, typed by whoever decides that it ends."""

    typed_name = forms.CharField(
        label="输入单位全称", max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


def given_in(form: ChangeForm) -> dict[str, Any]:
    """Return what a valid form says, as `succeed` takes it."""
    said, successors = form.cleaned_data, form.cleaned_data["successors"]
    return {
        "kind": ChangeKind(said["kind"]),
        "effective_on": said["effective_on"],
        "basis": said["reason"],
        "successor": successors[0] if successors else None,
        "successors": successors,
    }
