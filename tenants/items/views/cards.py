"""Own items as cards: number, day, what it earned, and the line of its stations."""

from collections.abc import Sequence
from dataclasses import replace

from tenants.accounts.models import User
from tenants.items.models import Item, State, Urgency
from tenants.items.views.common import own_url
from zhitong.core import glossary
from zhitong.exchange.queries import tracks
from zhitong.ranking.queries import network_rules, points_of_items
from zhitong.units.current import unit_in_force
from zhitong.web import parts
from zhitong.web.parts import ItemCard, Tag, Track
from zhitong.web.templatetags.zt import points as point_words
from zhitong.web.templatetags.zt import zt_day


def state_of(item: Item) -> parts.State:
    """Return an item's state as drawn everywhere."""
    return parts.standing(item.get_state_display())


def cards_of(user: User, items: Sequence[Item]) -> list[ItemCard]:
    """Return items of `user` as cards, in a constant number of queries.

    `created_by` and `pen_holder` should be fetched already.
    """
    unit = unit_in_force()
    sent = [item.uuid for item in items if item.state != State.DRAFT]
    lines = tracks(unit.pk, sent)
    earned = points_of_items(network_rules(), unit, sent)
    cards = []
    for item in items:
        track = _track(item, lines.get(item.uuid))
        notes = [f"第 {item.number} 号" if item.number else "", zt_day(item.submitted_at or item.changed_at)]
        if item.pen_holder and item.created_by:
            mine = item.is_written_by(user)
            notes.append(f"{item.created_by.name}请您接着写" if mine else f"{item.pen_holder.name}在写")
        elif item.created_by and item.created_by != user:
            notes.append(f"{item.created_by.name}撰写")
        if item.uuid in earned:
            notes.append(f"得 {point_words(earned[item.uuid])} 分")
        tags = [
            Tag("急", "red") if item.urgency == Urgency.URGENT else None,
            Tag("批示", "pishi") if track and track.instructed else None,
        ]
        cards.append(
            ItemCard(
                str(item),
                own_url(item, user),
                [note for note in notes if note],
                [tag for tag in tags if tag],
                None if track else state_of(item),
                track,
            )
        )
    return cards


def _track(item: Item, track: Track | None) -> Track | None:
    """Return the line to draw: none for a single station, which the state says as well."""
    if track is None or len(track.stations) < 2:
        return None
    if item.state != State.RETURNED:
        return track
    # What a reviewer sent back is known inside the unit alone: no event tells the network.
    here = replace(track.stations[0], word=glossary.TO_REVISE, state="back")
    return replace(track, stations=[here, *track.stations[1:]])
