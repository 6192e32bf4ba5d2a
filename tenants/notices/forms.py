"""Forms about how notices are mailed."""

from datetime import time
from typing import Any

from django import forms

from tenants.notices.models import MailRule, Occasion, Rhythm
from tenants.notices.plans import Plan
from zhitong.web.forms import Form

_AS_UNIT = "unit"
_HOURS = [(str(hour), f"{hour:02d}:00") for hour in range(24)]
_HELP = {
    Occasion.TASK: "审核、联名、接着写等，要我动手的事",
    Occasion.RESULT: "采用、批示、答复、刊发、退回、留存、不采用",
    Occasion.STEP: "报送、签收、收稿等，还没有结果的步骤",
    Occasion.OFFICE: "别的单位报来、退回、撤回，到期没有签收",
    Occasion.OTHER: "抄送等",
}


def _hour(label: str, help_text: str = "") -> forms.TimeField:
    return forms.TimeField(
        label=label,
        required=False,
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        input_formats=["%H:%M", "%H:%M:%S"],
        error_messages={"invalid": "请填写时刻，例如 22:00。"},
        help_text=help_text,
    )


def _rhythm(occasion: Occasion) -> forms.ChoiceField:
    return forms.ChoiceField(label=occasion.label, choices=Rhythm.choices, help_text=_HELP[occasion])


class UnitMailForm(Form):
    """How notices are mailed to everybody in the unit who says nothing else."""

    task = _rhythm(Occasion.TASK)
    result = _rhythm(Occasion.RESULT)
    step = _rhythm(Occasion.STEP)
    office = _rhythm(Occasion.OFFICE)
    other = _rhythm(Occasion.OTHER)
    quiet = forms.ChoiceField(label="免打扰时段", choices=[("own", "这段时间不发邮件"), ("none", "不设，随时可以发")])
    quiet_from = _hour("免打扰从")
    quiet_to = _hour("免打扰到", "北京时间，可以过零点。这段时间里的邮件，结束时一起发。")
    digest_hour = forms.ChoiceField(label="汇总几点发", choices=_HOURS, help_text="每周的汇总在星期一发。")
    urgent_passes = forms.ChoiceField(
        label="急件",
        choices=[("0", "和别的一样，等汇总和免打扰结束"), ("1", "立即发，不等汇总，也不管免打扰")],
        help_text="各人选了“不发邮件”的，急件也不发。",
    )

    def clean(self) -> dict[str, Any]:
        """Refuse quiet hours without both ends."""
        cleaned = super().clean() or {}
        if cleaned.get("quiet") == "own":
            for name, words in (("quiet_from", "请填写从几点开始。"), ("quiet_to", "请填写到几点结束。")):
                if name not in self.errors and cleaned.get(name) is None:
                    self.add_error(name, words)
        return cleaned

    @property
    def given(self) -> dict[str, Any]:
        """What was chosen, as `set_own_mail` and `set_unit_mail` take it."""
        said, hour = self.cleaned_data, self.cleaned_data["digest_hour"]
        hours: tuple[time, time] = (said["quiet_from"], said["quiet_to"])
        return {
            "rhythms": {one: Rhythm(said[one.value]) for one in Occasion if said[one.value] != _AS_UNIT},
            "digest_hour": None if hour == _AS_UNIT else int(hour),
            "quiet": hours if said["quiet"] == "own" else None,
        }


class MailForm(UnitMailForm):
    """How the reader's own notices are mailed: each line may follow the unit, and says what that means now."""

    urgent_passes = None  # type: ignore[assignment] # the unit alone says it

    def __init__(self, *args: Any, unit: Plan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for occasion in Occasion:
            self._offer(occasion.value, f"按单位规定：{unit.rhythms[occasion].label}")
        self._offer("digest_hour", f"按单位规定：{unit.digest_hour:02d}:00")
        hours = f"{unit.quiet_from:%H:%M} 到 {unit.quiet_to:%H:%M}" if unit.quiet_from and unit.quiet_to else "不设"
        self._offer("quiet", f"按单位规定：{hours}")

    def _offer(self, name: str, words: str) -> None:
        field: Any = self.fields[name]
        field.choices = [(_AS_UNIT, words), *field.choices]

    @property
    def own_quiet(self) -> bool:
        """Whether the reader's own word on quiet hours counts."""
        return bool(self.cleaned_data["quiet"] != _AS_UNIT)


class AddressForm(Form):
    """Where the reader's notices are mailed."""

    email = forms.CharField(
        label="邮箱", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text="换了邮箱要重新确认。不想收邮件，请在下面都选“不发邮件”。",
    )  # fmt: skip


def said_by_unit(plan: Plan) -> dict[str, Any]:
    """Return what the unit's form shows at first: what holds in the unit now."""
    return {
        **{occasion.value: plan.rhythms[occasion] for occasion in Occasion},
        "digest_hour": str(plan.digest_hour),
        "quiet": "own" if plan.quiet_from else "none",
        "quiet_from": plan.quiet_from,
        "quiet_to": plan.quiet_to,
        "urgent_passes": "1" if plan.urgent_passes else "0",
    }


def said_by_reader(rule: MailRule | None) -> dict[str, Any]:
    """Return what a reader's form shows at first: what the reader said, else that the unit's word holds."""
    said: dict[str, Any] = {occasion.value: _AS_UNIT for occasion in Occasion}
    if rule is None:
        return {**said, "digest_hour": _AS_UNIT, "quiet": _AS_UNIT}
    return {
        **said,
        **rule.rhythms,
        "digest_hour": _AS_UNIT if rule.digest_hour is None else str(rule.digest_hour),
        "quiet": ("own" if rule.quiet_from else "none") if rule.own_quiet else _AS_UNIT,
        "quiet_from": rule.quiet_from,
        "quiet_to": rule.quiet_to,
    }
