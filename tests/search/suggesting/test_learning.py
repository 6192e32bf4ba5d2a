"""What a unit learns from its archive: nothing from a small one, a new version when enough was added, its own alone."""

from collections.abc import Mapping
from uuid import UUID, uuid4

import pytest

from search.backend import backend
from search.documents import Document, unit_grant
from search.models import SuggestionModel
from search.suggesting import targets
from search.suggesting.hints import suggest
from search.suggesting.learning import LEAST_TEXTS, learn
from search.suggesting.targets import Target
from search.tasks import learn_suggestions
from tests.search.suggesting.test_measuring import MATTERS, samples
from zhitong.units.models import Unit

pytestmark = pytest.mark.django_db
KIND = "letter"


class Archive:
    """Labelled texts of one unit."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.labels: dict[UUID, str] = {}
        self.target = Target("field", KIND, self._newest)

    def _newest(self, most: int) -> Mapping[UUID, str]:
        return dict(list(self.labels.items())[:most])

    def add(self, copies: int) -> None:
        """Add so many texts of each of the three labels."""
        documents = []
        for one in samples(copies):
            key = uuid4()
            self.labels[key] = one.label
            documents.append(
                Document(
                    unit_id=self.unit.pk,
                    kind=KIND,
                    object_uuid=key,
                    version=1,
                    title=one.title,
                    problem=f"{one.body}第{len(self.labels)}件。",
                    readers=[unit_grant(self.unit.pk)],
                )
            )
        with self.unit:
            backend().index(documents)

    def learn(self, *, anyhow: bool = False) -> SuggestionModel | None:
        with self.unit:
            return learn(self.target, anyhow=anyhow)


@pytest.fixture
def archive(unit: Unit) -> Archive:
    return Archive(unit)


@pytest.fixture
def registered(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> Archive:
    monkeypatch.setattr(targets, "_targets", {})
    targets.register(archive.target)
    return archive


def hint_of(unit: Unit, label: str) -> str:
    first, second, third = MATTERS[label]
    with unit:
        found = suggest("field", title=f"关于{first}的建议", body=f"{second}。{third}。居民反映多次，希望重视。")
    return found.hint.label if found.hint else ""


def test_a_small_archive_teaches_nothing_and_says_from_when_on_it_does(archive: Archive) -> None:
    archive.add((LEAST_TEXTS - 3) // 3)
    assert archive.learn() is None
    with archive.unit:
        found = suggest("field", title="公交", body="公交线路班次太少" * 9)
    assert (found.hint, found.off, found.least) == (None, True, LEAST_TEXTS)


def test_a_version_says_what_it_was_trained_on_and_how_well_it_does(archive: Archive) -> None:
    archive.add(80)
    made = archive.learn()
    assert made is not None
    assert (made.version, made.known, made.labels) == (1, 240, sorted(MATTERS))
    assert 0 < made.checked < 100
    assert made.accuracy == 1.0
    assert [hint_of(archive.unit, label) for label in MATTERS] == list(MATTERS)


def test_it_learns_anew_only_when_enough_was_added_and_old_versions_keep_their_figures(archive: Archive) -> None:
    archive.add(80)
    archive.learn()
    archive.add(10)
    assert archive.learn() is None
    archive.add(10)
    second = archive.learn()
    assert second is not None
    assert (second.version, second.known) == (2, 300)
    for _again in range(10):
        archive.learn(anyhow=True)
    kept = SuggestionModel.objects.filter(unit=archive.unit).order_by("version")
    assert [one.version for one in kept] == list(range(3, 13))
    assert [one.version for one in kept if one.numbers] == [12]


def test_labels_of_few_texts_are_not_learnt_and_texts_of_a_few_words_get_no_hint(archive: Archive) -> None:
    archive.add(80)
    rare = list(archive.labels)[:9]
    archive.labels |= dict.fromkeys(rare, "其他")
    made = archive.learn()
    assert made is not None
    assert "其他" not in made.labels
    with archive.unit:
        found = suggest("field", title="公交", body="班次太少")
    assert (found.hint, found.off) == (None, False)


def test_a_unit_learns_from_its_own_texts_alone(archive: Archive, city: Unit) -> None:
    archive.add(80)
    archive.learn()
    with city:
        assert suggest("field", title="公交", body="公交线路班次太少" * 9).off


def test_the_nightly_task_walks_the_units(registered: Archive) -> None:
    registered.add(80)
    assert learn_suggestions() == 1
    assert learn_suggestions() == 0
    assert SuggestionModel.objects.get().unit == registered.unit
