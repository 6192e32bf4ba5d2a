"""Forms about people: sign in, passwords, accounts, circles, posts, roles."""

from typing import Any

from django import forms

from tenants.accounts.models import Group, GroupKind, MemberKind, Position, Role
from zhitong.core import clock, permissions
from zhitong.units.models import Level, Lifecycle, Unit, UnitKind
from zhitong.web.forms import Form, TableField

_AGAIN = "请把密码再填一次。"
RULES_IN_WORDS = "至少 10 个字符；大写字母、小写字母、数字、符号四类中至少三类；不要与姓名、登录名相近。"
_DAY = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


def _password(label: str, autocomplete: str, help_text: str = "", *, missing: str = "") -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    words = {"required": missing} if missing else None
    return forms.CharField(
        label=label, strip=False, max_length=128, widget=widget, help_text=help_text, error_messages=words
    )


class LoginForm(Form):
    """Name or mobile number, and the password."""

    username = forms.CharField(
        label="登录名或手机号", max_length=60, widget=forms.TextInput(attrs={"autocomplete": "username"})
    )
    password = _password("密码", "current-password")


class _Twice(Form):
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "again" in cleaned and cleaned.get("password") != cleaned["again"]:
            self.add_error("again", "两次填写的密码不一样。")
        return cleaned


class InvitationForm(_Twice):
    """The first password, twice."""

    password = _password("设置密码", "new-password", RULES_IN_WORDS, missing="请设置密码。")
    again = _password("再填一次", "new-password", missing=_AGAIN)


class PasswordForm(_Twice):
    """The present password and a new one, twice."""

    old = _password("当前密码", "current-password")
    password = _password("新密码", "new-password", RULES_IN_WORDS)
    again = _password("再填一次", "new-password", missing=_AGAIN)


class KeyForm(Form):
    """A key for a program."""

    label = forms.CharField(label="用途", max_length=60, help_text="写明给什么程序用，例如“办公系统取数”。")
    days = forms.ChoiceField(
        label="有效期",
        choices=[("30", "30 天"), ("90", "90 天"), ("180", "180 天"), ("365", "一年")],
        initial="90",
        help_text="到期自动失效，需要时再建一个。",
    )


class JoinCodeForm(Form):
    """The own password, for a code that joins this account to another one."""

    password = _password("当前密码", "current-password", "证明是您本人。", missing="请填写这个账号的密码。")


