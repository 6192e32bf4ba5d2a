"""南海's 2019 has the figures of its published summary, and the current year leaves no unit out."""

import json
import unicodedata
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from zhitong.demo.content.bodies import body_by_code
from zhitong.demo.content.dealings import dealings
from zhitong.demo.content.items import current_year, nanhai_2019, walk_item
from zhitong.demo.content.matters import matters
from zhitong.demo.content.people import people
from zhitong.demo.content.seeds import ADOPTED, Forward, ItemSeed
from zhitong.demo.content.units import unit_by_host, units

TODAY = date(2026, 11, 23)
SHARED_DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
CATEGORIES = {"经济建设", "政治建设", "文化建设", "社会建设", "生态文明"}


@pytest.fixture(scope="module")
def past() -> list[ItemSeed]:
    return nanhai_2019()


@pytest.fixture(scope="module")
def current() -> list[ItemSeed]:
    return current_year(units(), 2026, TODAY)


@pytest.fixture(scope="module")
def everything(past: list[ItemSeed], current: list[ItemSeed]) -> list[ItemSeed]:
    return [*past, *current, walk_item(TODAY), *dealings(TODAY, 2019).reports.values()]


def _ways(forwards: tuple[Forward, ...]) -> Iterator[Forward]:
    for way in forwards:
        yield way
        yield from _ways(way.then)


def _text(item: ItemSeed) -> str:
    return item.problem + item.analysis + item.suggestions


def test_figures_of_the_yearly_summary(past: list[ItemSeed]) -> None:
    city = [
        item
        for item in past
        if any(way.to in ("foshan", "foshan-party") and way.result in ADOPTED for way in _ways(item.forwards))
    ]
    assert len(past) == 436
    assert sum(item.decision is not None and item.decision.result == "adopted" for item in past) == 237
    assert len(city) == 55
    outcomes = Counter((way.to, way.result) for item in past for way in _ways(item.forwards))
    assert {pair: count for pair, count in outcomes.items() if pair[1] in ADOPTED} == {
        ("nanhai", "adopted_single"): 1,
        ("foshan", "adopted_single"): 30,
        ("foshan", "adopted_merged"): 11,
        ("foshan-party", "adopted_single"): 9,
        ("foshan-party", "adopted_merged"): 5,
        ("cppcc-national", "adopted_merged"): 1,
        ("cppcc-national", "passed_on"): 1,
        ("gd-party", "adopted_merged"): 1,
        ("ccp-general-office", "adopted_merged"): 1,
    }


def test_the_three_titles_of_the_summary(past: list[ItemSeed]) -> None:
    reached = {
        item.title: [(way.to, way.result) for way in _ways(item.forwards)]
        for item in past
        if any(way.then for way in item.forwards)
    }
    start = [("foshan", "adopted_single"), ("guangdong", "sent_up")]
    assert reached == {
        "基层工程建设项目审批制度改革遇到的两点困难": [
            ("nanhai", "adopted_single"),
            *start,
            ("cppcc-national", "adopted_merged"),
        ],
        "对新个税法实施的舆情反映": [
            *start,
            ("gd-party", "adopted_merged"),
            ("ccp-general-office", "adopted_merged"),
        ],
        "港珠澳大桥通车带来的预期影响及意见建议": [*start, ("cppcc-national", "passed_on")],
    }
    approval = next(item for item in past if item.title.startswith("基层工程建设项目审批"))
    assert (approval.unit_host, approval.authors) == ("mm-nanhai", ("lujunfeng",))


def test_the_same_seed_gives_the_same_year(past: list[ItemSeed], current: list[ItemSeed]) -> None:
    assert nanhai_2019(2019) == past
    assert current_year(units(), 2026, TODAY, 2026) == current
    assert [item.title for item in nanhai_2019(7)] != [item.title for item in past]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_figures_hold_under_any_seed(seed: int) -> None:
    items = nanhai_2019(seed)
    assert len(items) == len({item.title for item in items}) == 436
    assert sum(item.decision is not None and item.decision.result == "adopted" for item in items) == 237


def test_bank_is_wide_enough() -> None:
    assert len(matters()) >= 60
    titles = [title for matter in matters() for aspect in matter.aspects for title in aspect.titles]
    assert len(set(titles)) == len(titles)


def test_titles_and_texts_differ(everything: list[ItemSeed]) -> None:
    assert len({item.key for item in everything}) == len(everything)
    assert len({item.title for item in everything}) == len(everything)
    assert len({_text(item) for item in everything}) == len(everything)


def test_lengths_are_within_the_limits(everything: list[ItemSeed]) -> None:
    for item in everything:
        assert 8 <= len(item.title) <= 100, item.title
        assert 120 <= len(item.problem) <= 350, (item.key, len(item.problem))
        assert 80 <= len(item.analysis) <= 250, (item.key, len(item.analysis))
        assert 120 <= len(item.suggestions) <= 400, (item.key, len(item.suggestions))


def test_texts_are_clean(everything: list[ItemSeed]) -> None:
    for item in everything:
        text = item.title + _text(item)
        assert unicodedata.is_normalized("NFC", text)
        assert not set("\ufffd[]{}<>|") & set(text), item.key
        assert all(char == "\n" or unicodedata.category(char)[0] != "C" for char in text), item.key
        assert "。。" not in text
        assert "，。" not in text
        assert text.endswith("。")


