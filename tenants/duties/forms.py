"""Forms of duties."""

from collections.abc import Sequence
from typing import Any

from django import forms

from tenants.duties import words
from tenants.duties.awards import MEASURES
from tenants.duties.awards import MOST as MOST_AWARDS
from tenants.duties.models import AwardKind, Counted, Duty
from tenants.duties.operations.lists import HEADING_LIMIT, MOST_TIMES, NAME_LIMIT
from tenants.duties.operations.records import WORDS_LIMIT
from zhitong.core import clock
from zhitong.core.text import whole_number
from zhitong.documents.kinds import ACCEPT
from zhitong.ranking.models import Measure
from zhitong.ranking.operations.targets import MOST
from zhitong.ranking.periods import Period
from zhitong.units.models import Unit
from zhitong.web.forms import Form

_QUARTERS, _HALVES, _MONTHS = range(1, 5), range(1, 3), range(1, 13)


def periods_ahead() -> dict[str, Period]:
    """Return the periods of this and the next year that have not passed, by their codes, whole years first."""
    year = clock.today().year
    return {period.code: period for period in _periods(year, year + 1) if period.last >= clock.today()}


def periods_begun() -> dict[str, Period]:
    """Return the periods of this and the last year that have begun, by their codes, whole years first."""
    year = clock.today().year
    return {period.code: period for period in _periods(year, year - 1) if period.first <= clock.today()}


def _periods(*years: int) -> list[Period]:
    found = [Period.of_year(each) for each in years]
    for each in years:
        found += [Period.of_half(each, half) for half in _HALVES]
        found += [Period.of_quarter(each, quarter) for quarter in _QUARTERS]
        found += [Period.of_month(each, month) for month in _MONTHS]
    return found


class TargetForm(Form):
    """What is owed in which period; one number for all that have none of their own, or one each."""

    period = forms.ChoiceField(label="时段")
    measure = forms.ChoiceField(label="计什么")
    uniform = forms.IntegerField(
        label="统一任务数", required=False, min_value=0, max_value=MOST, help_text="没有单独填的，都按这个数。"
    )
    basis = forms.CharField(
        label="依据", required=False, max_length=200, help_text="文号或者会议，接到任务的一方看得到。"
    )

    def __init__(
        self,
        data: Any = None,
        *,
        subjects: Sequence[tuple[str, str]],
        measures: Sequence[Measure],
        own: bool,
        initial: dict[str, Any] | None = None,
    ) -> None:
        """Offer a number for each of `subjects` (key and name).

        Args:
            own: of circles and people, not of units.
        """
        super().__init__(data, initial=initial)
        self.periods = periods_ahead()
        self.subjects = subjects
        choices = {
            "period": [(code, period.words) for code, period in self.periods.items()],
            "measure": [(str(each), words.measure_word(each, own=own)) for each in measures],
        }
        for name, offered in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = offered
        self.numbers: dict[str, int] = {}

    def clean(self) -> dict[str, Any]:
        """Read the numbers of each; what is no number is said of the common one."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        uniform = cleaned.get("uniform")
        for key, name in self.subjects:
            typed = self.data.get(f"n_{key}", "").strip()
            number = whole_number(typed, len(str(MOST))) if typed else uniform
            if typed and (number is None or number > MOST):
                self.add_error("uniform", f"{name}的任务数请填 0 到 {MOST:,} 的整数。")
            elif number is not None:
                self.numbers[key] = number
        return cleaned


class DutyForm(Form):
    """One duty more on the list of a year."""

    heading = forms.CharField(label="清单名称", max_length=HEADING_LIMIT, help_text="同名的排在一起，例如“五个一”。")
    name = forms.CharField(label="内容", max_length=NAME_LIMIT, help_text="例如“参加一次调研视察”。")
    counted = forms.ChoiceField(label="怎样算完成", choices=Counted.choices)
    number = forms.IntegerField(
        label="数量", min_value=1, max_value=MOST_TIMES, initial=1, help_text="几篇、几次，或者几分。"
    )
    needs_proof = forms.BooleanField(label="登记时须附证明", required=False, help_text="只对“登记履职记录”的有效。")


class RecordForm(Form):
    """What a member did for a duty, with proof."""

    duty = forms.ChoiceField(label="哪一项")
    on = forms.DateField(label="日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    words = forms.CharField(
        label="做了什么", max_length=WORDS_LIMIT, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="时间、地点、活动名称，本人做了什么。",
    )  # fmt: skip
    proof = forms.FileField(
        label="证明", required=False, widget=forms.FileInput(attrs={"accept": ACCEPT}),
        error_messages={"empty": "这个文件是空的。"}, help_text="照片、签到表或者证书。没有登记上时，文件要重新选。",
    )  # fmt: skip

    def __init__(self, *args: Any, duties: Sequence[Duty], **kwargs: Any) -> None:
        """Offer the duties that are fulfilled by records."""
        super().__init__(*args, **kwargs)
        field = self.fields["duty"]
        assert isinstance(field, forms.ChoiceField)
        proofs = {False: "", True: "（须附证明）"}
        field.choices = [(str(one.uuid), f"{one.heading}：{one.name}{proofs[one.needs_proof]}") for one in duties]


class TransferForm(Form):
    """From which of one's units to which the dossier goes, and the consent itself."""

    source = forms.ChoiceField(label="从哪个单位转出")
    receiver = forms.ChoiceField(label="转到哪个单位")
    consent = forms.BooleanField(
        label="我同意把各年的履职数字、清单完成情况和荣誉转给对方",
        error_messages={"required": "没有您的同意不能转。"},
    )

    def __init__(self, *args: Any, units: Sequence[Unit], **kwargs: Any) -> None:
        """Offer the units in which the reader has accounts."""
        super().__init__(*args, **kwargs)
        for name in ("source", "receiver"):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [(str(unit.uuid), unit.short_name) for unit in units]


class AwardForm(Form):
    """What a list honours, of which period, and the rule that proposes it."""

    kind = forms.ChoiceField(label="评什么", choices=AwardKind.choices)
    title = forms.CharField(label="名称", max_length=60, help_text="例如“2026 年度履职先进个人”。")
    period = forms.ChoiceField(label="时段")
    by = forms.ChoiceField(label="按什么排", choices=list(MEASURES.items()))
    first = forms.IntegerField(
        label="取前几名", min_value=1, max_value=MOST_AWARDS, initial=10, help_text="单位按层级和类别分组，各取前几名。"
    )
    measure = forms.ChoiceField(
        label="至少要有", choices=[item for item in MEASURES.items() if item[0] != "points"], initial="adopted"
    )
    at_least = forms.IntegerField(
        label="几篇", required=False, min_value=0, max_value=9999, help_text="不填就是没有要求。"
    )

    def __init__(self, data: Any = None) -> None:
        """Offer the periods that have begun, the latest years first."""
        self.periods = periods_begun()
        super().__init__(data, initial={"period": f"{clock.today().year}"})
        field = self.fields["period"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(code, period.words) for code, period in self.periods.items()]
