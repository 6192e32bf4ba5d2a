"""The inbox and the outbox of a unit."""

from django.db.models import QuerySet

from zhitong.exchange.models import Dispatch


def inbox(unit_id: int) -> QuerySet[Dispatch]:
    """Return what was sent to the unit and not recalled, newest first."""
    return (
        Dispatch.objects.filter(receiver_id=unit_id)
        .exclude(state=Dispatch.State.RECALLED)
        .select_related("sender")
        .order_by("-sent_at", "-id")
    )


def sent(unit_id: int) -> QuerySet[Dispatch]:
    """Return what the unit sent, newest first."""
    return Dispatch.objects.filter(sender_id=unit_id).select_related("receiver", "body").order_by("-sent_at", "-id")
