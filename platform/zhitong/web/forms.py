"""Django forms in the look: every field is the form-field component, every control carries the right classes.

Text that cannot be kept is refused by every text field, whatever the operation behind it checks.
"""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.forms.renderers import TemplatesSetting

from zhitong.core import tables, text
from zhitong.core.errors import Refusal

_TABLE_LIMIT = 5 * 1024 * 1024  # bytes
_NO_CHOICE = "列表里没有这一项，请重新选择。"
_WORDS: list[tuple[type[forms.Field], dict[str, str]]] = [
    (
        forms.CharField,
        {
            "max_length": "最多 %(limit_value)d 个字，现在有 %(show_value)d 个。",
            "min_length": "至少 %(limit_value)d 个字，现在有 %(show_value)d 个。",
        },
    ),
    (forms.EmailField, {"invalid": "邮箱地址不完整，请核对。"}),
    (forms.SlugField, {"invalid": "只能用字母、数字、下划线和连字符。"}),
    (forms.DateField, {"invalid": "请填写日期，例如 2026-01-05。"}),
    (forms.DecimalField, {"invalid": "请填写数，例如 3 或 1.5。"}),  # before integers: it is one of them to Django
    (
        forms.IntegerField,
        {
            "invalid": "请填写整数。",
            "min_value": "请填不小于 %(limit_value)s 的数。",
            "max_value": "请填不大于 %(limit_value)s 的数。",
        },
    ),
    (forms.ChoiceField, {"invalid_choice": _NO_CHOICE, "invalid_list": _NO_CHOICE}),
    (forms.ModelMultipleChoiceField, {"invalid_pk_value": _NO_CHOICE}),
]


class ZhitongRenderer(TemplatesSetting):
    """Renders forms and fields through the project's own templates. Needs `django.forms` among the apps."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"
    bound_field_class = None
    formset_template_name = "django/forms/formsets/div.html"


class LookMixin(forms.BaseForm):
    """Gives each control its class and replaces Django's words by ours; put it before `forms.Form`."""

    _status = 422

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for field in self.fields.values():
            dress(field)

    @property
    def status(self) -> int:
        """The HTTP status of a page that shows this form: 200 as long as nothing was sent."""
        return self._status if self.is_bound else 200

    def refuse(self, refusal: Refusal) -> None:
        """Put a refusal's messages on their fields; what belongs to none stands above the form.

        What the form itself found wrong with a field is enough said about it.
        """
        self.is_valid()
        self._status = refusal.status
        found = set(self.errors)
        for name, messages in refusal.fields.items():
            if name in self.fields and name not in found:
                for message in messages:
                    self.add_error(name, message)
        others = [
            message for name, messages in refusal.fields.items() if name not in self.fields for message in messages
        ]
        if others or not refusal.fields:
            told = "".join(message for message in others if message not in refusal.message)
            why = "；".join(filter(None, (refusal.rule, refusal.who)))
            self.add_error(None, f"{refusal.message}{told}{f'（{why}）' if why else ''}")


class Form(LookMixin, forms.Form):
    """A form in the look."""


class TableField(forms.FileField):
    """A table that somebody brings (`core.tables.KINDS`), of at most 5 MB."""

    widget = forms.FileInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(error_messages={"empty": "这个文件是空的。"}, **kwargs)
        self.widget.attrs["accept"] = ",".join(tables.KINDS)

    def validate(self, value: Any) -> None:
        """Refuse a file that is too large to be a list that people keep."""
        super().validate(value)
        if value and value.size > _TABLE_LIMIT:
            raise ValidationError(f"文件 {value.size / 1024 / 1024:.1f} MB，最多 5 MB，请分成几个文件。")


def dress(field: forms.Field) -> None:
    """Give a field its class, our words and the check of its text; for those that a form adds once it is made."""
    widget = field.widget
    if isinstance(widget, (forms.CheckboxInput, forms.RadioSelect, forms.CheckboxSelectMultiple)):
        look = "form-check-input"
    elif isinstance(widget, forms.Select):
        look = "form-select"
    else:
        look = "form-control"
    widget.attrs["class"] = f"{look} {widget.attrs.get('class', '')}".strip()
    _word(field)
    label = field.label or "这一项"
    writes = look == "form-control" and not isinstance(widget, forms.FileInput)
    # Django's own words name no field; an app that wrote its own keeps them.
    if str(field.error_messages["required"]) == str(forms.Field.default_error_messages["required"]):
        field.error_messages["required"] = f"请{'填写' if writes else '选择'}{label}。"
    if isinstance(field, forms.CharField):
        # Ours names NUL too, with its place.
        others = [known for known in field.validators if not isinstance(known, ProhibitNullCharactersValidator)]
        field.validators = [_keepable, *others]
        if isinstance(widget, forms.Textarea):
            widget.attrs.setdefault("rows", 4)


def _word(field: forms.Field) -> None:
    """Say what is wrong in the words of the house, where neither the field nor its app has words of its own."""
    djangos: dict[str, Any] = {}
    for kind in reversed(type(field).__mro__):
        djangos |= getattr(kind, "default_error_messages", {})
    for kind, words in _WORDS:
        if isinstance(field, kind):
            for code, said in words.items():
                if field.error_messages.get(code) is djangos.get(code):
                    field.error_messages[code] = said


def _keepable(value: str) -> None:
    if wrong := text.fault(value):
        raise ValidationError(wrong, code="unreadable")
