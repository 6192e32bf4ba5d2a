"""Dates in words, figures and names."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.http import HttpRequest
from django.template import Context, Template

from tests.platform.web.conftest import MOMENT
from zhitong.web.parts import Action, BarRow, State
from zhitong.web.templatetags import zt


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (MOMENT - timedelta(minutes=44), "06-17 09:58"),
        (datetime(2025, 6, 17, 9, 58, tzinfo=MOMENT.tzinfo), "2025-06-17"),
        (date(2026, 6, 8), "06-08"),
        (None, ""),
    ],
)
def test_short_dates_for_tables(moment: datetime | None, words: str) -> None:
    assert zt.zt_short(moment) == words


def test_days_for_authors() -> None:
    assert zt.zt_day(MOMENT) == "6 月 17 日"
    assert zt.zt_day(date(2025, 12, 1)) == "2025 年 12 月 1 日"


@pytest.mark.parametrize(
    ("left", "state"),
    [
        (timedelta(hours=3, minutes=5), State("剩 3 小时", "soon")),
        (timedelta(minutes=20), State("剩 20 分钟", "soon")),
        (timedelta(hours=6, minutes=48), State("今日 17:30", "soon")),
        (timedelta(days=1), State("06-18")),
        (timedelta(days=-1), State("超期 1 天", "late")),
        (timedelta(hours=-2), State("超期 2 小时", "late")),
    ],
)
def test_deadlines_in_words(left: timedelta, state: State) -> None:
    assert zt.zt_due(MOMENT + left) == state


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (Decimal("22.00"), "22"),
        (Decimal("2.50"), "2.5"),
        (Decimal(-1), "−1"),
        (Decimal("1E+3"), "1,000"),
        (Decimal("-0.0"), "0"),
        (None, "—"),
    ],
)
def test_points_without_trailing_zeros(value: Decimal | None, words: str) -> None:
    assert zt.points(value) == words


@pytest.mark.parametrize(("value", "words"), [(13746, "13,746"), (-6, "−6"), (0, "0"), (None, "—"), ("54.4", "54.4")])
def test_thousands(value: object, words: str) -> None:
    assert zt.thousands(value) == words


@pytest.mark.parametrize(("names", "words"), [([], ""), (["甲"], "甲"), (["甲", "乙", "丙"], "甲 等 3 人")])
def test_authors(names: list[str], words: str) -> None:
    assert zt.authors(names) == words


def test_a_changed_filter_goes_back_to_page_one(request_of: Callable[..., HttpRequest]) -> None:
    request = request_of(reader=None, unit="7", after="abc")
    page = Template("{% qs sort='-received' %}").render(Context({"request": request}))
    assert page == "?unit=7&amp;sort=-received"
    assert Template("{% qs unit=None after='x' %}").render(Context({"request": request})) == "?after=x"


def test_a_label_is_escaped_and_a_refused_act_says_why() -> None:
    assert "<b>" not in zt.action(Action("<b>", url='/"x'))
    refused = zt.action(Action("合并", primary=True, refused="选 2 篇以上才能合并"))
    assert 'aria-disabled="true"' in refused
    assert "选 2 篇以上才能合并" in refused
    assert "btn-primary" not in refused


@pytest.mark.parametrize(
    ("share", "length"),
    [(54.36, "54.36%"), (Decimal("0.27"), "0.27%"), (140, "100.00%"), (-1, "0.00%"), (None, "0.00%")],
)
def test_a_bar_stays_inside_its_place(share: object, length: str) -> None:
    assert zt.percent(share) == length


def test_what_was_drawn_of_other_values_is_never_shown_again() -> None:
    def bars(value: int, label: str = "<广州>", *, wall: bool = False) -> str:
        rows = [BarRow(label, value, 100, 1, "/u/1", "/l/1")]
        template = '{% drawn "bar-list" bars=bars value_label="得分" wall=wall %}'
        return Template(template).render(Context({"bars": rows, "wall": wall, "second_label": "报送"}))

    first = bars(428)
    assert "428" in first
    assert "&lt;广州&gt;" in first
    assert "报送" not in first
    assert bars(428) == first
    assert "429" in bars(429)
    assert "深圳" in bars(428, "深圳")
    assert "<a" not in bars(428, wall=True)
