"""Forms of papers."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.db.models import Q

from tenants.accounts.models import Group, MemberKind, User
from zhitong.documents.kinds import ACCEPT
from zhitong.exchange.models import Audience, PaperKind
from zhitong.exchange.operations.publishing import TITLE_LIMIT
from zhitong.units.models import LEVEL_ORDER, Level, Unit, UnitKind
from zhitong.web.forms import Form

_MOST_PEOPLE = 200  # people that one page offers to tick
_LEVEL_WORDS = {Level.CITY: "市级政协", Level.COUNTY: "区县级政协"}


class _FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files at once; its value is a list."""

    widget = _FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Return the files, each of them right in itself."""
        return [super(FilesField, self).clean(one, initial) for one in data or []]


class PaperFilter(Form):
    """What narrows a list of papers; a value that is no choice is ignored."""

    kind = forms.ChoiceField(label="类别", required=False, choices=[("", "类别：全部"), *PaperKind.choices])
    q = forms.CharField(
        label="标题里的词",
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "标题里的词"}),
    )

    def condition(self, prefix: str = "") -> Q:
        """Return the condition on papers, or on rows that name one by `prefix`."""
        self.is_valid()
        given, found = self.cleaned_data, Q()
        if given.get("kind"):
            found &= Q(**{f"{prefix}kind": given["kind"]})
        if given.get("q"):
            found &= Q(**{f"{prefix}title__icontains": given["q"]})
        return found


class DirectoryFilter(Form):
    """What narrows the directory of people one could ask."""

    q = forms.CharField(
        label="姓名、职务或专长",
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "姓名、职务或专长"}),
    )
    tag = forms.ChoiceField(label="标签", required=False)
    group = forms.ChoiceField(label="界别与组织", required=False)
    kind = forms.ChoiceField(label="身份", required=False)
    adopted = forms.ChoiceField(label="采用", required=False, choices=[("", "采用：不限"), ("1", "本单位采用过的")])

    def __init__(self, *args: Any, tags: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choices(self, "tag", [("", "标签：全部"), *((tag, tag) for tag in tags)])
        groups = Group.objects.values_list("pk", "name")
        _choices(self, "group", [("", "界别与组织：全部"), *((str(pk), name) for pk, name in groups)])
        kinds = [choice for choice in MemberKind.choices if choice[0] != MemberKind.STAFF]
        _choices(self, "kind", [("", "身份：全部"), *kinds])

    def conditions(self) -> dict[str, Any]:
        """Return the conditions in force, wrong ones left out."""
        self.is_valid()
        given = self.cleaned_data
        return {
            "text": given.get("q", ""),
            "tag": given.get("tag", ""),
            "group": int(given["group"]) if given.get("group") else None,
            "kind": given.get("kind", ""),
            "adopted": bool(given.get("adopted")),
        }


class PaperForm(Form):
    """A paper and whom it is for. The operations clean the words and decide."""

    token = forms.CharField(widget=forms.HiddenInput, required=False)
    kind = forms.ChoiceField(label="类别", choices=PaperKind.choices)
    title = forms.CharField(label="标题", widget=forms.TextInput(attrs={"maxlength": TITLE_LIMIT}))
    body = forms.CharField(label="正文", widget=forms.Textarea(attrs={"rows": 10}))
    due_on = forms.DateField(
        label="截止日期",
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text="当天也算在内。",
    )
    file = FilesField(
        label="附件",
        required=False,
        widget=_FilesInput(attrs={"accept": ACCEPT}),
        help_text="可以选几个。没有发出时，文件要重新选。",
    )
    needs_confirm = forms.BooleanField(label="请收到的人确认已阅", required=False)
    sets = forms.MultipleChoiceField(label="成组发给单位", required=False, widget=forms.CheckboxSelectMultiple)
    units = forms.MultipleChoiceField(label="逐个选单位", required=False, widget=forms.CheckboxSelectMultiple)
    open_to_members = forms.BooleanField(label="接收单位的人员直接看得到", required=False)
    audience = forms.ChoiceField(
        label="发给本单位人员", choices=Audience.choices, initial=Audience.NOBODY, widget=forms.RadioSelect
    )
    people = forms.MultipleChoiceField(label="点名", required=False, widget=forms.CheckboxSelectMultiple)
    tags = forms.MultipleChoiceField(label="按标签", required=False, widget=forms.CheckboxSelectMultiple)
    groups = forms.MultipleChoiceField(label="按界别与组织", required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(
        self,
        *args: Any,
        unit: Unit,
        below: Sequence[Unit],
        people: Sequence[User],
        tags: Iterable[str],
        fixed_kind: str = "",
        **kwargs: Any,
    ) -> None:
        """Offer what a unit may choose.

        Args:
            below: the units it may address.
            people: whom the page offers by name.
            fixed_kind: the kind, when it follows from what is passed on or shown.
        """
        super().__init__(*args, **kwargs)
        self._sets = sets_of(unit, below)
        self.initial.setdefault("token", str(uuid4()))
        _choices(self, "sets", [(key, f"{label} {len(units)} 个") for key, (label, units) in self._sets.items()])
        _choices(self, "units", [(str(one.uuid), one.short_name) for one in below])
        _choices(self, "people", [(str(one.uuid), one.name) for one in people[:_MOST_PEOPLE]])
        _choices(self, "tags", [(tag, tag) for tag in tags])
        groups = Group.objects.values_list("pk", "name")
        _choices(self, "groups", [(str(pk), name) for pk, name in groups])
        kinds = [choice for choice in PaperKind.choices if choice[0] != PaperKind.EXEMPLAR]  # those are made of an item
        _choices(self, "kind", [(fixed_kind, PaperKind(fixed_kind).label)] if fixed_kind else kinds)
        kind = fixed_kind or str(self["kind"].value())
        self.fields["due_on"].required = kind == PaperKind.CALL
        self.fields["body"].required = kind != PaperKind.EXEMPLAR
        for name in ("sets", "units", "people", "tags", "groups"):
            if not self.fields[name].choices:  # type: ignore[attr-defined]
                del self.fields[name]
        if not below:
            del self.fields["open_to_members"]

    def clean_token(self) -> UUID:
        """Return the uuid drawn when the form was shown, by which sending it twice publishes once."""
        try:
            return UUID(self.cleaned_data["token"])
        except ValueError:
            return uuid4()

    def units_chosen(self) -> set[UUID]:
        """Return the uuids of the units in the chosen sets and of those chosen one by one."""
        found = {UUID(value) for value in self.cleaned_data.get("units", ())}
        for key in self.cleaned_data.get("sets", ()):
            found |= {unit.uuid for unit in self._sets[key][1]}
        return found


def sets_of(unit: Unit, below: Sequence[Unit]) -> dict[str, tuple[str, list[Unit]]]:
    """Return the sets of units one can address together: committees by level, participants, the own line."""
    found: dict[str, tuple[str, list[Unit]]] = {}
    for one in sorted(below, key=lambda each: -LEVEL_ORDER.index(Level(each.level))):
        if one.participates_in_id == unit.pk:
            key, label = "participants", "参加单位"
        elif one.kind == UnitKind.COMMITTEE:
            key, label = f"committee-{one.level}", _LEVEL_WORDS.get(Level(one.level), "下级政协")
        else:
            key, label = f"line-{one.level}", f"{Level(one.level).label}组织"
        found.setdefault(key, (label, []))[1].append(one)
    return found


def _choices(form: Form, name: str, choices: list[tuple[str, str]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices
