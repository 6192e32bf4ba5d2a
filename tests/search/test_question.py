"""What people type, read into conditions; what cannot be read is searched as words, and said."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search import synonyms
from search.analyser import initials_of, normalise
from search.correcting import corrections
from search.question import MOST, Days, Either, Mark, Part, Words, read_question


def clauses(typed: str) -> list[object]:
    return [part.clause for part in read_question(typed).parts]


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ("年:2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("年：２０２６", date(2026, 1, 1), date(2026, 12, 31)),
        ("年:2024-2026", date(2024, 1, 1), date(2026, 12, 31)),
        ("年:2024至2026", date(2024, 1, 1), date(2026, 12, 31)),
        ("日期:2026-02", date(2026, 2, 1), date(2026, 2, 28)),
        ("日期:2024-12", date(2024, 12, 1), date(2024, 12, 31)),
        ("日期:2026年3月5日", date(2026, 3, 5), date(2026, 3, 5)),
        ("日期:2026-03-01..2026-06-30", date(2026, 3, 1), date(2026, 6, 30)),
        ("日期:2026-03..", date(2026, 3, 1), date(2100, 12, 31)),
        ("日期:..2026-03", date(1949, 1, 1), date(2026, 3, 31)),
    ],
)
def test_days_are_read_as_people_write_them(typed: str, first: date, last: date) -> None:
    assert clauses(typed) == [Days(first, last)]


@pytest.mark.parametrize(
    "typed", ["年:二零", "日期:2026-13", "日期:2026-02-30", "年:2026-2024", "状态:随便", "作者:", "标题:的"]
)
def test_a_condition_that_cannot_be_read_is_searched_as_words_and_said(typed: str) -> None:
    question = read_question(typed)
    assert len(question.doubts) == 1
    assert "现按普通的词检索" in question.doubts[0]
    assert not any(isinstance(part.clause, (Days, Mark)) for part in question.parts)


def test_a_colon_that_is_no_condition_is_text() -> None:
    assert read_question("建议：电梯").doubts == ()
    assert clauses("建议：电梯") == [Words(("建议",)), Words(("电梯",))]


def test_a_quotation_mark_without_its_pair_is_said() -> None:
    question = read_question("“电梯维保")
    assert question.doubts == ("引号 “ 没有配对，其后按普通的词检索。",)
    assert [part.clause for part in question.parts] == [Words(("电梯",)), Words(("维保",))]


def test_a_name_no_dictionary_has_is_asked_for_sign_by_sign_in_a_row() -> None:
    assert clauses("景城苑 停水") == [Words(("景", "城", "苑"), phrase=True), Words(("停水",))]
    assert clauses("甲、乙") == [Words(("甲",)), Words(("乙",))]


def test_leaving_out_is_by_all_words_together() -> None:
    assert read_question("电梯 -古树保护").parts[-1] == Part("-古树保护", Words(("古树", "保护")), without=True)


def test_only_leaving_out_asks_nothing() -> None:
    question = read_question("-电梯")
    assert question.is_empty
    assert question.doubts == ("只写了要排除的词，请再写一个要找的词。",)


def test_what_the_trade_calls_the_same_is_asked_too() -> None:
    [either] = clauses("加装电梯")
    assert either == Either((Words(("加装", "电梯")), Words(("增设", "电梯"))))


def test_too_many_words_are_cut_and_said() -> None:
    question = read_question(" ".join(f"词{number}" for number in range(MOST * 2)))
    assert len(question.parts) == MOST
    assert question.doubts == (f"检索词最多 {MOST} 个，后面的没有用。",)


@given(st.text(max_size=60))
def test_nothing_that_is_typed_is_ever_refused(typed: str) -> None:
    for part in read_question(typed).parts:
        assert part.typed


@given(st.text(max_size=60))
def test_one_form_of_each_character_keeps_the_length(typed: str) -> None:
    assert len(normalise(typed)) == len(typed)
    assert normalise(normalise(typed)) == normalise(typed)


def test_no_word_stands_in_two_lines_of_the_synonyms() -> None:
    assert synonyms.of("电瓶车")
    assert "电瓶车" in synonyms.of("电动自行车")
    assert synonyms.of("没有这个词") == ()


def test_initials_are_of_every_letter_and_figure() -> None:
    assert initials_of(normalise("加装电梯（A３）")) == "jzdta3"


def test_one_wrong_character_is_put_right_by_sound_first() -> None:
    shares = {"电梯": 0.2, "电视": 0.5, "加装": 0.1, "维修基金": 0.01}
    assert corrections("加装电踢", shares)[0] == "加装电梯"
    assert corrections("维修基斤", shares) == ["维修基金"]
    assert corrections("加装电梯", shares) == []
