"""Cleaning, counting and comparing texts, for any input."""

import re
import unicodedata
from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tenants.items import comparison
from tenants.items.fields import clean_changes
from tenants.items.texts import Texts, length_of
from zhitong.core.errors import InvalidInput

ANY = st.text(st.characters(), max_size=200)
NO_GROUP = st.dictionaries(
    st.sampled_from(["title", "problem", "analysis", "suggestions", "remark", "keywords", "urgency", "may_publish"]),
    st.one_of(ANY, st.none(), st.integers(), st.lists(ANY, max_size=4)),
)


def _try(work: Callable[[], Any]) -> tuple[InvalidInput | None, Any]:
    try:
        return None, work()
    except InvalidInput as refusal:
        return refusal, None


@given(ANY)
def test_cleaning_refuses_in_words_or_gives_plain_text_for_good(raw: str) -> None:
    refused, once = _try(lambda: Texts.cleaned({"problem": raw}).problem)
    if refused:
        assert re.search("控制字符|损坏", refused.fields["problem"][0])
        return
    assert unicodedata.is_normalized("NFC", once)
    assert "\0" not in once
    assert Texts.cleaned({"problem": once}).problem == once
    once.encode()


@given(NO_GROUP)
def test_any_change_is_cleaned_or_refused_by_field(changes: dict[str, object]) -> None:
    refused, columns = _try(lambda: clean_changes(changes))
    if refused:
        assert refused.fields
        assert set(refused.fields) <= set(changes)
        return
    assert set(columns) == set(changes)
    assert len(columns.get("title", "")) <= 300


@given(ANY, ANY)
def test_the_count_of_parts_is_the_sum(one: str, other: str) -> None:
    assert length_of([one, other]) == length_of([one]) + length_of([other])


PLAIN = st.text(st.sampled_from("一二三，。充电桩不足\n 👨‍👩‍👧abc"), max_size=60)


@given(PLAIN, PLAIN)
def test_a_comparison_holds_both_texts_whole(old: str, new: str) -> None:
    paragraphs = comparison.pieces_of(old, new)

    def side(drop: str) -> str:
        return "".join(piece.text for paragraph in paragraphs for piece in paragraph if piece.kind != drop)

    assert side("ins") == old.replace("\n", "")
    assert side("del") == new.replace("\n", "")
