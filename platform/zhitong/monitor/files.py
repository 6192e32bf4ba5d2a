"""The charts of a dashboard as pictures to keep."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from zhitong.web import pictures
from zhitong.web.pictures import Picture, PictureBar
from zhitong.web.templatetags.zt import points, thousands

Draw = Callable[[Mapping[str, Any], str, str], Picture]


def _ranking(context: Mapping[str, Any], note: str, foot: str) -> Picture:
    drawn = [
        PictureBar(
            f"{bar.rank}　{bar.label}" if bar.rank else bar.label,
            points(Decimal(bar.value)),
            float(bar.share),
            bar.top,
            f"{'收稿' if context['asked'].shows_points else '报送'} {thousands(bar.second)}",
        )
        for bar in context["bars"]
    ]
    return pictures.of_bars(context["ranking_title"], note, foot, drawn)


def _funnel(context: Mapping[str, Any], note: str, foot: str) -> Picture:
    drawn = [
        PictureBar(
            row.label,
            thousands(row.value),
            float(row.share),
            note=f"占上一行 {row.of_previous}" if row.of_previous else "",
        )
        for row in context["funnel"]
    ]
    return pictures.of_bars("从收稿到全国采用", note, foot, drawn)


def _trend(context: Mapping[str, Any], note: str, foot: str) -> Picture:
    return pictures.of_lines(context["trend"], note, foot)


def _rates(context: Mapping[str, Any], note: str, foot: str) -> Picture:
    tiles = [tile for group in context["heat"] for tile in group.tiles]
    drawn = [
        PictureBar(tile.label, f"{tile.value}%" if tile.value != "—" else "—", float(tile.value.replace("—", "0")))
        for tile in tiles
    ]
    return pictures.of_bars("本级采用率", note, foot, drawn)


FILES: Mapping[str, Draw] = {"ranking": _ranking, "funnel": _funnel, "trend": _trend, "rates": _rates}
