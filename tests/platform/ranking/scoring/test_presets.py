"""Each regulation that comes with the product, on an example computed by hand."""

from decimal import Decimal

import pytest

from tests.platform.ranking.scoring.make import adopted, event, persons, totals, units
from zhitong.ranking.scoring import preset, preset_codes, score


def test_all_eight_are_there_and_read() -> None:
    assert preset_codes() == tuple("ABCDEFGH")
    assert [preset(code).code for code in preset_codes()] == list("ABCDEFGH")
    with pytest.raises(KeyError):
        preset("../A")


@pytest.mark.parametrize(
    ("level", "body", "mode", "points"),
    [
        ("province", "cppcc", "single", 5),
        ("province", "cppcc", "merged", 2),
        ("province", "cppcc", "passed_on", 1),
        ("province", "party_office", "single", 15),
        ("province", "party_office", "merged", 10),
        ("province", "party_office", "passed_on", None),
        ("national", "cppcc", "single", 20),
        ("national", "cppcc", "merged", 15),
        ("national", "cppcc", "passed_on", None),
        ("national", "party_office", "single", None),
        ("city", "cppcc", "single", None),
    ],
)
@pytest.mark.parametrize(
    ("rank", "provincial", "higher"), [("", 0, 0), ("city", 0, 0), ("province", 2, 10), ("national", 5, 15)]
)
def test_a_prices(
    level: str, body: str, mode: str, points: int | None, rank: str, provincial: int, higher: int
) -> None:
    author = {"person": "p", "unit": "u", "rank": rank}
    entries = score([adopted("e", "2019-05-06", mode, level, body, authors=[author])], preset("A"))
    if points is None:
        assert entries == []
        return
    bonus = provincial if (level, body) == ("province", "cppcc") else higher
    assert totals(entries) == {"u": Decimal(points + bonus)}


def test_a() -> None:
    # Foshan: 省政协单篇 5, its author a 省政协委员 +2; 省委办公厅综合 10 = 17.
    # Nanhai: 省委办公厅综合 10, author a 全国政协委员 +15; 全国政协综合 15; 厅局级批示 15 = 55.
    # Merged adoptions are not cut; a leader of another rank has no price.
    nanhai_author = {"person": "n", "unit": "nanhai", "rank": "national"}
    events = [
        adopted(
            "e1",
            "2019-03-01",
            "single",
            "province",
            "cppcc",
            contributors=units("foshan"),
            authors=[{"person": "f", "unit": "foshan", "rank": "province"}],
        ),
        adopted(
            "e2",
            "2019-04-01",
            "merged",
            "province",
            "party_office",
            contributors=units("foshan", "nanhai"),
            authors=[nanhai_author],
        ),
        adopted("e3", "2019-05-01", "merged", "national", "cppcc", contributors=units("nanhai"), authors=[]),
        event("e4", "instruction", "2019-06-01", leader_rank="bureau", contributors=units("nanhai")),
        event("e5", "instruction", "2019-06-02", leader_rank="county", contributors=units("nanhai")),
    ]
    assert totals(score(events, preset("A"))) == {"foshan": 17, "nanhai": 55}


def test_a_ranks_cities_counties_and_parties_apart() -> None:
    contributor = {"unit": "u", "unit_kind": "committee", "unit_level": "city"}
    (entry,) = score(
        [adopted("e", "2019-01-02", "single", "province", "cppcc", contributors=[contributor])], preset("A")
    )
    assert entry.subject.group == "committee/city"


def test_b() -> None:
    # Own adoption 1 + 市政协 5 + 全国政协 20 + 中共市委 20, all cumulative = 46; 市领导批示 10 = 56;
    # the item answers a call: adopted higher up three times, +10 once = 66.
    call = {"flags": ["answers_call"]}
    events = [
        adopted("e1", "2024-01-05", "single", "city", "party", **call),
        adopted("e2", "2024-02-05", "single", "city", "cppcc", **call),
        adopted("e3", "2024-03-05", "merged", "national", "cppcc", **call),
        adopted("e4", "2024-04-05", "single", "city", "party_office", **call),
        event("e5", "instruction", "2024-05-05", leader_rank="city"),
    ]
    assert totals(score(events, preset("B"))) == {"u": 66}


def test_c() -> None:
    # Sent 2 + 省政协 3 + 党派中央 5 + 全国政协 10 + 部委批示 10 + 厅局答复 3 = 33, all cumulative.
    events = [
        event("e1", "submitted", "2024-01-05"),
        adopted("e2", "2024-02-05", "single", "province", "cppcc"),
        adopted("e3", "2024-03-05", "single", "national", "party_central"),
        adopted("e4", "2024-04-05", "single", "national", "cppcc"),
        event("e5", "instruction", "2024-05-05", leader_rank="ministry"),
        event("e6", "replied", "2024-05-06", body="bureau"),
    ]
    assert totals(score(events, preset("C"))) == {"p": 33}


