"""Reads over circulars: who sees which, one of them with its row locked, whether it holds what it froze."""

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from tenants.accounts.models import User
from tenants.circulars import body
from tenants.circulars.models import Circular
from tenants.items.models import ItemKind, State
from tenants.items.texts import Texts
from tenants.review.models import Run
from tenants.review.queries.access import takes_part
from zhitong.core.errors import NotFound

_WITH = ("item__created_by", "replaces__item")
_ALL = ("circulars.edit", "circulars.publish", "review.read_all")
ORDER = ("-created_at", "-pk")
"""Of their list."""


def require_any(user: User) -> None:
    """Let whoever has to do with circulars pass.

    Raises:
        NotAllowed: the reader drafts, sends and signs none, and does not read the ranking either.
    """
    if not any(user.has_zt_perm(name) for name in _ALL):
        user.actor.require("ranking.read")


def visible(user: User) -> QuerySet[Circular]:
    """Return the circulars that `user` may see, without order.

    Who drafts or sends circulars, or may read all reviews, sees all; who reads the ranking what has gone down; and
    everybody those whose sign-off they take part in.
    """
    found = Circular.objects.select_related(*_WITH)
    if any(user.has_zt_perm(name) for name in _ALL):
        return found
    taken = Run.objects.filter(takes_part(user), item=OuterRef("item"), item__kind=ItemKind.CIRCULAR)
    seen = Q(Exists(taken)) | Q(item__created_by=user)
    if user.has_zt_perm("ranking.read"):
        seen |= Q(published_at__isnull=False)
    return found.filter(seen)


def get_visible(user: User, circular_uuid: UUID) -> Circular:
    """Return one circular that `user` may see.

    Raises:
        NotFound: absent or hidden.
    """
    found = visible(user).filter(item__uuid=circular_uuid).first()
    if found is None:
        raise NotFound
    return found


def lock(circular_uuid: UUID) -> Circular:
    """Lock a circular and its text, and return it fresh. The caller has checked the right.

    Raises:
        NotFound: absent.
    """
    rows = Circular.objects.select_for_update(of=("self", "item")).select_related("item", "replaces__item")
    found = rows.filter(item__uuid=circular_uuid).first()
    if found is None:
        raise NotFound
    return found


def correction_of(circular: Circular) -> Circular | None:
    """Return the edition that has taken a circular's place; None while there is none that went down."""
    return circular.corrections.select_related("item").filter(published_at__isnull=False).first()


def correction_under_way(circular: Circular) -> Circular | None:
    """Return the corrected edition that is drafted or signed off now."""
    rows = circular.corrections.select_related("item").filter(given_up=False, published_at__isnull=True)
    return rows.exclude(item__state__in=[State.KEPT, State.DECLINED, State.WITHDRAWN]).first()


def latest_run(circular: Circular) -> Run | None:
    """Return the sign-off of a circular, None before it was handed in."""
    return Run.objects.filter(item=circular.item_id).order_by("-pk").first()


def digest_holds(circular: Circular) -> bool:
    """Return whether a published circular says what it said when it went down."""
    return not circular.is_published or body.digest(circular, Texts.of(circular.item)) == circular.sha256
