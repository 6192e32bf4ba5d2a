"""What several items were joined to."""

from django.db import models
from django.db.models import Q

from zhitong.exchange.models.events import Event
from zhitong.exchange.models.matters import Matter
from zhitong.units.models import Unit


class MergePart(models.Model):
    """A source of a merged item (综合稿): an item of the same unit that was joined with others to one.

    `order` counts from 1 and decides the share of credit as the rule sets say (DOMAIN §6); `share` is the part agreed
    on in per cent, null where nothing was agreed. `matter` is the merged item's, `source_matter` the source's. `event`
    says that it was merged; `withdrawal` that its unit took it back later: what the merged item earned until then stays
    its own, what comes after does not count for it. A part that was taken out (拆开) is `ended_at` and counts for
    nothing.
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    item_uuid = models.UUIDField()
    source_uuid = models.UUIDField()
    order = models.PositiveSmallIntegerField()
    share = models.PositiveSmallIntegerField(null=True)
    matter = models.ForeignKey(Matter, models.PROTECT, related_name="+", db_index=False)
    source_matter = models.ForeignKey(Matter, models.PROTECT, related_name="+")
    event = models.OneToOneField(Event, models.PROTECT, related_name="merge_part")
    withdrawal = models.OneToOneField(Event, models.PROTECT, null=True, related_name="withdrawn_part")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "source_uuid"], condition=Q(ended_at__isnull=True), name="merge_source_once"
            ),
            models.CheckConstraint(
                condition=Q(share__isnull=True) | Q(share__gte=1, share__lte=100), name="merge_share_in_per_cent"
            ),
        ]
        indexes = [models.Index(fields=["unit", "item_uuid"], name="merge_by_item")]
