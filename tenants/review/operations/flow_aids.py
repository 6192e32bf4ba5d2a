"""What flows lean on: which committee co-handles a category, and the unit's checklists."""

import re
from collections.abc import Mapping, Sequence

from tenants.accounts.models import Group, GroupKind, User
from tenants.review.definition.editing import first_free
from tenants.review.models import CategoryCommittee, Checklist
from tenants.review.queries.staff import categories_in_use
from zhitong.core import audit, clock
from zhitong.core.errors import InvalidInput, NotFound, StaleVersion
from zhitong.core.operations import Actor, operation
from zhitong.core.text import clean

MAX_LINES = 30
_LINE_LIMIT, _NAME_LIMIT = 100, 40
_KEY = re.compile(r"line_(\d{1,4})")


@operation("review.configure")
def save_committees(*, actor: Actor, committees: Mapping[str, int | None]) -> None:
    """Say which committee co-handles the items of each category named (None: none).

    Runs under way ask the new committee from their next such step on.

    Raises:
        InvalidInput: under the category: it is not in use here, or there is no such committee in the unit.
    """
    known = set(Group.objects.filter(kind=GroupKind.COMMITTEE).values_list("pk", flat=True))
    in_use = set(categories_in_use())
    wrong = {
        category: ["请从列出的专委会里选择。"]
        for category, group in committees.items()
        if category not in in_use or (group is not None and group not in known)
    }
    if wrong:
        raise InvalidInput("有的类别没有选对专委会，没有保存。", fields=wrong)
    list(CategoryCommittee.objects.select_for_update().order_by("pk"))
    CategoryCommittee.objects.filter(category__in=committees).delete()
    CategoryCommittee.objects.bulk_create(
        CategoryCommittee(category=category, group_id=group)
        for category, group in committees.items()
        if group is not None
    )
    audit.record(
        actor=actor,
        action="review.committees.saved",
        object_kind="category_committee",
        object_id="all",
        committees={category: group for category, group in committees.items() if group is not None},
    )


@operation("review.configure")
def save_checklist(
    *, actor: Actor, name: str, lines: Sequence[str], code: str = "", edition: int | None = None
) -> Checklist:
    """Keep a checklist as a new edition; what was answered by an earlier one stays as it was answered.

    A line whose words did not change keeps its key, so that answers given but not yet handed in still count.

    Args:
        code: of the checklist; empty makes a new one.
        edition: the latest one as the writer saw it; None for a new list.

    Raises:
        NotFound: no checklist of that code.
        StaleVersion: somebody else made another edition since.
        InvalidInput: under `name` or `lines`: empty, too long, twice the same, or not legible.
    """
    title = _text("name", name, _NAME_LIMIT, "检查单的名称")
    texts = _lines(lines)
    # One after the other, whichever list it is: the next edition's number and a new list's code must be free.
    list(Checklist.objects.select_for_update().order_by("pk"))
    before = _latest(code) if code else None
    if before is not None and before.edition != edition:
        raise StaleVersion(
            f"检查单“{before.name}”刚换了第 {before.edition} 版，您写的还在下面，请对照后再存。",
            rule="同一张检查单同时只认一处的修改",
        )
    keys = _keys(before.lines if before else [], texts)
    made = Checklist.objects.create(
        code=before.code if before else first_free("list_", set(Checklist.objects.values_list("code", flat=True))),
        edition=before.edition + 1 if before else 1,
        name=title,
        lines=[{"key": key, "text": text} for key, text in zip(keys, texts, strict=True)],
        made_at=clock.now(),
        made_by=User.objects.filter(uuid=actor.user_key).first(),
    )
    audit.record(
        actor=actor,
        action="review.checklist.saved",
        object_kind="checklist",
        object_id=made.code,
        edition=made.edition,
        lines=len(texts),
    )
    return made


def _latest(code: str) -> Checklist:
    found = Checklist.objects.filter(code=code).order_by("-edition").first()
    if found is None:
        raise NotFound
    return found


def _keys(before: Sequence[Mapping[str, str]], texts: Sequence[str]) -> list[str]:
    known = {line["text"]: line["key"] for line in before}
    used = [int(found.group(1)) for line in before if (found := _KEY.fullmatch(line["key"]))]
    number = max(used, default=0)
    keys = []
    for text in texts:
        if text not in known:
            number += 1
        keys.append(known.get(text, f"line_{number}"))
    return keys


def _lines(raw: Sequence[str]) -> list[str]:
    texts = [_text("lines", line, _LINE_LIMIT, "检查单的一项") for line in raw if line.strip()]
    if not 1 <= len(texts) <= MAX_LINES:
        raise _bad("lines", f"检查单要有 1 到 {MAX_LINES} 项，现在 {len(texts)} 项。")
    twice = next((text for place, text in enumerate(texts) if text in texts[:place]), "")
    if twice:
        raise _bad("lines", f"“{twice}”写了两遍。")
    return texts


def _text(name: str, raw: str, most: int, what: str) -> str:
    try:
        text = " ".join(clean(raw).split("\n"))
    except ValueError as error:
        raise _bad(name, f"{what}：{error}") from error
    if not 1 <= len(text) <= most:
        raise _bad(name, f"{what}要有 1 到 {most} 个字，现在 {len(text)} 个。")
    return text


def _bad(name: str, message: str) -> InvalidInput:
    return InvalidInput(message, fields={name: [message]})
