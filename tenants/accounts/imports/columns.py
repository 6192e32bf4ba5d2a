"""The columns of a list of people (English keys or Chinese heads), how a file is read, and the table to fill in."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from tenants.accounts.models import GroupKind, MemberKind
from zhitong.core.tables import Layout, RawRow, Sheet, WrongRow, read_rows, write_workbook
from zhitong.units.models import Level

COLUMNS: dict[str, tuple[str, ...]] = {
    "name": ("name", "姓名"),
    "mobile": ("mobile", "手机号", "手机", "手机号码", "联系电话"),
    "username": ("username", "登录名"),
    "email": ("email", "邮箱", "电子邮箱"),
    "member_kind": ("member_kind", "身份"),
    "roles": ("roles", "角色"),
    GroupKind.SECTOR: ("sector", "界别"),
    GroupKind.COMMITTEE: ("committee", "专委会", "专门委员会"),
    GroupKind.LIAISON: ("liaison", "联络组"),
    GroupKind.BRANCH: ("branch", "支部"),
    "posts": ("posts", "岗位"),
    "party": ("party", "党派", "政治面貌"),
    "duty": ("duty", "职务", "单位及职务", "工作单位及职务"),
    "rank": ("rank", "委员层级"),
    "expertise": ("expertise", "专长", "专业领域"),
    "tags": ("tags", "标签"),
}
# Cells that may name several.
SEVERAL = ("roles", *GroupKind.values, "posts")
MEMBER_KINDS = {str(kind.label): kind.value for kind in MemberKind} | {"信息员": MemberKind.INFORMANT.value}
RANKS = {str(level.label): level.value for level in Level if level != Level.BRANCH} | {
    "区级": Level.COUNTY.value,
    "县级": Level.COUNTY.value,
    "全国级": Level.NATIONAL.value,
    "国家级": Level.NATIONAL.value,
}
_LAYOUT = Layout(
    names={head: str(name) for name, heads in COLUMNS.items() for head in heads},
    needed=frozenset({"name"}),
    missing="没有找到表头：前 10 行里要有一行写着“姓名”。",
)
_BETWEEN = re.compile(r"[、,，;；/\n]+")
_HELP = {
    "name": "必填。",
    "mobile": "11 位，也可以用来登录。同一手机号已在册的，不再添加。",
    "username": "汉字、字母、数字和 . _ - @。不填就用姓名；姓名已有人用的，在后面加手机号末四位。",
    "email": "可不填。",
    "member_kind": "可填：{kinds}。不填就是委员。",
    "roles": "可填：{roles}。几个角色用顿号分开。不填的，工作人员没有角色，其他人是反映人。",
    GroupKind.SECTOR: "名单里还没有的界别会新建。",
    GroupKind.COMMITTEE: "几个用顿号分开，还没有的会新建。",
    GroupKind.LIAISON: "同上。",
    GroupKind.BRANCH: "同上。",
    "posts": "可填：{posts}。从导入当天起任职。",
    "party": "可不填。",
    "duty": "可不填。",
    "rank": "担任委员的最高层级，可填：{ranks}。不是委员的不填。",
    "expertise": "熟悉的领域，约稿时按它找人，可不填。",
    "tags": "例如骨干、专家、特邀，几个用顿号分开，可不填。",
}


def read_people(file: BinaryIO, name: str) -> Iterator[RawRow | WrongRow]:
    """Read a list of people; every value becomes text, or a list of texts where a cell may name several.

    Raises:
        InvalidInput: the file is of another kind, cannot be read, or has no head with names; also while rows are taken.
    """
    for row in read_rows(file, name, _LAYOUT):
        yield row if isinstance(row, WrongRow) else _as_text(row)


def template(roles: Sequence[str], posts: Sequence[str]) -> bytes:
    """Return the empty table as .xlsx, with a sheet that explains the columns; `roles` and `posts` are the unit's."""
    words = {"kinds": MEMBER_KINDS, "roles": roles, "posts": posts or ["（还没有岗位）"], "ranks": RANKS}
    joined = {key: "、".join(values) for key, values in words.items()}
    heads = [heads[1] for heads in COLUMNS.values()]
    explained = [[heads[1], _HELP[name].format(**joined)] for name, heads in COLUMNS.items()]
    return write_workbook([Sheet("人员", heads, []), Sheet("说明", ["栏目", "怎么填"], explained)])


def _as_text(row: RawRow) -> RawRow | WrongRow:
    values: dict[str, Any] = {}
    for name, value in row.values.items():
        parts = value if isinstance(value, list) else [value]
        if any(isinstance(part, (dict, list)) for part in parts):
            return WrongRow(row.line, f"“{COLUMNS[name][1]}”应是文字。")
        texts = [_text(part) for part in parts]
        if name in SEVERAL:
            values[name] = [word.strip() for text in texts for word in _BETWEEN.split(text) if word.strip()]
        else:
            values[name] = "、".join(texts)
    return RawRow(row.line, values)


def _text(value: Any) -> str:
    """Return a cell as text: Excel keeps a mobile number as a number, sometimes with a fraction of nought."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
