"""Text from people: what cannot be kept is named with its place, what nobody sees is dropped, what is left is whole."""

import pytest

from zhitong.core import text


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("充\u200b电\u2060桩", "充电桩"),
        ("\u00ad电\u200e梯\u200f", "电梯"),
        ("\u3164\u2800\u115f", ""),
        (" \u200d\ufe0f\u200b　", ""),
        ("👨\u200d👩\u200d👧 三口", "👨\u200d👩\u200d👧 三口"),
        ("一\r\n二\r三", "一\n二\n三"),
        ("甲　 \n\n 乙 ", "甲\n\n 乙"),
    ],
)
def test_what_nobody_sees_is_dropped(raw: str, kept: str) -> None:
    assert text.clean(raw) == kept


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("断\ufffd字", "第 2 个字符在传输或复制时损坏了"),
        ("一\r\n\ufffd", "第 3 个字符在传输或复制时损坏了"),
        ("零\0", "U+0000"),
        ("倒\u202e着", "U+202E"),
        ("半\ud800个", "U+D800"),
        ("\ufeff头", "U+FEFF"),
    ],
)
def test_what_cannot_be_kept_is_named_with_its_place(raw: str, words: str) -> None:
    assert words in text.fault(raw)
    with pytest.raises(ValueError, match=r"第 \d 个字符"):
        text.clean(raw)
    assert text.fault(text.readable(raw)) == ""


@pytest.mark.parametrize(
    ("raw", "digits", "number"),
    [
        ("0", 3, 0),
        ("7", 3, 7),
        ("999", 3, 999),
        ("007", 3, 7),
        ("0007", 3, None),
        ("1000", 3, None),
        ("9" * 18, text.KEY_DIGITS, 10**18 - 1),
        ("9" * 19, text.KEY_DIGITS, None),
        ("9" * 5000, text.KEY_DIGITS, None),
        ("", 3, None),
        (" ", 3, None),
        (" 7", 3, None),
        ("7\n", 3, None),
        ("+7", 3, None),
        ("-7", 3, None),
        ("1_0", 3, None),
        ("1.0", 3, None),
        ("1e2", 3, None),
        ("７", 3, None),
        ("٧", 3, None),
        ("²", 3, None),
        ("七", 3, None),
        ("7\0", 3, None),
    ],
)
def test_a_number_is_a_few_plain_digits_and_nothing_else(raw: str, digits: int, number: int | None) -> None:
    assert text.whole_number(raw, digits) == number


def test_every_number_of_as_many_digits_as_a_key_has_fits_the_column_of_keys() -> None:
    assert text.whole_number("9" * text.KEY_DIGITS) == 10**text.KEY_DIGITS - 1 < 2**63
