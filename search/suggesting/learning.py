"""Learning from the archive of the unit in force: in a worker at night, when enough was added since the last time."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from search.documents import body_of
from search.models import SearchDocument, SuggestionModel
from search.suggesting.measuring import Sample, Trained, measure
from search.suggesting.targets import Target
from zhitong.core import clock
from zhitong.core.operations import require_unit

# Fewer texts teach nothing that holds; of more than the newest of them a model learns no better, only slower.
LEAST_TEXTS = 200
_MOST_TEXTS = 6_000
_LEAST_OF_LABEL = 10
# So much more, in texts and as a part of what was known, is worth another training.
_MORE, _MORE_PART = 50, 0.1
# So many versions keep their figures; the newest alone keeps its numbers.
_KEPT = 10


def known_of(target: Target) -> dict[UUID, str]:
    """Return the labels that can be learnt from: those that enough texts have."""
    labels = target.labels(_MOST_TEXTS)
    often = {label for label, count in Counter(labels.values()).items() if count >= _LEAST_OF_LABEL}
    return {key: label for key, label in labels.items() if label in often}


def learn(target: Target, *, anyhow: bool = False) -> SuggestionModel | None:
    """Train a new version when it is worth it, and keep it with its figures; return it, None when nothing was done.

    Args:
        target: what is suggested.
        anyhow: also when little has been added since the last version.
    """
    unit_id = require_unit()
    known = known_of(target)
    versions = SuggestionModel.objects.filter(unit=unit_id, target=target.name).order_by("-version")
    last = versions.defer("numbers").first()
    if len(known) < LEAST_TEXTS or len(set(known.values())) < 2:
        return None
    if last and not anyhow and len(known) < last.known + max(_MORE, _MORE_PART * last.known):
        return None
    samples = _samples(target, known)
    try:
        trained = measure(samples)
    except ValueError:  # the documents of new items come a moment later than the items
        return None
    return _keep(target, len(known), trained, last.version + 1 if last else 1)


def _samples(target: Target, known: dict[UUID, str]) -> Sequence[Sample]:
    documents = SearchDocument.objects.filter(unit=require_unit(), kind=target.kind, object_uuid__in=list(known))
    documents = documents.only("object_uuid", "title", "problem", "analysis", "suggestions").order_by("pk")
    return [Sample(one.title, body_of(one), known[one.object_uuid]) for one in documents.iterator(500)]


@transaction.atomic
def _keep(target: Target, known: int, trained: Trained, version: int) -> SuggestionModel:
    kept = SuggestionModel.objects.filter(unit=require_unit(), target=target.name)
    kept.filter(version__lte=version - _KEPT).delete()
    kept.update(numbers=None)
    return SuggestionModel.objects.create(
        unit_id=require_unit(),
        target=target.name,
        version=version,
        labels=list(trained.model.labels),
        known=known,
        checked=trained.checked,
        right=trained.right,
        sure=[[one.margin, one.share] for one in trained.sure],
        numbers=trained.model.to_bytes(),
        trained_at=clock.now(),
    )
