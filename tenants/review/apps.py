"""App of review."""

from typing import Any

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    """Flows, runs and tasks of one unit."""

    name = "tenants.review"
    label = "review"

    def ready(self) -> None:
        """Register permissions and navigation, and the entry for finished drafts."""
        from tenants.accounts import leaving
        from tenants.items import handover
        from tenants.review import consumers, navigation, permissions  # noqa: F401 - registered by import

        handover.register(_entry)
        leaving.register(post=_post_left, unit=_unit_left)


def _post_left() -> Any:
    from tenants.review.operations import leave_post

    return leave_post


def _unit_left() -> Any:
    from tenants.review.operations import leave_unit

    return leave_unit


def _entry() -> Any:
    from tenants.review.operations import submit

    return submit
