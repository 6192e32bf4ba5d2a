"""What the pages of items share: the reader, addresses."""

from django.http import HttpRequest
from django.urls import reverse

from tenants.accounts.models import User
from tenants.items.models import Item, State


def reader(request: HttpRequest) -> User:
    """Return the logged-in user."""
    assert isinstance(request.user, User)
    return request.user


def detail_url(item: Item) -> str:
    """Return the page of an item: the writing page while it is a draft, else its own page (which the desk serves)."""
    if item.state == State.DRAFT:
        return reverse("items:edit", args=[item.uuid])
    return f"{reverse('items:own')}{item.uuid}/"


def posted_version(request: HttpRequest, field: str = "version") -> int:
    """Return the version the reader saw, as the form sends it; 0, which no item has, for anything else."""
    value = request.POST.get(field, "")
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else 0
