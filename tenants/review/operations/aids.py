"""What helps people decide and is their own: saved phrases and saved filters."""

from tenants.accounts.models import User
from tenants.review.models import Phrase, SavedFilter
from tenants.review.operations.common import bad
from zhitong.core import audit
from zhitong.core.errors import NotFound
from zhitong.core.operations import Actor, operation
from zhitong.core.text import clean

PHRASES_MOST, FILTERS_MOST = 30, 10


@operation()
def add_phrase(*, actor: Actor, text: str, for_unit: bool = False) -> Phrase:
    """Save a phrase for the actor, or with `review.configure` for the whole unit. One that is there is returned.

    Raises:
        NotAllowed: for the unit, without the right.
        InvalidInput: under `text`: empty, over 100 characters, with control characters, or too many.
    """
    if for_unit:
        actor.require("review.configure")
    words = _line(text, "text", "常用语", 100)
    owner = None if for_unit else _locked(actor)
    known = Phrase.objects.filter(owner=owner)
    same = known.filter(text=words).first()
    if same:
        return same
    if known.count() >= PHRASES_MOST:
        raise bad("text", f"常用语最多 {PHRASES_MOST} 条，请先删去用不着的。")
    phrase = Phrase.objects.create(owner=owner, text=words, order=known.count())
    if for_unit:
        audit.record(actor=actor, action="review.phrase.added", object_kind="phrase", object_id=phrase.pk)
    return phrase


@operation()
def remove_phrase(*, actor: Actor, phrase_id: int) -> None:
    """Remove an own phrase, or with `review.configure` one of the unit.

    Raises:
        NotFound: no such phrase, or another user's.
        NotAllowed: the unit's, without the right.
    """
    phrase = Phrase.objects.select_related("owner").filter(pk=phrase_id).first()
    if phrase is None or (phrase.owner and phrase.owner.uuid != actor.user_uuid):
        raise NotFound
    if phrase.owner is None:
        actor.require("review.configure")
    phrase.delete()
    if phrase.owner is None:
        audit.record(actor=actor, action="review.phrase.removed", object_kind="phrase", object_id=phrase_id)


@operation()
def save_filter(*, actor: Actor, name: str, query: str) -> SavedFilter:
    """Save a worklist with its conditions under a name; a filter of that name takes the new conditions.

    Args:
        query: the query string of the list, as `queries.worklists` reads it.

    Raises:
        InvalidInput: under `name`: empty, over 20 characters, or too many filters; under `query`: too long.
    """
    words = _line(name, "name", "名称", 20)
    if len(query) > 300:
        raise bad("name", "筛选条件太长，请减少几项再存。")
    owner = _locked(actor)
    known = SavedFilter.objects.filter(owner=owner)
    found = known.filter(name=words).first()
    if found is None:
        if known.count() >= FILTERS_MOST:
            raise bad("name", f"已存的筛选最多 {FILTERS_MOST} 个，请先删去用不着的。")
        return SavedFilter.objects.create(owner=owner, name=words, query=query)
    found.query = query
    found.save(update_fields=["query"])
    return found


@operation()
def remove_filter(*, actor: Actor, filter_id: int) -> None:
    """Remove an own saved filter.

    Raises:
        NotFound: no such filter of the actor's.
    """
    if not SavedFilter.objects.filter(pk=filter_id, owner__uuid=actor.user_key).delete()[0]:
        raise NotFound


def _locked(actor: Actor) -> User:
    """Return the actor's account, locked: two windows saving at once must not pass the limit."""
    found = User.objects.select_for_update(no_key=True).filter(uuid=actor.user_key).first()
    if found is None:
        raise NotFound
    return found


def _line(value: str, field: str, label: str, longest: int) -> str:
    try:
        words = " ".join(clean(value).split())
    except ValueError as error:
        raise bad(field, str(error)) from error
    if not words:
        raise bad(field, f"请填写{label}。")
    if len(words) > longest:
        raise bad(field, f"{label}共 {len(words)} 字，最多 {longest} 字。")
    return words
