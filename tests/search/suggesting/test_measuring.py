"""A model on texts that it was not trained on: real letters outside of the repository, small ones of our own."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from search.suggesting.linear import Linear
from search.suggesting.measuring import Sample, is_held_back, measure, told_of

LETTERS = Path(__file__).resolve().parents[4] / "shared" / "data" / "messages_labelled.jsonl"
PLACES = ["桂城", "大沥", "里水", "狮山", "西樵", "九江", "丹灶", "罗村"]
MATTERS = {
    "交通运输": ["公交线路班次太少，候车时间长", "路口红绿灯配时不合理，早高峰拥堵", "停车泊位不足，占道停车"],
    "医疗卫生": ["社区卫生服务中心缺少儿科医生", "慢性病药品配备不全，医保报销难", "乡村医生年龄偏大，诊室破旧"],
    "科技教育": ["小学课后服务师资不足", "幼儿园学位紧张，入学报名难", "职业学校实训教师流失"],
}


def samples(copies: int = 40) -> list[Sample]:
    return [
        Sample(f"{PLACES[number % 8]}{text[:9]}", f"{number}号居民反映：{PLACES[number % 8]}{text}，希望重视。", label)
        for label, texts in MATTERS.items()
        for number in range(copies)
        for text in [texts[number % len(texts)]]
    ]


def written(folder: Path, rows: list[Any]) -> str:
    path = folder / "texts.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return str(path)


def evaluated(path: str) -> str:
    said = StringIO()
    call_command("search_evaluate_categories", path, stdout=said)
    return said.getvalue()


@pytest.mark.skipif(not LETTERS.is_file(), reason="needs ../shared/data/messages_labelled.jsonl")
def test_nine_of_ten_real_letters_that_were_held_back_get_their_own_label() -> None:
    lines = evaluated(str(LETTERS)).splitlines()
    assert lines[0].startswith("trained on 1929 texts, held back 502")
    [said] = [line for line in lines if line.startswith("accuracy")]
    assert float(said.split("=")[1]) >= 0.90


def test_nothing_that_is_held_back_is_trained_on_and_copies_are_on_one_side() -> None:
    every = samples()
    held = [one for one in every if is_held_back(one.title, one.body)]
    trained = measure(every)
    assert (trained.texts, trained.checked) == (len(every) - len(held), len(held))
    assert len(every) / 10 < len(held) < len(every) / 3
    spaced = [is_held_back(f" {one.title}", f"{one.body}！ ") for one in every]
    assert spaced == [is_held_back(one.title, one.body) for one in every]


def test_a_model_tells_matters_apart_says_how_sure_it_is_and_is_kept_whole() -> None:
    trained = measure(samples(80))
    assert trained.accuracy == 1.0
    shares = [one.share for one in trained.sure]
    assert shares == sorted(shares)
    assert 0.9 < shares[-1] < 1.0
    again = Linear.from_bytes(trained.model.labels, trained.model.to_bytes())
    for label, texts in MATTERS.items():
        told, margin = told_of(again, f"关于{texts[0]}的建议", texts[1])
        assert told == label
        assert margin > 0
        assert told_of(trained.model, f"关于{texts[0]}的建议", texts[1]) == (told, margin)


def test_the_same_texts_give_the_same_model_and_strange_ones_break_nothing() -> None:
    one, other = measure(samples()).model, measure(samples()).model
    assert np.array_equal(one.weights, other.weights)
    for text in ("", "。。。", "\U00020000\U0001f600", "x" * 100_000):
        assert told_of(one, text, text)[0] in MATTERS


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([{"title": "一", "text": "二"}], "lacks the field 'label'"),
        ([{"title": "一", "text": "二", "label": "甲", "colour": "红"}], "unknown field 'colour'"),
        ([{"title": "一", "text": "二", "label": "甲"}] * 9, "two labels"),
    ],
)
def test_files_that_cannot_be_used_are_refused_with_the_reason(rows: list[Any], said: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=said):
        evaluated(written(tmp_path, rows))
