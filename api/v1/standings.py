"""Standings: where the units of the caller's own group (kind and level) stand, in the rule sets that rank it."""

from typing import Any

from django.db import connection
from django.db.models import Case, When
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.v1.serializers import StandingSerializer
from tenants.accounts.models import actor_of
from zhitong.core import clock
from zhitong.ranking.models import Standing
from zhitong.ranking.queries import seen
from zhitong.units.current import unit_in_force
from zhitong.units.models import Unit

# Units above on both lines: the owners of the rule sets that rank a unit.
_ABOVE = """
WITH RECURSIVE above AS (
  SELECT id, parent_id, participates_in_id FROM public.units_unit WHERE id = %s
  UNION
  SELECT u.id, u.parent_id, u.participates_in_id
    FROM above JOIN public.units_unit u ON u.id IN (above.parent_id, above.participates_in_id)
)
SELECT id FROM above
"""


class Period(serializers.Serializer[Any]):
    """The period asked for; a month of 0 is the whole year."""

    year = serializers.IntegerField(required=False, min_value=1949, max_value=2199, help_text="默认今年。")
    month = serializers.IntegerField(required=False, default=0, min_value=0, max_value=12, help_text="0 为全年。")


class StandingsView(APIView):
    """The ranking of the caller's own group."""

    @extend_schema(
        tags=["排名"],
        summary="看本单位所在的排名",
        description="同类别、同层级的单位，每套计分规则一组；计分规则的所属单位定了只看自己名次的，只有本单位一行，定了不公开的，没有。",
        parameters=[Period],
        responses=StandingSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """Return the rows by rule set and rank. Needs `ranking.read`."""
        actor = actor_of(request.user)
        actor.require("ranking.read")
        period = Period(data=request.query_params.dict())
        period.is_valid(raise_exception=True)
        unit = unit_in_force()
        rows = (
            Standing.objects.filter(
                rule_set__owner__in=_above(unit),
                unit__kind=unit.kind,
                unit__level=unit.level,
                year=period.validated_data.get("year", clock.today().year),
                month=period.validated_data["month"],
            )
            .select_related("unit", "rule_set")
            .order_by("rule_set__code", Case(When(rank=0, then=1), default=0), "rank", "unit__division_code", "unit_id")
        )
        shown = [row for row in rows if seen(actor, unit, row.rule_set, [row])]
        return Response(StandingSerializer(shown, many=True).data)


def _above(unit: Unit) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_ABOVE, [unit.pk])
        return [row[0] for row in cursor.fetchall()]
