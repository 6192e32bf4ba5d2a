"""The form by which a reviewer asks others: whom, what, and for people outside what they are shown and how long."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.forms import BoundField

from tenants.accounts.models import Group, Position, User
from tenants.items.queries import find_members
from tenants.review.models import Question
from tenants.review.operations import Addressees, Outsider
from zhitong.core import links
from zhitong.core.errors import Refusal
from zhitong.web.forms import Form

OUTSIDE_ROWS = 3
_KINDS = [(Question.Kind.VERIFY, "核实：查证事实"), (Question.Kind.OPINION, "联审：征求意见")]
_OUTSIDE = {"department": "单位", "name": "姓名", "contact": "手机号或邮箱"}
_DAYS = [(str(days), f"{days} 天") for days in (3, links.USUAL_DAYS, 15, links.LONGEST_DAYS)]


class AskForm(Form):
    """Holds and draws what was typed; the operation cleans and decides. `chosen` users stay among those found."""

    kind = forms.ChoiceField(label="请对方", choices=_KINDS, widget=forms.RadioSelect, initial=Question.Kind.VERIFY)
    words = forms.CharField(
        label="要核实什么",
        widget=forms.Textarea,
        help_text="写明要查证的事实，或者就什么征求意见；最多 500 字",
    )
    groups = forms.MultipleChoiceField(label="专委会和其他组织", required=False, widget=forms.CheckboxSelectMultiple)
    posts = forms.MultipleChoiceField(label="岗位", required=False, widget=forms.CheckboxSelectMultiple)
    users = forms.MultipleChoiceField(label="本单位的人", required=False, widget=forms.CheckboxSelectMultiple)
    find = forms.CharField(label="按姓名找人", required=False)
    passage = forms.CharField(
        label="给外单位看的原文",
        required=False,
        widget=forms.Textarea,
        help_text="外单位只看得到上面的问题和这一段，别的都看不到",
    )
    days = forms.ChoiceField(label="链接有效期", choices=_DAYS, initial=str(links.USUAL_DAYS))

    def __init__(self, data: Any = None, *, without: Iterable[UUID] = ()) -> None:
        super().__init__(data)
        groups = Group.objects.order_by("kind", "name")
        self._choices("groups", [(str(group.pk), group.name) for group in groups])
        self._choices("posts", list(Position.objects.values_list("code", "name")))
        self._choices("users", self._people(set(without)))
        for place in range(1, OUTSIDE_ROWS + 1):
            for name, label, limit in (
                ("department", "单位", 80),
                ("name", "姓名", 40),
                ("contact", "手机号或邮箱", 80),
            ):
                field = forms.CharField(label=label, required=False)
                field.widget.attrs |= {"class": "form-control", "maxlength": limit, "placeholder": label}
                field.widget.attrs["aria-label"] = f"外单位 {place}：{label}"
                self.fields[f"{name}_{place}"] = field

    @property
    def outside_rows(self) -> list[tuple[BoundField, ...]]:
        """The rows for people outside, each of department, name and contact."""
        return [tuple(self[f"{name}_{place}"] for name in _OUTSIDE) for place in range(1, OUTSIDE_ROWS + 1)]

    @property
    def has_more_outside(self) -> bool:
        """Whether more than one was typed."""
        return len(self.addressees().outside) > 1

    def addressees(self) -> Addressees:
        """Return whom the question goes to, as typed; rows outside that are empty are left out."""
        rows = [
            Outsider(*(self.data.get(f"{name}_{place}", "").strip() for name in _OUTSIDE))
            for place in range(1, OUTSIDE_ROWS + 1)
        ]
        return Addressees(
            users=self._list("users"),
            posts=self._list("posts"),
            groups=self._list("groups"),
            outside=[row for row in rows if row.department or row.name or row.contact],
        )

    def refuse(self, refusal: Refusal) -> None:
        """Put a refusal's messages on their fields; what belongs to none stands above the form."""
        self.errors.clear()  # the operation says it in the words of the trade, and says it once
        for name, words in refusal.fields.items():
            for word in words:
                self.add_error(name if name in self.fields else None, word)
        if not refusal.fields:
            self.add_error(None, refusal.message)

    def _people(self, without: set[UUID]) -> list[tuple[str, str]]:
        chosen = [key for value in self._list("users") if (key := _uuid(value))]
        picked = list(User.objects.filter(uuid__in=chosen, is_active=True).order_by("name", "pk"))
        found = find_members(self.data.get("find", "")[:60], without=[*chosen, *without])
        return [(str(user.uuid), user.name) for user in [*picked, *found]]

    def _list(self, name: str) -> list[str]:
        return list(self.data.getlist(name)) if hasattr(self.data, "getlist") else []

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = choices


def _uuid(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None
