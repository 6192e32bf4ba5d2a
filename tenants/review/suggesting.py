"""Who usually handles such texts, where a flow leaves open who decides: learnt from whom the unit chose before."""

from collections.abc import Collection, Mapping
from uuid import UUID

from search.documents import body_of
from search.suggesting import targets
from search.suggesting.hints import suggest
from tenants.items.documents import KIND
from tenants.items.models import Item
from tenants.review.models import Run

HANDLER = "handler"


def usual_handler(item: Item, among: Collection[UUID]) -> tuple[str, str]:
    """Return who of these usually handles such texts, by uuid, and words on how sure that is; empty without a hint."""
    found = suggest(HANDLER, title=item.title, body=body_of(item)).hint
    if found is None or found.label not in map(str, among):
        return "", ""
    return found.label, f"常办这类稿件，把握 {found.percent}%"


def _labels(most: int) -> Mapping[UUID, str]:
    """Return who was chosen last for each item; of several chosen together the first, who leads."""
    runs = Run.objects.filter(purpose=Run.Purpose.REVIEW).exclude(choices={}).order_by("-pk")
    found: dict[UUID, str] = {}
    for key, choices in runs.values_list("item__uuid", "choices")[:most]:
        chosen = [people for people in choices.values() if people]
        if chosen:
            found.setdefault(key, str(chosen[-1][0]))
    return found


targets.register(targets.Target(HANDLER, KIND, _labels))
