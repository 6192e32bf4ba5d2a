"""Drawings of charts: to scale from zero, with a gap where there is nothing, and the table that says the same."""

from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from zhitong.web import pictures
from zhitong.web.charts import BOTTOM, TOP, Line, line_chart, spark
from zhitong.web.pictures import PictureBar


@pytest.mark.parametrize(
    ("largest", "marks"),
    [
        (0, ["0", "1", "2", "3", "4"]),
        (5, ["0", "1", "2", "3", "4", "5"]),
        (41, ["0", "10", "20", "30", "40", "50"]),
        (913, ["0", "200", "400", "600", "800", "1,000"]),
        (1001, ["0", "250", "500", "750", "1,000", "1,250"]),
    ],
)
def test_the_axis_ends_at_a_round_number_above(largest: int, marks: list[str]) -> None:
    assert [step.text for step in line_chart("", ["1 月"], [Line("", [largest])]).steps] == marks


@given(st.lists(st.one_of(st.none(), st.integers(0, 10_000_000)), min_size=1, max_size=24))
def test_every_value_stands_to_scale_and_in_the_table(values: list[int | None]) -> None:
    labels = [str(number) for number in range(len(values))]
    chart = line_chart("收稿", labels, [Line("今年", values, urls=[f"/{label}" for label in labels])])
    [line] = chart.lines
    top = int(chart.steps[-1].text.replace(",", ""))
    assert [dot.value for dot in line.dots] == [value for value in values if value is not None]
    for dot in line.dots:
        assert dot.y == pytest.approx(BOTTOM - (BOTTOM - TOP) * dot.value / top)
    pairs = sum(one is not None and other is not None for one, other in pairwise(values))
    assert len(line.stretches) == pairs
    assert [row.cells for row in chart.rows] == [
        [(value, f"/{label}")] for label, value in zip(labels, values, strict=True)
    ]


def test_a_spark_starts_at_zero_and_needs_two_values() -> None:
    assert spark([7]) == ""
    assert spark([0, 4, 2]) == "3.0,15.0 28.0,3.0 53.0,9.0"
    assert spark([0, 0]) == "3.0,15.0 53.0,15.0"


def test_a_line_chart_leads_to_its_lists_and_the_wall_has_nothing_to_press() -> None:
    chart = line_chart("每月收稿", ["1 月", "2 月"], [Line("<今年>", [3, None], urls=["/a", "/b"])], note="2 月至 3 日")
    markup = render_to_string("components/line-chart.html", {"chart": chart})
    assert markup.count('href="/a"') == 2  # the point and its place in the table
    assert '<td class="num">—</td>' in markup
    assert "&lt;今年&gt;" in markup
    assert "2 月至 3 日" in markup
    assert "<a" not in render_to_string("components/line-chart.html", {"chart": chart, "wall": True})


def test_pictures_are_drawings_of_their_own() -> None:
    bars = [PictureBar("佛山<市>", "57", 100), PictureBar("广州", "1", 2, strong=False, note="收稿 3")]
    chart = line_chart("每月收稿", ["1 月"], [Line("2026 年", [3]), Line("2025 年", [2], past=True)])
    for picture in (
        pictures.of_bars("得分排名", "21 个市", "数据截至", bars),
        pictures.of_lines(chart, "21 个市", "数据截至"),
        pictures.of_bars("得分排名", "", "", []),
    ):
        drawn = ET.fromstring(render_to_string("picture.svg", {"picture": picture}))
        assert int(drawn.attrib["height"]) == picture.height
        wide = [
            float(each.attrib["width"]) for each in drawn.iter() if each.tag.endswith("rect") and "x" in each.attrib
        ]
        if len(wide) == 2:
            assert wide[1] == pytest.approx(wide[0] / 50, abs=0.1)
