"""What would be done with each row of a list of people: a new account, nothing (it is there), or why it cannot be."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.db import connection
from django.db.models import Q

from tenants.accounts.cleaning import login_name, short_text, user_fields
from tenants.accounts.imports.columns import COLUMNS, MEMBER_KINDS, RANKS
from tenants.accounts.models import Group, GroupKind, MemberKind, Position, Role, User
from tenants.accounts.permissions import grantable
from zhitong.core.errors import InvalidInput
from zhitong.core.tables import RawRow, WrongRow

_DEFAULT_ROLE = "author"
_NO_LOGIN_NAME = re.compile(r"[^\w.@-]+")  # blanks and the dot inside names such as 阿依古丽·买买提
_WORDS = ("name", "mobile", "username", "email", "party", "duty", "expertise", "tags")


class Fate(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    KNOWN = "known"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """An account to be made: fields of `User`, codes of roles and posts, kind and name of circles."""

    line: int
    fields: dict[str, str]
    roles: list[str] = field(default_factory=list)
    groups: list[tuple[str, str]] = field(default_factory=list)
    posts: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row and its fate. `words` say why it is wrong or what is remarkable; `person` is there when it is new."""

    line: int
    name: str
    username: str = ""
    fate: Fate
    words: str = ""
    person: NewPerson | None = None


def plan_people(rows: Iterable[RawRow | WrongRow]) -> list[Line]:
    """Return the fate of each row against the unit's accounts as they are now. Reads only; the same number of queries
    for one row and for a thousand.
    """
    found = list(rows)
    register = _Register([row for row in found if isinstance(row, RawRow)])
    return [register.judge(row) for row in found]


