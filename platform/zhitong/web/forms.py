"""Django forms in the look: every field is the form-field component, every control carries the right classes.

Text that cannot be kept is refused by every text field, whatever the operation behind it checks.
"""

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.forms.renderers import TemplatesSetting

from zhitong.core import text
from zhitong.core.errors import Refusal


class ZhitongRenderer(TemplatesSetting):
    """Renders forms and fields through the project's own templates. Needs `django.forms` among the apps."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"
    bound_field_class = None
    formset_template_name = "django/forms/formsets/div.html"


class LookMixin(forms.BaseForm):
    """Gives each control its class and replaces Django's words by ours; put it before `forms.Form`."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for field in self.fields.values():
            _dress(field)

    def refuse(self, refusal: Refusal) -> None:
        """Put a refusal's messages on their fields; what belongs to none stands above the form."""
        self.is_valid()
        for name, messages in (refusal.fields or {"": [refusal.message]}).items():
            for message in messages:
                place = name if name in self.fields else None
                if message not in self.errors.get(place or NON_FIELD_ERRORS, []):
                    self.add_error(place, message)


class Form(LookMixin, forms.Form):
    """A form in the look."""

    def refuse(self, refusal: Refusal) -> None:
        """Put a refusal's messages on their fields; what belongs to none stands above the form."""
        self.is_valid()
        for name, messages in refusal.fields.items():
            for message in messages:
                self.add_error(name if name in self.fields else None, message)
        if not refusal.fields:
            self.add_error(None, refusal.message)


def _dress(field: forms.Field) -> None:
    widget = field.widget
    if isinstance(widget, (forms.CheckboxInput, forms.RadioSelect, forms.CheckboxSelectMultiple)):
        look = "form-check-input"
    elif isinstance(widget, forms.Select):
        look = "form-select"
    else:
        look = "form-control"
    widget.attrs["class"] = f"{look} {widget.attrs.get('class', '')}".strip()
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


def _keepable(value: str) -> None:
    if wrong := text.fault(value):
        raise ValidationError(wrong, code="unreadable")