def test_d() -> None:
    # A joint item of three: 10 → first signer 5, the others 2.5 each; adopted +5 → 2.5, 1.25, 1.25.
    # The first signer's own item: 10; 5 + 2.5 + 10 = 17.5, of which 15 count. Adopted twice is paid once.
    joint = {"authors": persons("a", "b", "c")}
    events = [
        event("e1", "submitted", "2024-01-05", **joint),
        adopted("e2", "2024-02-05", "single", "city", "cppcc", **joint),
        adopted("e3", "2024-02-06", "single", "province", "cppcc", **joint),
        event("e4", "submitted", "2024-03-05", authors=persons("a"), item="i2", matter="m2"),
    ]
    entries = score(events, preset("D"))
    assert totals(entries) == {"a": 15, "b": Decimal("3.75"), "c": Decimal("3.75")}
    trimmed = [e for e in entries if e.clause and e.clause.key == "year"]
    assert [(e.event_ids, e.points) for e in trimmed] == [(("e4",), Decimal("2.5"))]


def test_e() -> None:
    # Adopted: first 10, then 3 + 3; two not adopted 1 + 1 = 18, under the cap of 20; a third adoption +3 = 21 → 20.
    # Adopted by the city: +6 outside the cap = 26.
    events = [adopted(f"a{n}", f"2024-0{n}-05", "single", "county", "cppcc", item=f"i{n}") for n in range(1, 5)]
    events += [event(f"d{n}", "declined", f"2024-0{n}-07", level="county", item=f"j{n}") for n in (1, 2)]
    assert totals(score(events[:3] + events[4:], preset("E"))) == {"p": 18}
    assert totals(score(events, preset("E"))) == {"p": 20}
    higher = adopted("h", "2024-06-05", "single", "city", "cppcc")
    assert totals(score([*events, higher], preset("E"))) == {"p": 26}


def test_f() -> None:
    # January: two items sent, the quota's 10 once; March: 10. County bulletins 5 + 30, city 50 = 105.
    events = [
        event("s1", "submitted", "2024-01-05", item="i1"),
        event("s2", "submitted", "2024-01-25", item="i2"),
        event("s3", "submitted", "2024-03-05", item="i3"),
        adopted("a1", "2024-01-06", "single", "county", "government", bulletin="brief"),
        adopted("a2", "2024-01-07", "single", "county", "government", bulletin="special"),
        adopted("a3", "2024-03-09", "single", "city", "government", bulletin="digest"),
    ]
    assert totals(score(events, preset("F"))) == {"u": 105}


def test_g() -> None:
    # u: 15 items sent → 50; single 5; merged 3; the same item by 市政协 10 and the city's office 20; 市批示 30 = 118.
    # v: 14 items sent → 0; merged 3 in full = 3.
    events = [event(f"u{n:02}", "submitted", "2024-02-05", item=f"u{n}") for n in range(15)]
    events += [
        event(f"v{n:02}", "submitted", "2024-02-05", item=f"v{n}", contributors=[{"unit": "v"}]) for n in range(14)
    ]
    events += [
        adopted("a1", "2024-03-01", "single", "county", "cppcc"),
        adopted("a2", "2024-03-02", "merged", "county", "cppcc", contributors=units("u", "v"), authors=[]),
        adopted("a3", "2024-03-03", "single", "city", "cppcc"),
        adopted("a4", "2024-03-04", "single", "city", "party_office"),
        event("a5", "instruction", "2024-03-05", leader_rank="city"),
    ]
    assert totals(score(events, preset("G"))) == {"u": 118, "v": 3}


def test_h() -> None:
    # First quarter: base 6, late −1, missing −1 −1, error −2, four sent and one adopted (25 % < 30 %) −1, a call +2,
    # county single 20 = 22. Second quarter: base 6, error four times −8, nothing sent (0 % < 30 %) −1 → −3, floor 0.
    events = [event("q1", "due", "2024-01-01", item="", matter="")]
    events += [event(f"s{n}", "submitted", "2024-02-01", item=f"i{n}") for n in range(3)]
    events += [event("s3", "submitted", "2024-02-02", item="i3", flags=["answers_call"])]
    events += [
        event(f"x{n}", "deduction", "2024-03-01", flags=[flag])
        for n, flag in enumerate(["late", "missing", "missing", "error"])
    ]
    events += [adopted("a", "2024-03-02", "single", "county", "bureau", item="i0")]
    assert totals(score(events, preset("H"))) == {"u": 22}
    second = [event("q2", "due", "2024-04-01", item="", matter="")]
    second += [event(f"y{n}", "deduction", "2024-05-01", flags=["error"]) for n in range(4)]
    assert totals(score(second, preset("H"))) == {"u": 0}
