"""What helps people decide: saved phrases, saved filters, absences with a stand-in."""

from django.db import models
from django.db.models import F, Q

from tenants.accounts.models import User


class Phrase(models.Model):
    """A saved reason: of the unit (`owner` null) or of one user."""

    owner = models.ForeignKey(User, models.CASCADE, null=True, related_name="phrases")
    text = models.CharField(max_length=100)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "id"]

    def __str__(self) -> str:
        return self.text


class SavedFilter(models.Model):
    """A worklist with its filters under a name of the user's own; `query` is a query string."""

    owner = models.ForeignKey(User, models.CASCADE, related_name="+")
    name = models.CharField("名称", max_length=20)
    query = models.CharField(max_length=300)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="filter_name_once")]


class Absence(models.Model):
    """A user is away from a day through another (included), and `stand_in` is asked in their stead (代理)."""

    user = models.ForeignKey(User, models.CASCADE, related_name="absences")
    stand_in = models.ForeignKey(User, models.CASCADE, related_name="+")
    away_from = models.DateField()
    away_through = models.DateField()
    reason = models.CharField("事由", max_length=60, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-away_from", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(away_through__gte=F("away_from")), name="absence_period"),
            models.CheckConstraint(condition=~Q(user=F("stand_in")), name="absence_other_person"),
        ]
