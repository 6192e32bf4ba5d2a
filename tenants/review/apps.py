"""App of review."""

from typing import Any
from uuid import UUID

from django.apps import AppConfig
from django.urls import reverse

from zhitong.core.errors import Refusal


class ReviewConfig(AppConfig):
    """Flows, runs and tasks of one unit."""

    name = "tenants.review"
    label = "review"

    def ready(self) -> None:
        """Register permissions, navigation and exports, and the entry for finished drafts."""
        from tenants.accounts import leaving
        from tenants.items import handover
        from tenants.review import consumers, exports, navigation, permissions, suggesting  # noqa: F401 - registered by import

        handover.register(_entry, _question, _what_follows)
        leaving.register(post=_post_left, unit=_unit_left, rights=_rights_lost)


def _post_left() -> Any:
    from tenants.review.operations import leave_post

    return leave_post


def _unit_left() -> Any:
    from tenants.review.operations import leave_unit

    return leave_unit


def _rights_lost() -> Any:
    from tenants.review.operations import lose_rights

    return lose_rights


def _question(refusal: Refusal, item_uuid: UUID) -> str:
    """Return where the author chooses who decides a step that the flow leaves open."""
    return reverse("review:submit", args=[item_uuid]) if refusal.code == "review.choose" else ""


def _what_follows(item: Any) -> str:
    """Return the first step a draft comes to, and until when."""
    from tenants.review.queries.ahead import what_follows

    return what_follows(item)


def _entry() -> Any:
    from tenants.review.operations import submit

    return submit
