"""The kinds of pairs on texts written for it, and the fingerprints that bring such pairs together."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.alike import Kind, Reading, Weights, compare, fingerprint, passages, read
from search.alike.fingerprints import BANDS, BITS, GROUPS, TERMS, candidate, heaviest, of_unit, question_of
from search.alike.passages import LEAST, share
from search.alike.places import places

ORIGINAL = read(
    "关于规范桂城街道电动自行车充电的建议",
    "桂城街道部分老旧小区充电桩不足，居民从楼上拉线充电，存在火灾隐患。今年上半年消防部门到映月社区检查三十二次，发现违规充电两百余起。"
    "一是公共场地有限，物业不愿让出停车位；二是运营单位电价高、盈利难；三是镇街日常巡查不到位，处罚没有依据。"
    "建议由区住建部门牵头制定布点计划，供电部门核定电价，镇街落实巡查。",
)
REWORKED = read(
    "电动自行车充电隐患应当重视",
    "近来，桂城街道部分老旧小区充电桩不足，居民从楼上拉线充电，存在火灾隐患。据了解，今年上半年消防部门到映月社区检查三十二次，发现违规充电两百余起，"
    "令人担心。原因有三：一是公共场地有限，物业不愿让出停车位；二是运营单位电价偏高；三是镇街日常巡查不到位。"
    "建议区住建部门牵头制定布点计划，供电部门核定电价。",
)
SAME_MATTER = read(
    "桂城街道电动自行车充电难亟待破解",
    "走访发现，映月社区居民下班以后找不到充电的地方，只好把电池提回家里充，邻里为此常有争执。电动自行车越来越多，充电口却只有十几个，且多数坏了无人修。"
    "希望街道统筹空地建设充电棚。",
)
ELSEWHERE = read(
    "关于规范大良街道电动自行车充电的建议",
    ORIGINAL.body.replace("桂城街道", "大良街道").replace("映月社区", "升平社区"),
)
OTHER = read(
    "关于加强河涌保洁的建议",
    "里水河沿岸垃圾清理不及时，汛期后漂浮物堆积在闸口，气味刺鼻。保洁公司三天来一次，人手不够。建议水利部门增加打捞船只，公开保洁时间。",
)
SUBJECTS = "加装电梯 校园午托 家庭医生 公厕改造 夜间公交 图书下乡 老人食堂 停车收费 古树保护 渔船安全"
# An archive in which what these five are about is not what every text is about.
REST = [
    read(f"关于{subject}的建议", f"{subject}存在短板，群众多有反映，建议有关部门尽快研究{subject}的办法。")
    for subject in SUBJECTS.split()
]
EVERYTHING = Weights.of([ORIGINAL, REWORKED, SAME_MATTER, ELSEWHERE, OTHER, *REST])


@pytest.mark.parametrize("weights", [Weights(), EVERYTHING])
@pytest.mark.parametrize(
    ("other", "kind"),
    [
        (read("关于规范桂城街道电动自行车充电的建议", ORIGINAL.body), Kind.VERBATIM),
        (REWORKED, Kind.REWORKED),
        (SAME_MATTER, Kind.SAME_MATTER),
        (ELSEWHERE, Kind.OTHER_PLACE),
        (OTHER, Kind.NONE),
        (read("", ""), Kind.NONE),
    ],
)
def test_each_kind_is_told_from_the_others_either_way_round(other: Reading, kind: Kind, weights: Weights) -> None:
    assert compare(ORIGINAL, other, weights).kind == kind
    assert compare(other, ORIGINAL, weights) == compare(ORIGINAL, other, weights)


def test_a_word_put_in_the_title_makes_it_another_matter() -> None:
    flat = read(
        "买公寓能否享受购房补贴", "我研究生毕业以后落户本市，想买一套公寓，请问能否享受三万元的购房补贴，需要哪些材料。"
    )
    resale = read("买二手房能否享受购房补贴", flat.body.replace("一套公寓", "一套二手房"))
    assert compare(flat, resale, Weights()).kind == Kind.OTHER_PLACE


def test_signs_widths_and_pasted_addresses_do_not_make_texts_differ() -> None:
    pasted = ORIGINAL.body.replace("，", ", ").replace("三十二", "三十二 ") + "https://www.example.com/a?b=1"
    found = compare(ORIGINAL, read(ORIGINAL.title, pasted), Weights())
    assert (found.kind, found.jaccard) == (Kind.VERBATIM, 1.0)


def test_the_places_of_a_text_are_known_by_their_level() -> None:
    assert places("佛山市南海区桂城街道和狮山镇城镇居民,a3区") == {
        "city": frozenset({"佛山"}),
        "county": frozenset({"南海", "a3"}),
        "town": frozenset({"桂城", "狮山"}),
    }
    assert places("我们小区是老城区") == {}


def test_words_of_every_text_weigh_less_and_set_phrases_nothing() -> None:
    assert EVERYTHING.weight("建议") == 0
    assert 0 < EVERYTHING.weight("充电") < EVERYTHING.weight("打捞") <= 1
    assert Weights().weight("充电") == 1


def test_fingerprints_bring_look_alikes_together_and_leave_others_apart() -> None:
    prints = [fingerprint(text, EVERYTHING) for text in (ORIGINAL, REWORKED, SAME_MATTER, ELSEWHERE, OTHER)]
    heavy = heaviest(ORIGINAL, EVERYTHING)
    assert [candidate(prints[0].bands, heavy, one) for one in prints] == [True, True, True, True, False]
    assert candidate((), heavy, prints[2])
    assert not candidate((), heavy[:1], prints[2])


def test_the_question_for_heaviest_terms_is_the_rule_by_which_candidates_are_told() -> None:
    assert question_of(()) == question_of((5,)) == ""
    assert question_of((1, -2, 3)) == "('1'|'-2'|'3')&('1'&('-2'|'3')|'-2'&('3'))"
    assert question_of(tuple(range(12))).startswith("('0'|'1'|'2'|'3'|'4'|'5'|'6'|'7')&(")


@given(st.text(max_size=3000), st.text(max_size=80))
def test_a_fingerprint_is_small_fits_its_columns_and_stays(body: str, title: str) -> None:
    made = fingerprint(read(title, body), Weights())
    assert made == fingerprint(read(title, body), Weights())
    assert len(made.bands) in (0, BANDS)
    assert len(made.terms) <= TERMS
    assert [band >> BITS for band in made.bands] == list(range(len(made.bands)))
    assert all(-(2**31) <= number < 2**31 for number in made.terms)


@given(st.sets(st.integers(-(2**31), 2**31 - 1)), st.integers(1, 10**6), st.integers(1, 10**6))
def test_terms_of_units_of_one_group_are_the_same_and_of_others_not(terms: set[int], one: int, two: int) -> None:
    mixed = of_unit(terms, one)
    assert len(set(mixed)) == len(terms)
    assert all(-(2**31) <= number < 2**31 for number in mixed)
    assert set(of_unit(mixed, one)) == terms
    same = one % GROUPS == two % GROUPS
    assert all((a == b) == same for a, b in zip(mixed, of_unit(terms, two), strict=True))


def test_a_fingerprint_of_a_long_text_takes_less_than_a_kilobyte() -> None:
    made = fingerprint(ORIGINAL, Weights())
    assert 4 * (len(made.bands) + len(made.terms)) < 512


def test_common_passages_are_found_in_order_with_their_places_in_both() -> None:
    one = "甲乙丙。桂城街道部分老旧小区充电桩不足，丁戊。镇街日常巡查不到位"
    other = "镇街日常巡查不到位，又：桂城街道、部分老旧小区充电桩不足！"
    found = passages(one, other)
    assert [one[passage.start : passage.end] for passage in found] == [
        "桂城街道部分老旧小区充电桩不足",
        "镇街日常巡查不到位",
    ]
    assert [other[p.other_start : p.other_end] for p in found] == [
        "桂城街道、部分老旧小区充电桩不足",
        "镇街日常巡查不到位",
    ]
    assert round(share(one, found), 2) == round(24 / 29, 2)


def test_one_passage_is_not_common_twice() -> None:
    assert len(passages("桂城街道部分老旧小区" * 2, "桂城街道部分老旧小区")) == 1


@given(st.text("甲乙丙，a", max_size=400), st.text("甲乙丙，a", max_size=400))
def test_passages_agree_letter_by_letter_and_never_overlap(one: str, other: str) -> None:
    found = passages(one, other)
    letters = [
        ["".join(c for c in text[start:end] if c.isalnum()) for text, start, end in ends]
        for passage in found
        for ends in [((one, passage.start, passage.end), (other, passage.other_start, passage.other_end))]
    ]
    assert all(mine == theirs and len(mine) >= LEAST for mine, theirs in letters)
    spans = sorted((passage.other_start, passage.other_end) for passage in found)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert all(before.end <= after.start for before, after in pairwise(found))
