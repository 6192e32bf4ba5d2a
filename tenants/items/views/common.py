"""What the pages of items share: the reader, addresses."""

from django.http import HttpRequest
from django.urls import reverse

from tenants.accounts.models import User
from tenants.items.models import Item, State
from zhitong.web.parts import Fact


def reader(request: HttpRequest) -> User:
    """Return the logged-in user."""
    assert isinstance(request.user, User)
    return request.user


def detail_url(item: Item) -> str:
    """Return the page of an item: the writing page while it is a draft, else its own page (which the desk serves)."""
    if item.state == State.DRAFT:
        return reverse("items:edit", args=[item.uuid])
    return f"{reverse('items:own')}{item.uuid}/"


def own_url(item: Item, user: User) -> str:
    """Return where `user` goes on with an item of theirs: writing, for a co-author the page to sign, or reading."""
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
    value = request.POST.get(field, "")
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else 0
