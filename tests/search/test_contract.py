"""What every engine has to do: what is found, in which order, and above all what is not."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from search.analyser import words
from search.backend import PAGE, Query, Reader, Results, backend
from search.documents import Document, unit_grant, user_grant
from search.snippets import best_section, highlight
from tests.factories import client_for, make_user
from zhitong.core.errors import InvalidInput
from zhitong.units.models import Unit

Arrive = Callable[[], None]


def document(unit: Unit, title: str, **fields: Any) -> Document:
    known = {"version": 1, "day": date(2026, 6, 1), "readers": [unit_grant(unit.pk)], "object_uuid": uuid4()}
    return Document(**{**known, "unit_id": unit.pk, "kind": "item", "title": title, **fields})


def reader_of(unit: Unit) -> Reader:
    return Reader(frozenset({unit_grant(unit.pk)}))


def ask(question: str | Query, unit: Unit) -> Results:
    return backend().search(Query(question) if isinstance(question, str) else question, reader_of(unit))


def titles(question: str | Query, unit: Unit) -> list[str]:
    return [found.document.title for found in ask(question, unit).hits]


def test_chinese_words_are_found_inside_longer_ones(arrive: Arrive, unit: Unit) -> None:
    backend().index([document(unit, "关于规范电动自行车充电的建议"), document(unit, "关于河涌整治的建议")])
    arrive()
    assert titles("自行车", unit) == ["关于规范电动自行车充电的建议"]
    assert titles("电动自行车充电", unit) == ["关于规范电动自行车充电的建议"]
    assert titles("ＡＩ", unit) == []


def test_the_title_weighs_more_than_the_body(arrive: Arrive, unit: Unit) -> None:
    backend().index(
        [
            document(unit, "其他建议", analysis="涉及养老服务"),
            document(unit, "关于养老服务的建议", day=date(2020, 1, 1)),
        ]
    )
    arrive()
    assert titles("养老服务", unit) == ["关于养老服务的建议", "其他建议"]
    assert titles(Query("养老服务", sort="time"), unit) == ["其他建议", "关于养老服务的建议"]


def test_nothing_of_another_unit_is_found_or_counted(arrive: Arrive, unit: Unit, stranger: Unit) -> None:
    author = uuid4()
    hidden = document(
        unit,
        "甲区充电",
        readers=[unit_grant(unit.pk), user_grant(author)],
        category="社会建设",
        author_names=["李晓明"],
    )
    backend().index([hidden])
    arrive()
    for question in ("充电", "jqcd", "lxm", "作者:李", "类别:社会", "-河涌 充电", '"甲区充电"', "年:2026", ""):
        for reader in (reader_of(stranger), Reader(frozenset({user_grant(uuid4())})), Reader(frozenset())):
            results = backend().search(Query(question), reader)
            assert (results.total, list(results.hits), any(results.counts.values())) == (0, [], False), question
        assert backend().search(Query(question), Reader(frozenset({user_grant(author)}))).total == 1, question


def test_an_old_message_never_overwrites_a_newer_text(arrive: Arrive, unit: Unit) -> None:
    key = uuid4()
    assert backend().index([document(unit, "新题", object_uuid=key, version=3)]) == 1
    assert backend().index([document(unit, "旧题", object_uuid=key, version=2)]) == 0
    arrive()
    assert titles("新题", unit) == ["新题"]
    assert titles("旧题", unit) == []


def test_a_changed_text_and_a_lost_right_take_the_place_of_the_old(arrive: Arrive, unit: Unit) -> None:
    key, author = uuid4(), uuid4()
    both = [unit_grant(unit.pk), user_grant(author)]
    backend().index([document(unit, "充电桩", object_uuid=key, readers=both)])
    arrive()
    backend().index([document(unit, "加装电梯", object_uuid=key, version=2)])
    arrive()
    assert titles("充电", unit) == []
    assert titles("电梯", unit) == ["加装电梯"]
    assert backend().search(Query("电梯"), Reader(frozenset({user_grant(author)}))).total == 0


def test_what_is_removed_is_found_no_more(arrive: Arrive, unit: Unit) -> None:
    gone, stays = document(unit, "关于充电的建议"), document(unit, "关于充电桩的建议")
    backend().index([gone, stays])
    arrive()
    assert backend().remove("item", [gone.object_uuid, uuid4()]) == 1
    arrive()
    assert titles("充电", unit) == ["关于充电桩的建议"]


@pytest.mark.parametrize("sort", ["relevance", "time", "points"])
def test_paging_shows_each_hit_once(arrive: Arrive, unit: Unit, sort: Any) -> None:
    days = [date(2026, 1, 1), date(2026, 1, 2), None]
    backend().index(
        [document(unit, f"充电桩建议{n}", day=days[n % 3], points=Decimal(n % 4) / 3) for n in range(PAGE * 2 + 5)]
    )
    arrive()
    seen: list[str] = []
    after = ""
    for _ in range(3):
        results = ask(Query("充电", sort=sort, after=after), unit)
        assert results.total == PAGE * 2 + 5
        seen += [found.document.title for found in results.hits]
        after = results.next_cursor
    assert (len(seen), len(set(seen)), after) == (PAGE * 2 + 5, PAGE * 2 + 5, "")


def test_what_earned_most_comes_first_the_newest_of_equals_before(arrive: Arrive, unit: Unit) -> None:
    earned = [("甲", "0"), ("乙", "2.5"), ("丙", "10"), ("丁", "2.5")]
    backend().index(
        document(unit, f"充电{name}", points=Decimal(points), day=date(2026, 1, 1 + number))
        for number, (name, points) in enumerate(earned)
    )
    arrive()
    assert titles(Query("充电", sort="points"), unit) == ["充电丙", "充电丁", "充电乙", "充电甲"]


def test_what_shares_three_telling_words_is_like_a_document(arrive: Arrive, unit: Unit, stranger: Unit) -> None:
    one = document(unit, "加装电梯的维保由谁出钱")
    backend().index(
        [
            one,
            document(unit, "电梯困人", problem="加装以后没有维保"),
            document(unit, "加装电梯"),
            document(stranger, "加装电梯的维保由谁出钱"),
        ]
    )
    arrive()
    like = Query(like=f"item:{one.object_uuid}", like_words=("加装", "电梯", "维保", "出钱"))
    assert titles(like, unit) == ["电梯困人"]
    assert ask(like, unit).total == 1


@pytest.mark.parametrize("cursor", ["bm9ub25l", "WzEsMl0=", "WyJhIiwiYiIsImMiXQ=="])
def test_a_forged_cursor_is_refused(arrive: Arrive, unit: Unit, cursor: str) -> None:
    with pytest.raises(InvalidInput):
        ask(Query("充电", after=cursor), unit)


@pytest.mark.parametrize(
    "text",
    [
        "' | '",
        "a & !b",
        "\\",
        "';--",
        "：：",
        "(((",
        "<->",
        "%s",
        "{}",
        "*",
        "~",
        "年:",
        "-",
        '"',
        "\ud800",
        "a\x00b",
        "作者:*",
    ],
)
def test_signs_of_the_engine_are_only_text(arrive: Arrive, unit: Unit, text: str) -> None:
    backend().index([document(unit, "关于充电的建议")])
    arrive()
    assert titles(text, unit) == []


QUESTIONS = [
    ("充电 电梯", ["甲"]),
    ("充电 -电梯", ["乙"]),
    ("充电　－电梯", ["乙"]),
    ('"加装电梯"', ["甲"]),
    ("“加装电梯”", ["甲"]),
    ('"电梯加装"', []),
    ("電動自行車", ["乙", "甲"]),
    ("电瓶车", ["乙", "甲"]),
    ("作者:李晓明", ["甲"]),
    ("作者：李", ["甲"]),
    ("反映人:晓明", []),
    ("李晓明", ["甲"]),
    ("lxm", ["甲"]),
    ("gzdt", []),
    ("jzdt", ["甲"]),
    ("单位:佛山", ["乙"]),
    ("单位:市政协", ["乙"]),
    ("类别:社会", ["甲"]),
    ("采用:省政协", ["丙"]),
    ("采用:省政协综合", ["丙"]),
    ("状态:留存", ["丙"]),
    ("编号:南海〔2026〕7", ["甲"]),
    ("年:2026", ["乙", "甲"]),
    ("年：2024-2025", ["丙"]),
    ("日期:2026-06", ["甲"]),
    ("日期:2026-06-02..2026-12-31", ["乙"]),
    ("日期:..2025", ["丙"]),
    ("-年:2026 建议", ["丙"]),
    ("标题:维保", []),
    ("维保", ["甲"]),
    ("附件里的词", ["丙"]),
]


@pytest.mark.parametrize(("question", "expected"), QUESTIONS)
def test_people_ask_in_their_own_ways(arrive: Arrive, unit: Unit, question: str, expected: list[str]) -> None:
    backend().index(
        [
            document(
                unit,
                "关于加装电梯的建议甲",
                problem="电动自行车在楼道充电，维保无人管",
                author_names=["李晓明"],
                category="社会建设",
                number_label="南海〔2026〕7号",
                state="approved",
            ),
            document(
                unit,
                "关于电动自行车充电的建议乙",
                day=date(2026, 9, 9),
                from_unit="佛山市政协",
                category="城乡建设",
                state="in_review",
            ),
            document(
                unit,
                "关于古树保护的建议丙",
                day=date(2024, 2, 29),
                outcomes=["广东省政协 综合采用"],
                state="kept",
                level="province",
                files="附件里的词",
            ),
        ]
    )
    arrive()
    assert [title[-1] for title in titles(Query(question, sort="time"), unit)] == expected
    assert ask(question, unit).total == len(expected)


def test_counts_are_of_all_hits_under_all_conditions(arrive: Arrive, unit: Unit) -> None:
    backend().index(
        [
            document(
                unit,
                "充电一",
                category="社会建设",
                state="approved",
                level="city",
                outcome="single",
                from_unit="佛山市政协",
            ),
            document(unit, "充电二", category="社会建设", state="kept", day=date(2025, 1, 1)),
            document(unit, "充电三", category="城乡建设", state="kept", day=None),
        ]
    )
    arrive()
    results = ask("充电", unit)
    assert results.total == 3
    assert results.counts == {
        "kind": {"item": 3},
        "outcome": {"single": 1},
        "category": {"社会建设": 2, "城乡建设": 1},
        "state": {"kept": 2, "approved": 1},
        "year": {"2025": 1, "2026": 1},
        "from_unit": {"佛山市政协": 1},
        "level": {"city": 1},
    }
    assert ask(Query("充电", category=("社会建设",), year=(2025,)), unit).total == 1
    assert ask(Query("充电", from_unit=("佛山市政协",)), unit).total == 1
    assert ask(Query("", level=("city",)), unit).total == 1
    assert ask(Query("充电", year=(2025, 2026)), unit).total == 2
    assert ask(Query("充电", category=("社会建设", "城乡建设"), state=("kept",)), unit).total == 2
    assert ask(Query("充电", outcome=("merged", "single")), unit).total == 1
    assert ask(Query("充电", kind=("call", "notice")), unit).total == 0


def test_a_very_long_text_is_found_like_any_other(arrive: Arrive, unit: Unit) -> None:
    long = "充电桩" * 20_000
    backend().index([document(unit, "长", problem=long, analysis=long, files=f"{long}末尾的词")])
    arrive()
    assert titles("充电", unit) == ["长"]
    assert titles("末尾", unit) == ["长"]


BROKEN = [
    "<script>alert(1)</script>充电",
    "充电\x00\x07\x1b[31m桩",
    "充电\ud800桩\udfff",
    "充电\u202e桩\ufeff\ufffe",
    "充电</b><img src=x onerror=alert(1)>&amp;",
    "充电" + "甲" * 3000,
    "充电\\' | !(&:*",
]


@pytest.mark.parametrize("broken", BROKEN)
def test_broken_input_breaks_no_page_of_results(arrive: Arrive, unit: Unit, broken: str) -> None:
    whole = document(unit, "关于充电的建议")
    fields = {"problem": broken, "analysis": broken, "suggestions": broken, "files": broken}
    assert backend().index([document(unit, broken, **fields), whole]) == 2
    arrive()
    assert ask("充电", unit).total == 2
    client = client_for(make_user(unit, "zhou", roles=["clerk"]), unit)
    assert client.get("/search/", {"q": f"充电 {broken[:40]}".encode(errors="surrogatepass")}).status_code == 200
    answer = client.get("/search/", {"q": "充电"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "关于充电的建议".replace("充电", '<b class="zt-hit">充电</b>') in page
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert not any(ord(sign) < 9 for sign in page)


def test_five_megabytes_of_different_words_are_found_as_far_as_an_engine_keeps_them(arrive: Arrive, unit: Unit) -> None:
    book = "充电桩 " + " ".join(f"甲{number:x}乙" for number in range(450_000))
    assert len(book.encode()) > 5_000_000
    assert backend().index([document(unit, "关于图书的建议", files=book), document(unit, "关于充电桩")]) == 2
    arrive()
    assert sorted(titles("充电桩", unit)) == ["关于充电桩", "关于图书的建议"]
    assert titles("图书", unit) == ["关于图书的建议"]


def test_marks_never_open_a_way_for_markup() -> None:
    marked = highlight("<script>充电</script>", frozenset({"充电"}))
    assert marked == '&lt;script&gt;<b class="zt-hit">充电</b>&lt;/script&gt;'


def test_a_snippet_comes_from_the_section_that_says_most() -> None:
    found = Document(
        unit_id=1, kind="item", object_uuid=uuid4(), version=1, title="", problem="甲", suggestions="建充电桩"
    )
    label, snippet = best_section(found, frozenset(word.text for word in words("充电桩")))
    assert label == "意见建议"
    assert "zt-hit" in snippet
