"""What stands around the text on the writing page: signers, files, checks, the saved state, the look of the print."""

from typing import Any

from django.urls import reverse

from tenants.items import live, queries
from tenants.items.fields import AuthorInput
from tenants.items.models import Attachment, Item, ItemAuthor
from tenants.items.texts import SECTIONS, missing
from zhitong.core import clock, text
from zhitong.documents.kinds import ACCEPT
from zhitong.units.models import Unit
from zhitong.web.parts import CoAuthor, State, Upload

_ICONS = {"image": "photo", "video": "movie"}


def context(item: Item, unit: Unit, *, words: str) -> dict[str, Any]:
    """Return the parts around the text; `words` is a name that the writer looks for among the members."""
    authors = list(item.authors.select_related("user"))
    files = list(item.attachments.filter(removed_at__isnull=True))
    doubt = text.fault(words)
    own = [author.user.uuid for author in authors if author.user]
    return {
        "co_authors": [_co_author(author, item) for author in authors],
        "uploads": [_upload(item, file) for file in files],
        "accept": ACCEPT,
        "find": words,
        "find_error": doubt,
        "hits": [] if doubt else queries.find_members(words, without=own),
        "checks": live.checks(item, unit.text_limit),
        "missing": missing(item),
        "limit": unit.text_limit,
        "filled": min(100, round(100 * item.text_length / unit.text_limit, 1)),
        "counted": " ".join(f"id_{name}" for name in SECTIONS),
        "saved": _saved(item),
        "paragraphs": [line for name in SECTIONS for line in getattr(item, name).split("\n") if line],
        "signed_by": "、".join(author.name for author in authors),
    }


def signers_of(item: Item) -> list[AuthorInput]:
    """Return who signs now, as input for `set_authors`."""
    return [
        AuthorInput(user=author.user.uuid)
        if author.user
        else AuthorInput(
            name=author.name,
            duty=author.duty,
            sector=author.sector,
            party=author.party,
            rank=author.rank,
            contact=author.contact,
        )
        for author in item.authors.select_related("user")
    ]


def _co_author(author: ItemAuthor, item: Item) -> CoAuthor:
    notes = [author.sector or author.duty, "本人" if author.user_id == item.created_by_id and author.user_id else ""]
    first = State("第一反映人", "ok") if author.order == 1 else None
    return CoAuthor(author.name, " · ".join(note for note in notes if note), first, key=str(author.order))


def _upload(item: Item, file: Attachment) -> Upload:
    return Upload(
        file.name,
        _size(file.size),
        _ICONS.get(file.media_type.partition("/")[0], "file-text"),
        State("已上传", "ok"),
        key=str(file.uuid),
        url=reverse("items:file", args=[item.uuid, file.uuid]),
    )


def _size(size: int) -> str:
    return f"{size / 1024 / 1024:.1f} MB" if size >= 1024 * 1024 else f"{max(1, round(size / 1024))} KB"


def _saved(item: Item) -> State:
    at = item.changed_at.astimezone(clock.SHANGHAI)
    when = f"{at:%H:%M}" if at.date() == clock.today() else f"{at.month} 月 {at.day} 日"
    return State(f"已自动保存 {when}", "ok", "cloud-check")