class _Register:
    """The unit's accounts, roles, posts and circles, and the rows judged so far."""

    def __init__(self, rows: Sequence[RawRow]) -> None:
        allowed = grantable(connection.tenant)  # type: ignore[attr-defined]
        self._roles: dict[str, str] = {}
        for role in Role.objects.order_by("pk"):
            if set(role.permissions) <= allowed:
                self._roles |= {role.code: role.code, role.name: role.code}
        self._posts: dict[str, str] = {}
        for code, name in Position.objects.values_list("code", "name"):
            self._posts |= {code: code, name: code}
        self._circles = set(Group.objects.values_list("kind", "name"))
        self._by_mobile: dict[str, User] = {}
        self._by_username: dict[str, User] = {}
        self._namesakes: dict[str, str] = {}  # a login name in use by somebody of that name
        self._lines: dict[str, int] = {}  # of login names and numbers of this very list
        self._load(rows)

    def _load(self, rows: Sequence[RawRow]) -> None:
        typed = [login_name(str(row.values.get(name, ""))) for row in rows for name in ("mobile", "username", "name")]
        derived = [name for row in rows for name in _derived(_one(row, "name"), login_name(_one(row, "mobile")))]
        known = [typed for typed in {*typed, *derived} if "\0" not in typed]
        names = [_one(row, "name").strip() for row in rows if "\0" not in _one(row, "name")]
        for user in User.objects.filter(Q(mobile__in=known) | Q(username__in=known) | Q(name__in=names)):
            self._by_username[user.username] = user
            self._namesakes.setdefault(user.name, user.username)
            if user.mobile:
                self._by_mobile[user.mobile] = user

    def judge(self, row: RawRow | WrongRow) -> Line:
        """Return the fate of one row."""
        if isinstance(row, WrongRow):
            return Line(line=row.line, name="", fate=Fate.WRONG, words=row.reason)
        try:
            return self._judge(row)
        except InvalidInput as refusal:
            return Line(line=row.line, name=_one(row, "name"), fate=Fate.WRONG, words=_reasons(refusal))
        except ValueError as error:
            return Line(line=row.line, name=_one(row, "name"), fate=Fate.WRONG, words=str(error))

    def _judge(self, row: RawRow) -> Line:
        fields = _fields(row)
        name, mobile, username = fields["name"], fields.get("mobile", ""), fields.get("username", "")
        known = self._known(name, mobile, username)
        if known:
            words = "" if known.is_active else "账号已停用，没有恢复。"
            return Line(line=row.line, name=name, username=known.username, fate=Fate.KNOWN, words=words)
        fields["username"] = username or self._free_name(name, mobile)
        self._refuse_repeat(row.line, fields["username"], mobile)
        groups = self._groups(row)
        staff = fields["member_kind"] == MemberKind.STAFF
        roles = self._codes(row, "roles", self._roles) or ([] if staff else [_DEFAULT_ROLE])
        person = NewPerson(
            line=row.line, fields=fields, roles=roles, groups=groups, posts=self._codes(row, "posts", self._posts)
        )
        words = self._remarks(name, groups, roles)
        for key in filter(None, (fields["username"], mobile)):
            self._lines[key] = row.line
        return Line(
            line=row.line, name=name, username=fields["username"], fate=Fate.NEW, words=words, person=person
        )  # fmt: skip

    def _known(self, name: str, mobile: str, username: str) -> User | None:
        """Return the account this row is about: that of the number, else that of the login name, given or derived."""
        user = self._by_mobile.get(mobile) if mobile else None
        if user and user.name != name:
            raise ValueError(f"手机号 {mobile} 已登记在“{user.name}”名下。")
        if user is None and username:
            user = self._by_username.get(username)
            if user and (user.name != name or (mobile and user.mobile)):
                raise ValueError(f"登录名“{username}”已是“{user.name}”在用，请换一个。")
        if user is None and not username and not mobile:
            user = self._by_username.get(_derived(name, "")[0])
            if user and user.name != name:
                raise ValueError(f"登录名“{user.username}”已是“{user.name}”在用，请写登录名。")
        return user

    def _free_name(self, name: str, mobile: str) -> str:
        wanted = _derived(name, mobile)
        same = self._by_username.get(wanted[0])
        if same and same.name == name and not same.mobile:
            raise ValueError(
                f"在册的“{name}”没有登记手机号：是同一人的，请在人员页补上手机号；是另一人的，请写登录名。"
            )
        free = next((one for one in wanted if one not in self._by_username and one not in self._lines), "")
        if not free and mobile:
            raise ValueError(f"登录名“{wanted[0]}”和“{wanted[-1]}”都已有人用，请写登录名。")
        return str(user_fields({"username": free or wanted[0]})["username"])

    def _refuse_repeat(self, line: int, username: str, mobile: str) -> None:
        first = self._lines.get(mobile) or self._lines.get(username)
        if first:
            raise ValueError(f"与第 {first} 行是同一个手机号或登录名，请核对；同名的请写手机号或登录名。")

    def _groups(self, row: RawRow) -> list[tuple[str, str]]:
        return [
            (kind, short_text(Group, "name", name)) for kind in GroupKind.values for name in row.values.get(kind, ())
        ]

    def _codes(self, row: RawRow, column: str, known: dict[str, str]) -> list[str]:
        asked = row.values.get(column, [])
        unknown = [word for word in asked if word not in known]
        if unknown:
            where = "先在“岗位”里添加" if column == "posts" else "照“角色”里的名称写"
            raise ValueError(f"没有名为“{unknown[0]}”的{COLUMNS[column][1]}，请{where}。")
        return list(dict.fromkeys(known[word] for word in asked))

    def _remarks(self, name: str, groups: list[tuple[str, str]], roles: list[str]) -> str:
        fresh = [group for group in groups if group not in self._circles]
        self._circles |= set(fresh)
        words = [f"新建{GroupKind(kind).label}“{circle}”。" for kind, circle in fresh]
        if name in self._namesakes:
            words.insert(0, f"在册已有同名的人（登录名 {self._namesakes[name]}），请核对是不是同一人。")
        return "".join(words if roles else [*words, "没有写角色，登录后还不能办事。"])


def _derived(name: str, mobile: str) -> list[str]:
    """Return the login names for somebody who was given none, the first wish first."""
    plain = _NO_LOGIN_NAME.sub("", login_name(name))
    return [plain, f"{plain}{mobile[-4:]}"] if mobile else [plain]


def _one(row: RawRow, name: str) -> str:
    return str(row.values.get(name, ""))


def _fields(row: RawRow) -> dict[str, str]:
    """Return cleaned fields of `User`; without a login name when none is written.

    Raises:
        InvalidInput, ValueError: a field is wrong.
    """
    given: dict[str, Any] = {name: _one(row, name) for name in _WORDS if _one(row, name) or name == "name"}
    given["member_kind"] = _choice(row, "member_kind", MEMBER_KINDS) or MemberKind.MEMBER
    given["rank"] = _choice(row, "rank", RANKS)
    cleaned = user_fields(given)
    if "tags" in cleaned:
        cleaned["tags"] = "、".join(cleaned["tags"])
    return {name: str(value) for name, value in cleaned.items() if value is not None}


def _choice(row: RawRow, name: str, labels: dict[str, str]) -> str:
    word = _one(row, name).strip()
    if not word:
        return ""
    if word not in labels and word not in labels.values():
        raise ValueError(f"{COLUMNS[name][1]}没有“{word}”，只能是{'、'.join(labels)}。")
    return labels.get(word, word)


def _reasons(refusal: InvalidInput) -> str:
    named = [f"{COLUMNS[name][1]}：{' '.join(texts)}" for name, texts in refusal.fields.items() if name in COLUMNS]
    return " ".join(named) or refusal.message
