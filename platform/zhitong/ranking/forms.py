"""Forms of rankings: a rule set as text or file, and a manual entry."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from zhitong.core import clock
from zhitong.core.yaml_reader import MAX_BYTES
from zhitong.ranking.models import ManualEntry, Sight
from zhitong.units.models import Unit
from zhitong.web.forms import Form


class RulesForm(Form):
    """The text of a rule set, or a file in its place, and since when it is to be in force."""

    source = forms.CharField(
        label="规则全文（YAML）",
        strip=False,
        error_messages={"required": "请写规则，或者上传一个文件。"},
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false", "class": "zt-code", "wrap": "off"}),
    )
    file = forms.FileField(
        label="或者上传文件",
        required=False,
        error_messages={"empty": "这个文件是空的。"},
        widget=forms.FileInput(attrs={"accept": ".yaml,.yml"}),
    )
    valid_from = forms.DateField(
        label="自哪一天起施行", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    year = forms.IntegerField(label="试算哪一年", required=False, min_value=1949, max_value=9999)

    def __init__(self, data: Any = None, files: Any = None, *, initial: dict[str, Any]) -> None:
        super().__init__(data, files, initial=initial)
        self.fields["source"].required = not (files and files.get("file"))

    def clean(self) -> dict[str, Any]:
        """Take the file in place of the text, when there is one."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        file: UploadedFile[bytes] | None = cleaned.get("file")
        if file is not None:
            text = self._read(file)
            if text:
                cleaned["source"] = text
                # What comes back to the page is what was read.
                self.data = {**dict(self.data.items()), "source": text}
        return cleaned

    def _read(self, file: "UploadedFile[bytes]") -> str:
        if (file.size or 0) > MAX_BYTES:
            self.add_error("file", f"文件有 {file.size:,} 字节，最多 {MAX_BYTES:,} 字节：这不像是一套规则。")
            return ""
        try:
            text: str = file.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            self.add_error("file", "文件不是 UTF-8 编码，请另存为 UTF-8 后再上传。")
            return ""
        return text


class SightForm(Form):
    """How much of a ranking those whom it scores see."""

    sight = forms.ChoiceField(label="被计分的能看到", choices=Sight.choices)


class TermForm(Form):
    """A term: its name, first and last day."""

    name = forms.CharField(label="哪一届", max_length=40, help_text="例如：第十四届")
    first = forms.DateField(label="第一天", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    last = forms.DateField(label="最后一天", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class ManualForm(Form):
    """One manual entry: for whom, of which day, how much, and why."""

    unit = forms.ChoiceField(label="单位")
    person = forms.CharField(
        label="人", required=False, max_length=60, help_text="按个人计分的规则才填：这个单位里的人的姓名。"
    )
    kind = forms.ChoiceField(label="记什么", choices=ManualEntry.Kind.choices)
    points = forms.DecimalField(label="分值", required=False, help_text="加减分才填；扣分写负数。")
    flag = forms.ChoiceField(label="扣分事项", required=False, help_text="按规则里定的分扣。")
    quantity = forms.IntegerField(label="几次或几篇", required=False)
    occurred_on = forms.DateField(label="哪一天的事", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    reason = forms.CharField(label="理由", widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, data: Any = None, *, units: list[Unit], flags: list[tuple[str, str]]) -> None:
        super().__init__(data, initial={"occurred_on": clock.today(), "quantity": 1})
        for name, choices in (
            ("unit", [(str(unit.uuid), unit.short_name) for unit in units]),
            ("flag", [("", "不是扣分事项"), *flags]),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices

    def clean(self) -> dict[str, Any]:
        """Ask for what the kind of entry needs, along with everything else that is missing."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        deduction = given.get("kind") == ManualEntry.Kind.DEDUCTION
        if deduction and "flag" in given and not given["flag"]:
            self.add_error("flag", "请选择扣分事项。")
        if not deduction and "points" in given and given["points"] is None:
            self.add_error("points", "请填写分值。")
        return given
