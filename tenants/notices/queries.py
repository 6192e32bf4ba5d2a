"""Reads over notices: everybody sees the own ones alone."""

from datetime import timedelta

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

from tenants.accounts.models import User
from tenants.notices.models import Notice, Occasion
from tenants.notices.words import kinds_about
from zhitong.core import clock

_SHOWN_DAYS = 365
ORDER = ("is_read", "-created_at", "-pk")
"""Unread first."""


def own(reader: User) -> QuerySet[Notice]:
    """Return the reader's notices of the last year with `is_read`; without order."""
    since = clock.now() - timedelta(days=_SHOWN_DAYS)
    is_read = ExpressionWrapper(Q(read_at__isnull=False), output_field=BooleanField())
    return Notice.objects.filter(reader=reader, created_at__gte=since).annotate(is_read=is_read)


def about(notices: QuerySet[Notice], occasion: Occasion) -> QuerySet[Notice]:
    """Return those of the notices that are about one occasion; a digest leads to them."""
    return notices.filter(kinds_about(occasion))


def chosen(reader: User, occasion: str) -> QuerySet[Notice]:
    """Return the reader's notices about an occasion, all of them where there is no such; without order."""
    found = own(reader)
    return about(found, Occasion(occasion)) if occasion in Occasion.values else found


def unread_count(reader: User) -> int:
    """Return how many notices the reader has not opened, counted to 100 at most: the bell shows 99."""
    return Notice.objects.filter(reader=reader, read_at__isnull=True)[:100].count()
