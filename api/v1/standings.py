"""Standings: where the units of the caller's own group (kind and level) stand, in the rule sets that rank it."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.v1.serializers import StandingSerializer
from tenants.accounts.models import actor_of
from zhitong.core import clock
from zhitong.core.errors import InvalidInput, NotFound
from zhitong.ranking import queries
from zhitong.ranking.models import Purpose
from zhitong.ranking.periods import Period, read_period
from zhitong.units.current import unit_in_force


class AskedPeriod(serializers.Serializer[Any]):
    """The period asked for: by its code, or a year and a month of it (0: the whole year)."""

    period = serializers.CharField(
        required=False,
        max_length=22,
        help_text="年 2026、半年 2026-H1、季度 2026-Q1、月 2026-03、起止 2026-01-01..2026-03-15；给了就不看 year。",
    )
    year = serializers.IntegerField(required=False, min_value=1949, max_value=2199, help_text="默认今年。")
    month = serializers.IntegerField(required=False, default=0, min_value=0, max_value=12, help_text="0 为全年。")


class StandingsView(APIView):
    """The ranking of the caller's own group."""

    @extend_schema(
        tags=["排名"],
        summary="看本单位所在的排名",
        description="同类别、同层级的单位，每套计分规则一组。计分规则的所属单位定了只看自己名次的，只有本单位一行；定了不公开的，没有。",
        parameters=[AskedPeriod],
        responses=StandingSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """Return the rows by rule set and rank. Needs `ranking.read`.

        Raises:
            InvalidInput: no such period, or one that has not begun.
        """
        actor = actor_of(request.user)
        actor.require("ranking.read")
        unit, when = unit_in_force(), _period(request)
        sets = [each for each in queries.rule_sets(unit) if each.purpose == Purpose.UNITS]
        rows = []
        for rules in sorted(sets, key=lambda each: each.code):
            for row in queries.seen(actor, unit, rules, queries.peers(rules, when, unit)):
                row.rule_set = rules
                rows.append(row)
        return Response(StandingSerializer(rows, many=True, context={"period": when.code}).data)


def _period(request: Request) -> Period:
    asked = AskedPeriod(data=request.query_params.dict())
    asked.is_valid(raise_exception=True)
    year, month = asked.validated_data.get("year", clock.today().year), asked.validated_data["month"]
    code = asked.validated_data.get("period") or (f"{year}-{month:02}" if month else f"{year}")
    try:
        return read_period({"period": code})
    except NotFound as error:
        name = "period" if "period" in asked.validated_data else "year"
        raise InvalidInput(
            "没有这样的时段，或者还没有开始。", fields={name: ["没有这样的时段，或者还没有开始。"]}
        ) from error
