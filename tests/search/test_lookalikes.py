"""Look-alikes among documents: found by the reader who may, told to nobody else, kept verdicts, constant queries."""

from datetime import date
from importlib import import_module
from io import StringIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from search.alike import Kind
from search.alike.fingerprints import of_unit
from search.backend import Reader, backend
from search.documents import Document, unit_grant, user_grant
from search.lookalikes import SHOWN, LookAlikes, look_alikes, pair_of
from search.models import Fingerprint, PairVerdict
from search.operations import judge_pair
from search.weighing import _read
from tests.search.alike.test_comparing import ELSEWHERE, ORIGINAL, OTHER, REWORKED, SAME_MATTER
from zhitong.core import clock
from zhitong.core.errors import InvalidInput, NotAllowed, NotFound
from zhitong.core.operations import Actor, system
from zhitong.exchange.models import ItemFact, Matter
from zhitong.units.models import Unit


def keep(unit: Unit, text: Any, **fields: Any) -> UUID:
    """Index a text as an item of `unit`, and return its uuid."""
    key = uuid4()
    known: dict[str, Any] = {
        "unit_id": unit.pk,
        "kind": "item",
        "object_uuid": key,
        "version": 1,
        "title": text.title,
        "problem": text.body,
        "day": date(2026, 6, 1),
        "state": "in_review",
        "readers": [unit_grant(unit.pk)],
    }
    backend().index([Document(**known | fields)])
    return key


def office(unit: Unit) -> Reader:
    return Reader(frozenset({unit_grant(unit.pk)}))


def found(unit: Unit, reader: Reader | None = None, item: UUID | None = None) -> LookAlikes:
    with unit:
        return look_alikes(title=ORIGINAL.title, body=ORIGINAL.body, item=item, reader=reader or office(unit))


def kinds(result: LookAlikes) -> dict[UUID, Kind]:
    return {alike.document.object_uuid: alike.kind for alike in result.alikes}


@pytest.mark.django_db
def test_each_kind_is_found_in_the_own_archive_the_most_alike_first(unit: Unit) -> None:
    item, copy, reworked, matter, moved, _other = (
        keep(unit, text) for text in (ORIGINAL, ORIGINAL, REWORKED, SAME_MATTER, ELSEWHERE, OTHER)
    )
    result = found(unit, item=item)
    assert kinds(result) == {
        copy: Kind.VERBATIM, moved: Kind.OTHER_PLACE, reworked: Kind.REWORKED, matter: Kind.SAME_MATTER,
    }  # fmt: skip
    assert [alike.document.object_uuid for alike in result.alikes] == [copy, moved, reworked, matter]
    assert result.alikes[0].share == 1
    assert 0.5 < result.alikes[2].share < 1
    assert (result.dismissed, result.units) == (0, [])


@pytest.mark.django_db
def test_of_other_units_only_their_names_are_told(unit: Unit, stranger: Unit, city: Unit) -> None:
    for other in (stranger, stranger, city):
        keep(other, ORIGINAL, author_names=["陈秘密"], number_label="禅城〔2026〕7号")
    keep(stranger, SAME_MATTER)
    result = found(unit)
    assert result == LookAlikes([], 0, sorted(["佛山市政协", "禅城区政协"]))
    assert "秘密" not in repr(result)
    assert found(stranger).units == ["佛山市政协"]
    assert len(found(stranger).alikes) == 3


@pytest.mark.django_db
def test_who_may_not_read_the_archive_learns_only_that_the_unit_has_it(unit: Unit) -> None:
    author, colleague = uuid4(), uuid4()
    own = keep(unit, ORIGINAL, readers=[unit_grant(unit.pk), user_grant(author)])
    keep(unit, ORIGINAL, readers=[unit_grant(unit.pk), user_grant(colleague)])
    result = found(unit, Reader(frozenset({user_grant(author)})))
    assert list(kinds(result)) == [own]
    assert result.units == ["南海区政协"]
    assert found(unit, Reader(frozenset())) == LookAlikes([], 0, ["南海区政协"])


@pytest.mark.django_db
def test_a_grant_of_one_unit_opens_nothing_on_the_ground_of_another(unit: Unit, stranger: Unit) -> None:
    keep(stranger, ORIGINAL)
    both = Reader(frozenset({unit_grant(unit.pk), unit_grant(stranger.pk)}))
    assert found(unit, both) == LookAlikes([], 0, ["禅城区政协"])


@pytest.mark.django_db
def test_the_same_report_on_another_level_is_no_look_alike(unit: Unit, city: Unit, stranger: Unit) -> None:
    matter = Matter.objects.create()
    item, sent = keep(unit, ORIGINAL), keep(city, ORIGINAL)
    keep(stranger, ORIGINAL)
    for owner, key in ((unit, item), (city, sent)):
        ItemFact.objects.create(
            unit=owner, item_uuid=key, matter=matter, submitted_on=date(2026, 6, 1), submitted_at=clock.now()
        )
    assert found(unit, item=item).units == ["禅城区政协"]


