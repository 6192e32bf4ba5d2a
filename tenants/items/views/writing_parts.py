"""What stands around the text on the writing page: signers, files, checks, the saved state, the look of the print."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from tenants.accounts.models import User
from tenants.items import handover, live, queries
from tenants.items.fields import AUTHOR_WORDS, AuthorInput
from tenants.items.models import Attachment, Consent, Edition, EditionKind, Item, ItemAuthor
from tenants.items.suggesting import suggested_category
from tenants.items.texts import LABELS, REQUIRED, SECTIONS, missing
from zhitong.core import clock, text
from zhitong.documents.kinds import ACCEPT, NOT_TAKEN
from zhitong.documents.storage import too_large
from zhitong.units.models import Unit
from zhitong.web.parts import Action, CoAuthor, State, Upload

_RULE = {True: "先署名", False: "不署名"}  # what the unit does with who has not answered
_ICONS = {"image": "photo", "video": "movie"}


def context(item: Item, unit: Unit, *, words: str, moved: str = "") -> dict[str, Any]:
    """Return the parts around the text.

    Args:
        item: the draft or returned item.
        unit: the unit in force, whose rules hold.
        words: a name that the writer looks for among the members.
        moved: key of the signer who was just moved, so that the keyboard stays there.
    """
    signers, refusals = named(item)
    files = list(item.attachments.filter(removed_at__isnull=True))
    doubt = text.fault(words)
    own = [author.user.uuid for author in signers if author.user]
    waiting = [author.name for author in signers if author.consent == Consent.ASKED]
    return {
        "co_authors": [
            *(_co_author(author, item, place, len(signers), moved) for place, author in enumerate(signers, start=1)),
            *map(_refusal, refusals),
        ],
        "signer_count": len(signers),
        "waiting": waiting,
        "waiting_note": f"{len(waiting)} 人待确认，{_RULE[unit.unconfirmed_sign]}" if waiting else "",
        "call": queries.call_behind(item),
        "uploads": [upload_of(item, file) for file in files],
        "upload_url": reverse("items:upload", args=[item.uuid]),
        "upload_limit": settings.ATTACHMENT_LIMIT,
        "too_large": too_large(),
        "not_taken": NOT_TAKEN,
        "accept": ACCEPT,
        "find": words,
        "find_error": doubt,
        "hits": [] if doubt else queries.find_members(words, without=own),
        "required": [(f"id_{name}", LABELS[name]) for name in REQUIRED],
        "missing": [(f"id_{name}", LABELS[name]) for name in missing(item)],
        "counted": " ".join(f"id_{name}" for name in SECTIONS),
        "saved": _saved(item),
        "more_words": _folded_words(item),
        **_read(item, unit, signers),
    }


def live_parts(item: Item, unit: Unit) -> dict[str, dict[str, str]]:
    """Return what is drawn anew with each save: `html` of the findings and of the proof, `words` of what follows."""
    context = _read(item, unit, named(item)[0])
    drawn = {name: render_to_string(f"items/{name}.html", context) for name in ("checks", "sheet", "category")}
    return {"html": drawn, "words": {"then": context["then"]}}


def _read(item: Item, unit: Unit, signers: Sequence[ItemAuthor]) -> dict[str, Any]:
    return {
        "checks": live.checks(item, unit.text_limit),
        "category": item.category,
        "suggested": suggested_category(item),
        "length": item.text_length,
        "limit": unit.text_limit,
        "filled": min(100, round(100 * item.text_length / unit.text_limit, 1)),
        "title": item.title,
        "paragraphs": [line for name in SECTIONS for line in getattr(item, name).split("\n") if line],
        "signed_by": "、".join(author.name for author in signers),
        "then": handover.what_follows(item) or "提交后随时看得到去向",
    }


def pen(item: Item, user: User, co_authors: Sequence[CoAuthor]) -> dict[str, Any]:
    """Return whom the creator can hand the draft to, or, for whoever else has the pen, by whom it was handed.

    Who signs is the creator's to say: the rows of the others' page have no buttons.
    """
    turns = Edition.every.filter(item=item, kind=EditionKind.DRAFT).count()
    if item.created_by_id == user.pk:
        candidates = [(str(one.uuid), one.name) for one in queries.pen_candidates(item)]
        return {"candidates": candidates, "turns": turns, "is_handed": False}
    return {"candidates": [], "turns": turns, "is_handed": True, "handed_by": item.created_by} | {
        "co_authors": [replace(one, acts=()) for one in co_authors]
    }


def _folded_words(item: Item) -> str:
    """Return what stands in the folded fields."""
    written = [item.group.name if item.group else "", "、".join(item.keywords), item.remark, item.not_public_reason]
    words = [item.get_source_display(), item.get_submitter_kind_display(), *written]
    return " · ".join(word for word in words if word)


def named(item: Item) -> tuple[list[ItemAuthor], list[ItemAuthor]]:
    """Return who is named under an item in their order, and apart from them who declined."""
    rows = list(item.authors.select_related("user"))
    refusals = [row for row in rows if row.consent == Consent.DECLINED]
    return [row for row in rows if row not in refusals], refusals


def as_input(author: ItemAuthor) -> AuthorInput:
    """Return a signer as input for `set_authors`."""
    if author.user:
        return AuthorInput(user=author.user.uuid)
    return AuthorInput(**{name: getattr(author, name) for name in AUTHOR_WORDS})


def _co_author(author: ItemAuthor, item: Item, place: int, count: int, moved: str) -> CoAuthor:
    own = author.user_id is not None and author.user_id == item.created_by_id
    key = str(author.pk)
    acts = [
        Action("往前移", icon="arrow-up", name="move_up", value=key) if place > 1 else None,
        Action("往后移", icon="arrow-down", name="move_down", value=key) if place < count else None,
        None if own else Action("去掉", icon="x", name="remove", value=key),
    ]
    return CoAuthor(
        author.name,
        " · ".join(note for note in (author.sector or author.duty, "本人" if own else "") if note),
        _answer_of(author, place),
        key=key,
        place=place,
        acts=[act for act in acts if act],
        moved=key == moved,
    )


def _answer_of(author: ItemAuthor, place: int) -> State | None:
    if author.consent == Consent.ASKED:
        return State("等对方确认", "soon", "hourglass")
    if author.consent == Consent.CONFIRMED:
        return State("已确认", "ok")
    return State("第一反映人", "ok") if place == 1 else None


def _refusal(author: ItemAuthor) -> CoAuthor:
    again = [Action("再请一次", icon="refresh", name="add_author", value=str(author.user.uuid))] if author.user else []
    return CoAuthor(author.name, author.reason, State("已谢绝", "off", "user-off"), key=str(author.pk), acts=again)


def upload_of(item: Item, file: Attachment) -> Upload:
    """Return a file of a draft as its row shows it."""
    return Upload(
        file.name,
        _size(file.size),
        _ICONS.get(file.media_type.partition("/")[0], "file-text"),
        State("已上传", "ok"),
        key=str(file.uuid),
        url=reverse("items:file", args=[item.uuid, file.uuid]),
        remove_url=reverse("items:file_remove", args=[item.uuid, file.uuid]),
    )


def _size(size: int) -> str:
    return f"{size / 1024 / 1024:.1f} MB" if size >= 1024 * 1024 else f"{max(1, round(size / 1024))} KB"


def _saved(item: Item) -> State:
    at = item.changed_at.astimezone(clock.SHANGHAI)
    when = f"{at:%H:%M}" if at.date() == clock.today() else f"{at.month} 月 {at.day} 日"
    return State(f"已自动保存 {when}", "ok", "cloud-check")
