"""The page of a what-if: its progress, then both rankings side by side."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from zhitong.ranking import queries
from zhitong.ranking.models import Trial
from zhitong.ranking.scoring import read_rules
from zhitong.ranking.views.common import is_part, reader
from zhitong.ranking.words import moved_up
from zhitong.web import navigation
from zhitong.web.parts import Change, SavedFilter

_SHOWN = 500
_UP, _DOWN, _SAME, _CROSSED = "up", "down", "same", "crossed"


@login_required
@require_safe
def trial(request: HttpRequest, trial_uuid: UUID) -> HttpResponse:
    """Who rises and who falls if the tried rules came into force; while it is computed, how far it is."""
    actor, own = reader(request)
    actor.require("ranking.configure")
    navigation.mark(request, "rules")
    found = queries.trial(own, trial_uuid)
    context: dict[str, Any] = {"trial": found, "name": read_rules(found.source).name, "waits": _waits(found)}
    if found.state == Trial.State.DONE:
        context |= _result(found, request.GET.get("show", ""))
    template = "ranking/trial_body.html" if is_part(request) else "ranking/trial.html"
    return render(request, template, context)


def _waits(found: Trial) -> bool:
    return found.state in {Trial.State.WAITING, Trial.State.RUNNING}


def _result(found: Trial, show: str) -> dict[str, Any]:
    rows = [{**row, "way": _way(row)} for row in found.result or []]
    base = reverse("ranking:trial", args=[found.uuid])
    counts = {way: sum(row["way"] == way for row in rows) for way in (_UP, _DOWN, _SAME, _CROSSED)}
    labels = {"": "全部", _UP: "上升", _DOWN: "下降", _SAME: "名次不变", _CROSSED: "进出排名"}
    show = show if show in labels else ""
    kept = [row for row in rows if not show or row["way"] == show]
    return {
        "rows": [(row, _change(row), Decimal(row["before"]), Decimal(row["after"])) for row in kept[:_SHOWN]],
        "number": len(kept),
        "more": max(0, len(kept) - _SHOWN),
        "filters": [
            SavedFilter(
                label,
                f"{base}?show={way}" if way else base,
                count=counts[way] if way else len(rows),
                current=way == show,
            )
            for way, label in labels.items()
            if way != _CROSSED or counts[_CROSSED]  # rare, and a word that needs its case to be understood
        ],
        "filters_label": "谁升谁降",
        "has_groups": any(row["group"] for row in rows),
    }


def _moved(row: dict[str, Any]) -> int:
    before, after = int(row["rank_before"]), int(row["rank_after"])
    return before - after if before and after else 0


def _way(row: dict[str, Any]) -> str:
    if bool(row["rank_before"]) != bool(row["rank_after"]):
        return _CROSSED
    moved = _moved(row)
    return _UP if moved > 0 else _DOWN if moved < 0 else _SAME


def _change(row: dict[str, Any]) -> Change:
    if not row["rank_before"]:
        return Change("进入排名", "up") if row["rank_after"] else Change("没有名次")
    if not row["rank_after"]:
        return Change("不再参加排名", "down")
    return moved_up(_moved(row))
