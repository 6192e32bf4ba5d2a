"""The text under a reviewer's (or another's) hand: its form, what it was drawn from, and the merge of two hands."""

from typing import Any

from django.http import HttpRequest

from tenants.items.merging import marks_of
from tenants.items.models import Edition, Item
from tenants.items.queries import NAMELESS
from tenants.items.texts import Texts
from tenants.items.views.common import merge_box, posted_version
from tenants.review.forms import TextForm
from tenants.review.queries import RunScreen
from zhitong.web.templatetags.zt import zt_short


def last_hand(screen: RunScreen) -> tuple[str, str]:
    """Return who wrote the text as it stands, and when, in words; no name where the unit hides it from the reader."""
    last = screen.editions[-1] if screen.editions else None
    return hand_words(last, hidden=last is not None and screen.hides_writer(last))


def hand_words(edition: Edition | None, *, hidden: bool) -> tuple[str, str]:
    """Return who wrote an edition and when; somebody without one (its words came in another way)."""
    if edition is None:
        return "另一位", ""
    return NAMELESS if hidden else edition.writer_label, zt_short(edition.written_at)


def writing_of(
    request: HttpRequest, item: Item, form: TextForm, hand: tuple[str, str], *, stale: bool
) -> dict[str, Any]:
    """Return the form of a text with the version and the marks of what it was drawn from.

    A page that comes back with what was typed keeps both: with those of now its next save would go over what another
    one wrote meanwhile.

    Args:
        hand: who wrote the text as it stands, and when.
        stale: whether a save came too late, so that both texts are to be merged.
    """
    stored = Texts.of(item).as_dict()
    who, when = hand
    return {
        "form": form,
        "version": posted_version(request) if form.is_bound else item.version,
        "marks": request.POST.get("marks", "") if form.is_bound else marks_of(stored),
        "merge": merge_box(request, stored, version=item.version, who=who, when=when) if stale else None,
    }
