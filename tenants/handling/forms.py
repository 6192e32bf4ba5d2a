"""Forms of handling: passing on, deciding for the asking unit, answering for the handler, rating for the author."""

from datetime import timedelta
from typing import Any

from django import forms
from django.forms import BoundField

from tenants.handling.operations import Named
from zhitong.core import clock
from zhitong.documents.kinds import ACCEPT
from zhitong.exchange.models import Event, ResultClass, Satisfaction
from zhitong.exchange.words import leader_words
from zhitong.units.models import Level
from zhitong.web.forms import Form, dress

CO_ROWS = 3
BARE = "item"  # the adopted item alone, without an instruction
_DAYS = [(str(days), f"{days} 个工作日") for days in (5, 10, 20, 30, 60, 90)]
_LEVELS = [("", "层级：与本级相同"), *((value, label) for value, label in Level.choices if value != Level.BRANCH)]


class _ManyFiles(forms.FileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Several files or none, as a list."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Return every file that was sent; each is checked as a single one would be."""
        sent = data if isinstance(data, (list, tuple)) else [data]
        clean = super().clean
        return [clean(one, initial) for one in sent if one]


class HandlerRows(Form):
    """Rows that name handlers: unit or department, and for one outside the platform who answers for it."""

    places: tuple[str, ...] = ("lead",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for place in self.places:
            who = "承办" if place == "lead" else f"会办 {place[-1]}"
            for name, label, limit in (
                ("name", "单位", 80),
                ("person", "联系人", 40),
                ("contact", "手机号或邮箱", 80),
            ):
                field = forms.CharField(label=label, required=False, max_length=limit)
                field.widget.attrs |= {"placeholder": label, "aria-label": f"{who}：{label}"}
                if name == "name":
                    field.widget.attrs["list"] = "zt-units"
                dress(field)
                self.fields[f"{place}_{name}"] = field
            level = forms.ChoiceField(label="层级", required=False, choices=_LEVELS)
            level.widget.attrs["aria-label"] = f"{who}：层级"
            dress(level)
            self.fields[f"{place}_level"] = level

    @property
    def handler_rows(self) -> list[tuple[str, list[BoundField], list[str]]]:
        """Every row: whose it is, its fields, what is wrong with it."""
        parts = ("name", "person", "contact", "level")
        return [
            (
                "承办" if place == "lead" else f"会办 {place[-1]}",
                [self[f"{place}_{part}"] for part in parts],
                [
                    *self.wrong_rows.get(place, []),
                    *(str(error) for part in parts for error in self[f"{place}_{part}"].errors),
                ],
            )
            for place in self.places
        ]

    @property
    def wrong_rows(self) -> dict[str, list[str]]:
        """What the operation said of a row, by its place."""
        found: dict[str, list[str]] = getattr(self, "_wrong_rows", {})
        return found

    @property
    def has_co(self) -> bool:
        """Whether anything was typed into the rows after the first."""
        return len(self.handlers()) > 1

    def note_rows(self, fields: dict[str, list[str]]) -> None:
        """Keep what a refusal says of rows; it is shown beside them."""
        self._wrong_rows = {place: fields[place] for place in self.places if place in fields}

    def handlers(self) -> list[Named]:
        """Return the handlers as typed: the first one, then the rows that name anybody."""
        rows = [
            Named(
                name=self._typed(place, "name"),
                person=self._typed(place, "person"),
                contact=self._typed(place, "contact"),
                level=self._typed(place, "level"),
                place=place,
            )
            for place in self.places
        ]
        return [rows[0], *(row for row in rows[1:] if row.name or row.person or row.contact)]

    def _typed(self, place: str, part: str) -> str:
        return str(self.data.get(f"{place}_{part}", "")).strip()


class PassOnForm(HandlerRows):
    """An instruction, or an adopted item, is passed to handlers."""

    places = ("lead", *(f"co_{n}" for n in range(1, CO_ROWS + 1)))

    instruction = forms.ChoiceField(label="依据")
    passes_words = forms.BooleanField(
        label="附上批示原文",
        required=False,
        help_text="不附时，承办单位只看到批示领导的级别。",
    )
    request = forms.CharField(
        label="办理要求", max_length=1000, widget=forms.Textarea, help_text="写明要办什么、答复什么。"
    )
    days = forms.ChoiceField(label="办理时限", choices=_DAYS, initial="30")
    with_files = forms.BooleanField(label="附件一并转去", required=False)
    releases_answer = forms.BooleanField(
        label="答复直接给反映人看",
        required=False,
        help_text="不勾选时，收到答复以后由本单位决定给不给看。",
    )

    def __init__(self, *args: Any, instructions: list[Event], bare: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["instruction"]
        assert isinstance(field, forms.ChoiceField)
        named = [
            (str(event.uuid), f"{event.occurred_on:%Y-%m-%d} {leader_words(event.leader_rank)}批示")
            for event in instructions
        ]
        field.choices = [*named, *([(BARE, "不按批示，按采用的信息转办")] if bare else [])]
        if not instructions:
            del self.fields["passes_words"]

    @property
    def head(self) -> list[BoundField]:
        """The fields before the handlers."""
        return [self[name] for name in ("instruction", "passes_words", "request") if name in self.fields]

    @property
    def tail(self) -> list[BoundField]:
        """The fields after the handlers."""
        return [self["days"], self["with_files"], self["releases_answer"]]


class ReassignForm(HandlerRows):
    """Who has the part of a handler whose refusal is granted."""

    days = forms.ChoiceField(label="办理时限", choices=_DAYS, initial="20")


class ReasonForm(Form):
    """Why something is refused, or taken back."""

    reason = forms.CharField(label="理由", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class UntilForm(Form):
    """Until when an extension is granted."""

    until = forms.DateField(label="延到", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))


class RoundForm(Form):
    """What is asked in a second round."""

    request = forms.CharField(label="再次办理的要求", max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))
    days = forms.ChoiceField(label="办理时限", choices=_DAYS, initial="20")


class AnswerForm(Form):
    """A handler's answer: how far it is, or the final one with its class."""

    stage = forms.ChoiceField(
        label="答复",
        choices=[("interim", "阶段答复：还在办"), ("answer", "办结答复：办完了")],
        widget=forms.RadioSelect,
        initial="interim",
    )
    result = forms.ChoiceField(
        label="办理结果",
        required=False,
        choices=[("", "请选择"), *ResultClass.choices],
        help_text="承办单位办结时要选；会办单位可以不选。",
    )
    words = forms.CharField(
        label="办理情况", max_length=5000, widget=forms.Textarea(attrs={"rows": 8}), help_text="最多 5,000 字。"
    )
    attachments = ManyFilesField(
        label="附件",
        required=False,
        help_text="PDF、Word、Excel、图片等，可以选几个，每个最多 50 MB。",
        error_messages={"empty": "这个文件是空的。"},
        widget=_ManyFiles(attrs={"accept": ACCEPT}),
    )


class RefusalForm(Form):
    """Why a handler gives an assignment back, and who should have it."""

    reason = forms.CharField(label="为什么申退", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    proposal = forms.CharField(label="建议由谁办", required=False, max_length=60)


class ExtensionForm(Form):
    """Why a handler needs more time, and until when."""

    reason = forms.CharField(label="为什么延期", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    until = forms.DateField(label="延到", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))


class RatingForm(Form):
    """How satisfied an author is."""

    rating = forms.ChoiceField(label="对办理情况", choices=Satisfaction.Rating.choices, widget=forms.RadioSelect)
    words = forms.CharField(
        label="想说的话",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="不满意请写明哪里不满意，承办单位会据此再办。",
    )


def two_weeks_later(due: Any) -> Any:
    """Return the day two weeks after a limit, or after today when it has passed: what extensions usually ask for."""
    return max(clock.local_date(due), clock.today()) + timedelta(days=14)