def test_every_reference_exists(everything: list[ItemSeed]) -> None:
    accounts = {(person.unit_host, person.username) for person in people() if "author" in person.roles}
    receivers = set(unit_by_host()) | set(body_by_code())
    for item in everything:
        assert item.category in CATEGORIES
        assert item.authors
        assert all((item.unit_host, author) in accounts for author in item.authors), item.key
        assert all(way.to in receivers for way in _ways(item.forwards)), item.key


def _assert_in_order(forwards: tuple[Forward, ...], ready: date, last: date) -> None:
    for way in forwards:
        assert ready <= way.sent_on <= last
        assert (way.result == "pending") == (way.result_on is None)
        if way.result_on is None:
            continue
        assert way.sent_on <= way.result_on <= last
        _assert_in_order(way.then, way.result_on if way.to in unit_by_host() else way.sent_on, last)


def test_days_follow_each_other(past: list[ItemSeed], current: list[ItemSeed]) -> None:
    for items, last in ((past, date(2019, 12, 31)), (current, TODAY)):
        for item in items:
            assert item.submitted_on.year == last.year
            if item.decision is None:
                assert not item.forwards
                continue
            assert item.submitted_on <= item.decision.decided_on <= last
            assert item.decision.reason or item.decision.result == "adopted"
            _assert_in_order(item.forwards, item.decision.decided_on, last)


def test_lookalikes_are_declined_copies_by_others(past: list[ItemSeed]) -> None:
    by_key = {item.key: item for item in past}
    copies = [item for item in past if item.lookalike_of]
    assert len(copies) == 8
    for copy in copies:
        original = by_key[copy.lookalike_of or ""]
        assert copy.submitted_on > original.submitted_on
        assert not set(copy.authors) & set(original.authors)
        assert copy.decision is not None
        assert copy.decision.result == "declined"


def test_every_unit_has_sent_and_been_adopted(current: list[ItemSeed]) -> None:
    for unit in units():
        own = [item for item in current if item.unit_host == unit.host]
        decided = [item for item in own if item.decision]
        assert 2 <= len(decided) <= 5, unit.host
        assert any(item.decision and item.decision.result == "adopted" for item in own), unit.host
        assert any(way.result in ADOPTED for item in own for way in item.forwards), unit.host


def test_every_county_and_city_was_taken_up_by_the_province(current: list[ItemSeed]) -> None:
    taken = {
        item.unit_host
        for item in current
        for way in _ways(item.forwards)
        if way.to == "guangdong" and way.result in ADOPTED
    }
    committees = {unit.host for unit in units() if unit.kind == "committee" and unit.level != "province"}
    assert committees <= taken


def test_two_reports_carry_a_leaders_words(current: list[ItemSeed]) -> None:
    words = [way.instruction for item in current for way in _ways(item.forwards) if way.instruction]
    assert [instruction.level for instruction in words] == ["bureau", "bureau"]


def test_open_work_at_nanhai_and_foshan(current: list[ItemSeed]) -> None:
    for host in ("nanhai", "foshan"):
        work = [item.open_work for item in current if item.unit_host == host and item.open_work]
        assert {one.at_post for one in work} == {"", "研究室", "秘书长", "分管副主席", "主席"}
        waiting = 7 if host == "nanhai" else 6  # one of 南海's came in twice
        assert Counter(one.kind for one in work) == {"in_review": waiting, "returned": 1, "draft": 2}
        assert sum(one.late for one in work) == 1


@pytest.mark.parametrize("today", [date(2026, 1, 1), date(2026, 1, 12), date(2026, 3, 2), date(2030, 7, 1)])
def test_no_day_lies_in_the_future(today: date) -> None:
    for item in current_year(units(), today.year, today):
        assert item.submitted_on <= today
        days = [way.result_on or way.sent_on for way in _ways(item.forwards)]
        assert all(day <= today for day in days)


def test_today_must_be_in_the_year() -> None:
    with pytest.raises(ValueError, match="is not in 2025"):
        current_year(units(), 2025, TODAY)


def _pieces(text: str) -> Iterator[str]:
    letters = "".join(char for char in text if char.isalnum())
    return (letters[start : start + 13] for start in range(len(letters) - 12))


def test_nothing_is_copied_from_real_texts(everything: list[ItemSeed]) -> None:
    files = sorted(SHARED_DATA.glob("messages_*.jsonl")) + sorted(SHARED_DATA.glob("proposals_*.jsonl"))
    if not files:
        pytest.skip("needs ../shared")
    own = {piece for item in everything for piece in _pieces(_text(item))}
    found: Counter[str] = Counter()
    for path in files:
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            for value in json.loads(line).values():
                if isinstance(value, str):
                    found.update(piece for piece in _pieces(value) if piece in own)
    assert not found, found.most_common(10)


@pytest.mark.parametrize("today", [TODAY, date(2026, 1, 1), date(2026, 1, 20), date(2026, 7, 4)])
def test_dealings_follow_one_another_and_never_the_day(today: date) -> None:
    told = dealings(today, 2019)
    for report in told.reports.values():
        assert report.decision is not None
        assert report.submitted_on <= report.decision.decided_on <= told.sent_on
    assert told.sent_on <= told.answered_on <= told.lately <= today
    assert told.reports["party"].problem == told.reports["nanhai"].problem
    assert len({report.title for report in told.reports.values()}) == len(told.reports)
