"""The drawing of a flow: no step on another, every way drawn from end to end, no line through a step."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings

from tenants.review import presets
from tenants.review.definition import Definition, Names, parse, reach
from tenants.review.drawing import Chart, Marks, draw, ways_of
from tenants.review.drawing.chart import NODE_HEIGHT, NODE_WIDTH
from tests.tenants.review.flow_strategies import definitions
from zhitong.web.drawing import cut, len_of

URGENT = [{"field": "urgency", "in": ["urgent"]}]
IMPORTANT = [{"field": "urgency", "in": ["important", "urgent"]}]


def read(*steps: dict[str, Any]) -> Definition:
    return parse(
        {"steps": [{"key": f"s{n}", "name": f"第{n}步", "posts": ["chair"], **s} for n, s in enumerate(steps)]}
    )


def check(definition: Definition, chart: Chart) -> None:
    boxes = [(node.x, node.y, node.x + NODE_WIDTH, node.y + NODE_HEIGHT) for node in chart.nodes]
    boxes += [(x, y, x + chart.end_width, y + chart.end_height) for x, y in (chart.start, chart.end)]
    assert len(chart.nodes) == len(definition.steps)
    for n, (left, top, right, bottom) in enumerate(boxes):
        assert left >= 0
        assert top >= 0
        assert right <= chart.width
        assert bottom <= chart.height
        for other in boxes[n + 1 :]:
            apart = other[0] >= right or other[2] <= left or other[1] >= bottom or other[3] <= top
            assert apart, (n, other)
    ways = ways_of(definition, reach(definition))
    drawn = [line for line in chart.lines if line.look != "dash"]
    assert [line.link for line in drawn if line.link] == [line.link for line in drawn]
    assert sorted(map(str, (line.link for line in drawn))) == sorted(str((way.source, way.target)) for way in ways)
    for line in chart.lines:
        for one, other in pairwise(line.points):
            assert one[0] == other[0] or one[1] == other[1]
            assert not any(crosses(one, other, box) for box in boxes), (line, boxes)
        if line.link:
            check_ends(chart, line.link, line.points)


def crosses(one: tuple[int, int], other: tuple[int, int], box: tuple[int, int, int, int]) -> bool:
    """Whether a piece of line runs through the inside of a box (touching its edge is arriving)."""
    left, right = sorted((one[0], other[0]))
    top, bottom = sorted((one[1], other[1]))
    return right > box[0] and left < box[2] and bottom > box[1] and top < box[3]


def check_ends(chart: Chart, link: tuple[int | None, int | None], points: tuple[tuple[int, int], ...]) -> None:
    source, target = link
    x, y = chart.start if source is None else (chart.nodes[source].x, chart.nodes[source].y)
    width, height = (chart.end_width, chart.end_height) if source is None else (NODE_WIDTH, NODE_HEIGHT)
    assert points[0] == (x + width, y + height // 2)
    if target is not None:
        node = chart.nodes[target]
        assert points[-1] == (node.x, node.y + NODE_HEIGHT // 2)
        return
    x, y = chart.end
    sides = {(x, y + chart.end_height // 2)} | {(x + 30, edge) for edge in (y, y + chart.end_height)}
    assert points[-1] in sides


@given(definitions())
@settings(max_examples=150)
def test_any_flow_can_be_drawn(raw: dict[str, Any]) -> None:
    definition = parse(raw)
    for chosen in ("", *(step.key for step in definition.steps)):
        check(definition, draw(definition, Names(), Marks(chosen=chosen)))


@pytest.mark.parametrize("code", presets.codes())
def test_presets_are_drawn(code: str) -> None:
    definition = parse(presets.load(code).definition)
    chart = draw(definition, Names(posts=presets.POSTS))
    check(definition, chart)
    assert all(line.link != (None, None) for line in chart.lines)


def test_a_step_with_a_condition_is_drawn_as_a_branch() -> None:
    definition = read({}, {"when": IMPORTANT}, {"when": IMPORTANT})
    ways = {(way.source, way.target): way for way in ways_of(definition, reach(definition))}
    assert set(ways) == {(None, 0), (0, 1), (0, None), (1, 2), (2, None)}
    assert ways[0, 1].words == ("重要、紧急",)
    assert ways[0, 1].told == "紧急程度为重要、紧急"
    assert ways[0, None].words == ("其余",)
    assert ways[1, 2].words == ()


def test_the_main_way_is_straight_and_earlier_branches_stand_above() -> None:
    definition = read({"next": [{"to": "s3", "when": URGENT}, {"to": "s1"}]}, {}, {"next": [{"to": "end"}]}, {})
    nodes = {node.key: node for node in draw(definition, Names()).nodes}
    assert nodes["s0"].y == nodes["s1"].y == nodes["s2"].y
    assert nodes["s3"].y < nodes["s0"].y
    assert nodes["s3"].x == nodes["s1"].x


def test_the_tried_way_and_the_chosen_step_are_marked() -> None:
    definition = read({"next": [{"to": "s2", "when": URGENT}, {"to": "s1"}]}, {"next": [{"to": "end"}]}, {})
    marks = Marks(chosen="s1", problems={"s2": "必须改：没有人"}, tried={(None, 0), (0, 2), (2, None)})
    chart = draw(definition, Names(), marks)
    assert {line.link for line in chart.lines if line.look == "on"} == {(None, 0), (0, 2), (2, None)}
    assert [line.look for line in chart.lines].count("dash") == 1
    assert [node.key for node in chart.nodes if node.chosen] == ["s1"]
    assert [node.key for node in chart.nodes if node.problem] == ["s2"]


def test_a_step_that_gives_no_right_to_return_has_no_way_back() -> None:
    chart = draw(read({"may": ["edit"]}), Names(), Marks(chosen="s0"))
    assert [line for line in chart.lines if line.look == "dash"] == []


def test_words_are_cut_to_the_box_and_told_in_full() -> None:
    long = "绿色通道：分管副主席签发（紧急件）"
    chart = draw(read({"name": long}), Names(posts={"chair": "主席"}))
    [node] = chart.nodes
    assert node.name.endswith("…")
    assert len_of(node.name, 14) <= NODE_WIDTH - 20
    assert long in node.told
    assert cut("主席", 12, 24) == "主席"
