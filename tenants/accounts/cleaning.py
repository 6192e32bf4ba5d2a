"""Short texts about people: one normal form, refused with the field's name when they do not fit."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from tenants.accounts.models import User
from zhitong.core import text
from zhitong.core.errors import InvalidInput
from zhitong.units.models import Level

_MOBILE = re.compile(r"^1[3-9][0-9]{9}$")
_BETWEEN = re.compile(r"[\s、,，;；/]+")
TAGS_LIMIT = 8
_USERNAME = re.compile(r"^[\w.@-]+$")


def login_name(typed: str) -> str:
    """Return a login name or mobile number as it is stored: half-width, lower case, no blanks or country code."""
    plain = unicodedata.normalize("NFKC", typed).strip().lower()
    number = re.sub(r"[\s-]", "", plain).removeprefix("+86")
    return number if _MOBILE.match(number) else plain


def short_text(model: type[models.Model], name: str, value: str) -> str:
    """Return `value` cleaned for the character field `name` of `model`: one line, within the field's length.

    Raises:
        InvalidInput: control characters, or too long; the message names the field.
    """
    field: Any = _field(model, name)
    try:
        cleaned = " ".join(text.clean(value).split())
    except ValueError as error:
        raise _invalid(name, field.verbose_name, str(error)) from error
    if len(cleaned) > field.max_length:
        raise _invalid(name, field.verbose_name, f"最多 {field.max_length} 个字，现在有 {len(cleaned)} 个。")
    return cleaned


def user_fields(changes: Mapping[str, str | None]) -> dict[str, Any]:
    """Return cleaned values for fields of `User`; every wrong field is named at once. `tags` come as one text.

    Raises:
        InvalidInput: with messages by field.
    """
    cleaned: dict[str, Any] = {}
    wrong: dict[str, list[str]] = {}
    for name, value in changes.items():
        try:
            cleaned[name] = _tags(value or "") if name == "tags" else _user_field(name, value or "")
        except InvalidInput as refusal:
            wrong |= refusal.fields
    if wrong:
        raise InvalidInput("人员资料没有保存，请改正后再提交。", fields=wrong)
    return cleaned


def _user_field(name: str, value: str) -> str | None:
    cleaned = short_text(User, name, login_name(value) if name in {"username", "mobile"} else value)
    label = str(_field(User, name).verbose_name)
    if name == "mobile":
        if cleaned and not _MOBILE.match(cleaned):
            raise _invalid(name, label, "请填写 11 位手机号。")
        return cleaned or None
    if name in {"username", "name"} and not cleaned:
        raise _invalid(name, label, f"请填写{label}。")
    if name == "username":
        if not _USERNAME.match(cleaned):
            raise _invalid(name, label, "只能用汉字、字母、数字和 . _ - @，中间不留空。")
        if re.fullmatch(r"[0-9+]*", cleaned):
            raise _invalid(name, label, "不能全是数字，手机号请填在“手机号”里。")
        return cleaned
    if name == "rank" and cleaned not in {"", *Level.values}:
        raise _invalid(name, label, f"没有“{cleaned}”这一级。")
    try:
        _field(User, name).clean(cleaned, None)
    except ValidationError as error:
        raise _invalid(name, label, " ".join(error.messages)) from error
    return cleaned


def _tags(value: str) -> list[str]:
    label = str(_field(User, "tags").verbose_name)
    try:
        written = text.clean(value)
    except ValueError as error:
        raise _invalid("tags", label, str(error)) from error
    tags = list(dict.fromkeys(filter(None, _BETWEEN.split(written))))
    longest = _field(User, "tags").base_field.max_length
    if any(len(tag) > longest for tag in tags) or len(tags) > TAGS_LIMIT:
        raise _invalid("tags", label, f"最多 {TAGS_LIMIT} 个，每个最多 {longest} 个字，用顿号分开。")
    return tags


def _field(model: type[models.Model], name: str) -> Any:
    return model._meta.get_field(name)  # noqa: SLF001 - Django's documented way to a field


def _invalid(name: str, label: str, message: str) -> InvalidInput:
    return InvalidInput(f"“{label}”填写有误：{message}", fields={name: [message]})
