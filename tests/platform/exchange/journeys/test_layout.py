"""The grid of a journey: no place on another, no line through a place, what came before stands left."""

from hypothesis import given
from hypothesis import strategies as st

from zhitong.exchange.journeys.drawing import Spot, lay_out


@st.composite
def spots(draw: st.DrawFn) -> list[Spot[int]]:
    """Ways of up to twenty places in four bands, each led to by some of those before it."""
    found = []
    for key in range(draw(st.integers(1, 20))):
        before = draw(st.lists(st.integers(0, key - 1), max_size=3, unique=True)) if key else []
        found.append(Spot(key, draw(st.integers(0, 3)), tuple(before)))
    return found


@given(spots())
def test_no_two_places_share_a_cell_and_bands_keep_apart(given_spots: list[Spot[int]]) -> None:
    grid = lay_out(given_spots, 4)
    cells = [(place.column, place.row) for place in grid.places.values()]
    assert len(set(cells)) == len(given_spots)
    tops = [sum(grid.rows[:band]) for band in range(4)]
    for spot in given_spots:
        row = grid.places[spot.key].row
        assert tops[spot.band] <= row < tops[spot.band] + grid.rows[spot.band]


@given(spots())
def test_what_leads_to_a_place_stands_left_of_it_on_a_free_row(given_spots: list[Spot[int]]) -> None:
    grid = lay_out(given_spots, 4)
    cells = {(place.column, place.row) for place in grid.places.values()}
    for spot in given_spots:
        target = grid.places[spot.key]
        for key in spot.after:
            source = grid.places[key]
            assert source.column < target.column
            passed = {(column, source.row) for column in range(source.column + 1, target.column)}
            assert not passed & cells
            if source.row != target.row:
                assert key in grid.tracks[target.column]


def test_a_straight_way_is_a_straight_line() -> None:
    grid = lay_out([Spot("a", 0), Spot("b", 0, ("a",)), Spot("c", 0, ("b",))], 1)
    assert [(place.column, place.row) for place in grid.places.values()] == [(0, 0), (1, 0), (2, 0)]
    assert grid.tracks == {}


def test_a_ring_does_not_hang() -> None:
    grid = lay_out([Spot("a", 0, ("b",)), Spot("b", 0, ("a",))], 1)
    assert len(set(grid.places.values())) == 2