@pytest.mark.django_db
def test_a_verdict_is_kept_changed_and_heeded_by_both_sides(unit: Unit) -> None:
    item, copy = keep(unit, ORIGINAL), keep(unit, ELSEWHERE)
    with unit:
        judge_pair(actor=system(unit.pk, "周敏"), item_uuid=item, other_uuid=copy, same=False)
    assert found(unit, item=item) == LookAlikes([], 1, [])
    with unit:
        judge_pair(actor=system(unit.pk, "何静"), item_uuid=copy, other_uuid=item, same=True)
        alike = pair_of(title=ORIGINAL.title, body=ORIGINAL.body, item=item, other=copy, reader=office(unit))
    assert kinds(found(unit, item=item)) == {copy: Kind.SAME_MATTER}
    assert alike is not None
    assert alike.verdict is not None
    assert (alike.verdict.same, alike.verdict.by_label, PairVerdict.objects.count()) == (True, "何静", 1)


@pytest.mark.django_db
def test_a_verdict_is_refused_without_the_right_on_strange_items_and_on_one(unit: Unit, stranger: Unit) -> None:
    item, other, strange = keep(unit, ORIGINAL), keep(unit, REWORKED), keep(stranger, ORIGINAL)
    with unit:
        with pytest.raises(NotAllowed):
            judge_pair(actor=Actor(unit.pk, "梁"), item_uuid=item, other_uuid=other, same=True)
        with pytest.raises(NotFound):
            judge_pair(actor=system(unit.pk), item_uuid=item, other_uuid=strange, same=True)
        with pytest.raises(InvalidInput):
            judge_pair(actor=system(unit.pk), item_uuid=item, other_uuid=item, same=True)
        pair = pair_of(title=ORIGINAL.title, body=ORIGINAL.body, item=item, other=strange, reader=office(unit))
    assert (pair, PairVerdict.objects.count()) == (None, 0)


@pytest.mark.django_db
def test_one_or_thirty_look_alikes_cost_the_same_queries(
    unit: Unit, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    keep(unit, ORIGINAL)
    found(unit)  # reads the weights of words, which are kept
    with unit:
        for _ in range(30):
            keep(unit, REWORKED)
        with django_assert_num_queries(2):
            result = look_alikes(title=ORIGINAL.title, body=ORIGINAL.body, item=None, reader=office(unit))
    assert len(result.alikes) == SHOWN


@pytest.mark.django_db
def test_a_fingerprint_follows_its_document_and_goes_with_it(unit: Unit) -> None:
    key = keep(unit, ORIGINAL)
    before = Fingerprint.objects.get().bands
    keep(unit, REWORKED, object_uuid=key, version=2)
    assert Fingerprint.objects.get().bands != before
    keep(unit, ORIGINAL, object_uuid=key, version=1)
    assert Fingerprint.objects.get().bands != before
    backend().remove("item", [key])
    assert not Fingerprint.objects.exists()


@pytest.mark.django_db
def test_an_empty_text_is_like_nothing(unit: Unit) -> None:
    keep(unit, ORIGINAL, title="", problem="")
    with unit:
        assert look_alikes(title="", body="", item=None, reader=office(unit)) == LookAlikes([], 0, [])


@pytest.mark.django_db
def test_words_are_weighed_by_what_the_database_counted(unit: Unit) -> None:
    assert _read().texts == 0
    for n in range(40):
        keep(unit, OTHER, title=f"河涌保洁第{n}次")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE public.search_searchdocument")
    weights = _read()
    assert weights.texts == 40
    assert weights.weight("河涌") < 0.1
    assert weights.weight("充电") == 1


@pytest.mark.django_db
def test_fingerprints_of_more_bits_are_made_smaller_where_they_lie(unit: Unit) -> None:
    keep(unit, ORIGINAL)
    keep(unit, OTHER)
    numbers = Fingerprint.objects.order_by("pk").values_list("pk", "unit", "bands", "terms")
    made = list(numbers)
    for pk, unit_id, bands, terms in made:
        before = [(band & 0x7FFF | 0x12348000) - (place % 2 << 31) for place, band in enumerate(bands)]
        Fingerprint.objects.filter(pk=pk).update(bands=before, terms=of_unit(terms, unit_id))
    migration = import_module("search.migrations.0010_small_fingerprints")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(migration.SMALLER)
        assert not numbers.all().exists()
        cursor.execute(migration.KEPT)
    assert list(numbers.all()) == made


@pytest.mark.django_db
def test_documents_from_before_get_their_fingerprints(unit: Unit) -> None:
    keep(unit, ORIGINAL)
    keep(unit, REWORKED)
    made = list(Fingerprint.objects.order_by("pk").values_list("pk", "bands", "terms"))
    Fingerprint.objects.filter(pk=made[0][0]).delete()
    for more, count in (([], 1), ([], 0), (["--all"], 2)):
        said = StringIO()
        call_command("search_fingerprint", *more, stdout=said)
        assert said.getvalue().startswith(f"{count} fingerprints made")
        assert list(Fingerprint.objects.order_by("pk").values_list("pk", "bands", "terms")) == made
