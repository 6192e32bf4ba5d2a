"""The category that a unit's archive suggests: said while an author writes, and taken over by one press."""

import pytest

from search.backend import backend
from search.suggesting.learning import learn
from search.suggesting.targets import all_targets
from tenants.items.documents import documents
from tenants.items.models import Item, State
from tenants.items.suggesting import CATEGORY
from tests.factories import client_for, make_draft, make_user
from tests.search.suggesting.test_measuring import MATTERS, samples
from zhitong.core import clock
from zhitong.units.models import Unit

pytestmark = pytest.mark.django_db
HEALTH = {
    "title": "关于补充社区儿科医生的建议",
    "problem": MATTERS["医疗卫生"][0] + "，家长带孩子看病要去区医院。" + MATTERS["医疗卫生"][2],
    "analysis": MATTERS["医疗卫生"][1],
    "suggestions": "由区卫生健康部门增加编制。",
}


def teach(unit: Unit, copies: int = 80) -> None:
    """Fill the archive of a unit with adopted items of three categories, and learn from it."""
    now = clock.now()
    rows = [
        Item(
            title=one.title,
            problem=f"{one.body}第{number}件。",
            category=one.label,
            state=State.APPROVED,
            year=2020,
            number=number,
            created_at=now,
            changed_at=now,
            submitted_at=now,
        )
        for number, one in enumerate(samples(copies), 1)
    ]
    with unit:
        made = Item.objects.bulk_create(rows)
        backend().index(documents([item.uuid for item in made]))
        learn(next(target for target in all_targets() if target.name == CATEGORY))


def test_the_hint_is_on_the_writing_page_and_one_press_takes_it_over(unit: Unit) -> None:
    teach(unit)
    author = make_user(unit, "liang")
    draft = make_draft(unit, author, **HEALTH, category="")
    client = client_for(author, unit)
    address = f"/items/{draft.uuid}/edit/"
    page = client.get(address).content.decode()
    assert 'name="take_category" value="医疗卫生"' in page
    assert "把握 9" in page
    answer = client.post(address, {**HEALTH, "version": draft.version, "category": "", "take_category": "医疗卫生"})
    assert answer.status_code == 302
    with unit:
        assert Item.objects.get(pk=draft.pk).category == "医疗卫生"
    page = client.get(address).content.decode()
    assert "take_category" not in page
    assert "同类稿件也归此类" in page


def test_it_follows_what_is_typed_with_each_save(unit: Unit) -> None:
    teach(unit)
    author = make_user(unit, "liang")
    draft = make_draft(unit, author, title="", problem="", analysis="", suggestions="", category="")
    client = client_for(author, unit)
    assert "take_category" not in client.get(f"/items/{draft.uuid}/edit/").content.decode()
    saved = client.post(f"/items/{draft.uuid}/autosave/", {**HEALTH, "version": draft.version}).json()
    assert 'value="医疗卫生"' in saved["html"]["category"]


def test_a_unit_with_a_small_archive_reads_from_when_on_there_are_hints(unit: Unit) -> None:
    teach(unit, copies=20)
    author = make_user(unit, "liang")
    page = client_for(author, unit).get(f"/items/{make_draft(unit, author).uuid}/edit/").content.decode()
    assert "满 200 篇后，这里提示类别" in page
