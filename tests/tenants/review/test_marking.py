"""Remarks at their place in a text, found and marked: across pieces, paragraphs and one another."""

from tenants.review.marking import Quoted, mark, stands_in
from zhitong.web.parts import DiffPiece, Passage, TextMark

ONE, TWO = TextMark(1, "a"), TextMark(2, "b", faint=True)
HEAD = "情况反映"


def told(passages: list[Passage]) -> list[list[tuple[str, list[int], list[int]]]]:
    """Return per paragraph the pieces: words, numbers they stand under, numbers that end there."""
    [passage] = passages
    return [
        [(piece.text, [one.number for one in piece.marks], [one.number for one in piece.ends]) for piece in row]
        for row in passage.paragraphs
        if not isinstance(row, str)
    ]


def test_a_passage_is_marked_where_it_stands() -> None:
    marked, found = mark([Passage(HEAD, ["甲乙丙丁"])], [Quoted(ONE, HEAD, "乙丙")])
    assert told(marked) == [[("甲", [], []), ("乙丙", [1], [1]), ("丁", [], [])]]
    assert found == {1}


def test_marks_that_overlap_keep_both_numbers() -> None:
    marked, _ = mark([Passage(HEAD, ["甲乙丙丁"])], [Quoted(ONE, HEAD, "甲乙丙"), Quoted(TWO, HEAD, "丙丁")])
    assert told(marked) == [[("甲乙", [1], []), ("丙", [1, 2], [1]), ("丁", [2], [2])]]


def test_a_passage_over_two_paragraphs_ends_in_the_second() -> None:
    for quote in ("乙\n丙", "乙 丙", "乙丙"):
        marked, _ = mark([Passage(HEAD, ["甲乙", "丙丁"])], [Quoted(ONE, HEAD, quote)])
        assert told(marked) == [[("甲", [], []), ("乙", [1], [])], [("丙", [1], [1]), ("丁", [], [])]], quote


def test_of_a_comparison_the_new_text_is_marked() -> None:
    pieces = [DiffPiece("甲"), DiffPiece("乙", "del"), DiffPiece("丙", "ins"), DiffPiece("丁")]
    marked, found = mark([Passage(HEAD, [pieces])], [Quoted(ONE, HEAD, "甲丙"), Quoted(TWO, HEAD, "乙")])
    assert told(marked) == [[("甲", [1], []), ("乙", [], []), ("丙", [1], [1]), ("丁", [], [])]]
    assert found == {1}
    [row] = marked[0].paragraphs
    assert [piece.kind for piece in row if not isinstance(piece, str)] == ["", "del", "ins", ""]


def test_only_its_own_section_is_searched_and_the_rest_stays_as_it_was() -> None:
    text = [Passage(HEAD, ["甲乙"]), Passage("意见建议", ["甲乙"])]
    marked, found = mark(text, [Quoted(ONE, "意见建议", "甲"), Quoted(TWO, HEAD, "没有")])
    assert marked[0] == text[0]
    assert found == {1}
    assert mark(text, []) == (text, set())


def test_blanks_do_not_count() -> None:
    assert stands_in("共 12 处", "全区共12处充电桩")
    assert not stands_in("共 12 处", "全区共 13 处")
