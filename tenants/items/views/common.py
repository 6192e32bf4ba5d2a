"""What the pages of items share: the reader, addresses, the version a page was drawn from, the merge box."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from tenants.accounts.models import User
from tenants.items.merging import clashes
from tenants.items.models import Item, State
from zhitong.core.text import whole_number
from zhitong.web.parts import Fact


def reader(request: HttpRequest) -> User:
    """Return the logged-in user."""
    assert isinstance(request.user, User)
    return request.user


def detail_url(item: Item) -> str:
    """Return the page of an item: the writing page while it is a draft, else its own page (which the desk serves).

    A circular has a page of its own for all of its life.
    """
    if not item.is_report:
        return reverse("circulars:circular", args=[item.uuid])
    if item.state == State.DRAFT:
        return reverse("items:edit", args=[item.uuid])
    return f"{reverse('items:own')}{item.uuid}/"


def own_url(item: Item, user: User) -> str:
    """Return where `user` goes on with an item of theirs: writing, for a co-author the page to sign, or reading."""
    if not item.is_report:
        return detail_url(item)
    if item.pen_holder_id == user.pk:
        return reverse("items:edit", args=[item.uuid])
    if item.created_by_id != user.pk:
        return reverse("items:sign", args=[item.uuid]) if item.state == State.DRAFT else detail_url(item)
    return reverse("items:edit", args=[item.uuid]) if item.state == State.RETURNED else detail_url(item)


def file_facts(item: Item) -> list[Fact]:
    """Return the files of an item with their sizes, each leading to its download."""
    return [
        Fact(file.name, f"{max(1, file.size // 1024):,} KB", reverse("items:file", args=[item.uuid, file.uuid]))
        for file in item.attachments.filter(removed_at__isnull=True)
    ]


def posted_version(request: HttpRequest, field: str = "version") -> int:
    """Return the version the reader saw, as the form sends it; 0, which no item has, for anything else."""
    return whole_number(request.POST.get(field, ""), 9) or 0


def saved_version(request: HttpRequest) -> int:
    """Return the version that a save goes on from: that of the merge box, whose words the reader saw, else the page's.

    Without it a text that came too late would be saved over the other one by pressing the button again.
    """
    return posted_version(request, "merged" if "merged" in request.POST else "version")


def merge_box(
    request: HttpRequest, stored: Mapping[str, Any], *, version: int, who: str, when: str, by_button: bool = False
) -> dict[str, Any]:
    """Return the context of `items/merge.html`.

    Args:
        stored: the sections as they stand.
        version: of the item as it stands.
        who: whose save came first, in words.
        when: at which time.
        by_button: whether the box has a button of its own; else every button of the form saves what was chosen.
    """
    found = clashes(request.POST.dict(), stored)
    return {"clashes": found, "version": version, "who": who, "when": when, "by_button": by_button}