class JoinForm(Form):
    """A code of the account in the other unit, and the password of this one."""

    code = forms.CharField(
        label="关联码",
        max_length=40,
        error_messages={"required": "请填写另一个单位的账号生成的关联码。"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        help_text="在另一个单位的账号里生成，12 位字母和数字。",
    )
    password = _password("当前密码", "current-password", missing="请填写这个账号的密码。")


class PeopleFilter(Form):
    """What narrows the list of people."""

    q = forms.CharField(
        label="姓名、登录名或手机号",
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"placeholder": "姓名、登录名或手机号", "type": "search"}),
    )
    role = forms.ModelChoiceField(Role.objects.none(), required=False, to_field_name="code", label="角色")
    group = forms.ModelChoiceField(Group.objects.none(), required=False, label="界别与组织")
    position = forms.ModelChoiceField(Position.objects.none(), required=False, to_field_name="code", label="岗位")
    standing = forms.ChoiceField(
        required=False,
        label="状态",
        choices=[("", "状态：全部"), ("active", "在用"), ("waiting", "未设密码"), ("off", "已停用")],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, model, empty in (
            ("role", Role, "角色：全部"),
            ("group", Group, "界别与组织：全部"),
            ("position", Position, "岗位：全部"),
        ):
            field: Any = self.fields[name]
            field.queryset, field.empty_label = model.objects.all(), empty


class PeopleListForm(Form):
    """A list of people to be added."""

    file = TableField(
        label="名册",
        help_text="Excel（.xlsx）、CSV 或 JSON 行文件，一行一人，最多 1,000 行、5 MB。先预览，确认后才添加。",
    )


class UserForm(Form):
    """An account: who it is, how one signs in, what one may do."""

    name = forms.CharField(label="姓名", max_length=60)
    username = forms.CharField(
        label="登录名", max_length=40, help_text="汉字、字母、数字和 . _ - @，不能全是数字。登录时不分大小写。"
    )
    mobile = forms.CharField(label="手机号", required=False, max_length=20, help_text="也可以用来登录。")
    email = forms.CharField(label="邮箱", required=False, max_length=254, help_text="通知同时发到这里。")
    member_kind = forms.ChoiceField(label="身份", choices=MemberKind.choices, initial=MemberKind.MEMBER)
    party = forms.CharField(label="党派", required=False, max_length=20)
    duty = forms.CharField(label="职务", required=False, max_length=60)
    rank = forms.ChoiceField(
        label="委员层级",
        required=False,
        choices=[("", "不是委员"), *((level.value, level.label) for level in Level if level != Level.BRANCH)],
        help_text="担任委员的最高层级，计分时用。",
    )
    expertise = forms.CharField(label="专长", required=False, max_length=60, help_text="熟悉的领域，约稿时按它找人。")
    tags = forms.CharField(
        label="标签",
        required=False,
        max_length=120,
        help_text="例如骨干、专家、特邀，几个用顿号分开，约稿时可以按标签发。",
    )
    roles = forms.ModelMultipleChoiceField(
        Role.objects.none(),
        label="角色",
        required=False,
        to_field_name="code",
        widget=forms.CheckboxSelectMultiple,
        help_text="一个人可以有几个角色，权限相加。",
    )
    groups = forms.ModelMultipleChoiceField(
        Group.objects.none(), label="界别与组织", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, roles: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role_field: Any = self.fields["roles"]
        role_field.queryset = roles
        group_field: Any = self.fields["groups"]
        group_field.queryset = Group.objects.all()
        if not group_field.queryset.exists():
            del self.fields["groups"]


class GroupForm(Form):
    """A circle of the unit."""

    kind = forms.ChoiceField(label="类别", choices=GroupKind.choices)
    name = forms.CharField(label="名称", max_length=60)


class PositionForm(Form):
    """A post of the unit."""

    name = forms.CharField(label="岗位名称", max_length=40)
    code = forms.SlugField(
        label="代号", max_length=40, help_text="字母、数字和连字符，流程里用它指岗位，定下后不再改。"
    )


class HoldingForm(Form):
    """A user in a post for a period."""

    position = forms.ModelChoiceField(Position.objects.none(), to_field_name="code", label="岗位")
    held_from = forms.DateField(label="从", initial=clock.today, widget=forms.DateInput(attrs={"type": "date"}))
    held_to = forms.DateField(
        label="到", required=False, widget=forms.DateInput(attrs={"type": "date"}), help_text="这一天起不再担任。"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["position"]
        field.queryset = Position.objects.all()


class RoleForm(Form):
    """A role of the unit's own."""

    name = forms.CharField(label="角色名称", max_length=40)
    code = forms.SlugField(label="代号", max_length=40, help_text="字母、数字和连字符，定下后不再改。")
    permissions = forms.MultipleChoiceField(label="权限", choices=[], widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, grantable: frozenset[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["permissions"]
        field.choices = [(name, permissions.label_of(name)) for name in sorted(grantable)]


class ChooserForm(Form):
    """A part of a unit's name."""

    q = forms.CharField(
        label="单位名称",
        min_length=2,
        max_length=40,
        error_messages={"min_length": "请至少写两个字。"},
        widget=forms.TextInput(attrs={"placeholder": "例如：南海区", "type": "search"}),
    )


class UnitsFilter(Form):
    """What narrows the operators' list of units; what cannot be read narrows nothing."""

    q = forms.CharField(
        label="单位名称",
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"placeholder": "单位名称", "type": "search"}),
    )
    lifecycle = forms.ChoiceField(
        required=False, choices=[("", "全部"), *Lifecycle.choices], widget=forms.HiddenInput, label="状态"
    )


class UnitForm(Form):
    """A new unit."""

    name = forms.CharField(label="全称", max_length=100)
    short_name = forms.CharField(label="简称", max_length=40)
    host = forms.CharField(label="域名", max_length=63, help_text="域名的第一段，小写字母、数字和连字符，例如 nanhai。")
    kind = forms.ChoiceField(label="类别", choices=UnitKind.choices)
    level = forms.ChoiceField(label="层级", choices=[(v, v.label) for v in Level if v != Level.NATIONAL])
    division_code = forms.RegexField(
        r"^[0-9]{6,12}$", label="行政区划代码", required=False, error_messages={"invalid": "请填写 6 至 12 位数字。"}
    )
    mark = forms.CharField(label="编号字头", required=False, max_length=8, help_text="不填就用简称的第一个字。")
    parent = forms.ModelChoiceField(Unit.objects.none(), label="上级", required=False, help_text="同类别的上一级单位。")
    participates_in = forms.ModelChoiceField(
        Unit.objects.none(), label="参加", required=False, help_text="参加单位参加的同级政协。"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        open_units = Unit.objects.filter(lifecycle=Lifecycle.ACTIVE).order_by("level", "short_name")
        parent: Any = self.fields["parent"]
        parent.queryset = open_units
        committee: Any = self.fields["participates_in"]
        committee.queryset = open_units.filter(kind=UnitKind.COMMITTEE)


class AppointForm(Form):
    """The first administrator of a unit."""

    name = forms.CharField(label="姓名", max_length=60)
    username = forms.CharField(label="登录名", max_length=40)


class DaysForm(Form):
    """Days of the working calendar, one or a few in a row."""

    first = forms.DateField(label="从哪一天", widget=_DAY)
    last = forms.DateField(label="到哪一天", required=False, widget=_DAY, help_text="只有一天就不填。")
    working = forms.TypedChoiceField(
        label="这几天",
        choices=[("0", "放假"), ("1", "上班")],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
        initial="0",
    )
    reason = forms.CharField(
        label="是什么日子", max_length=80, help_text="例如春节、调休上班、台风停工；问“为什么这时到期”的人会看到。"
    )


class DropDaysForm(Form):
    """Days that are left to the published calendar again."""

    first = forms.DateField(label="从哪一天", widget=_DAY)
    last = forms.DateField(label="到哪一天", required=False, widget=_DAY, help_text="只有一天就不填。")
    reason = forms.CharField(label="为什么删去", max_length=80, help_text="例如放假安排已经公布、登错了。")
