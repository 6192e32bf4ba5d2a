"""Where public rows of the network contradict one another: for `zhitong exchange verify`, never for a page."""

from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from zhitong.exchange import packets, papers
from zhitong.exchange.models import Packet, Paper
from zhitong.exchange.queries import handling_faults

_CHUNK = 2000

# What the events say of a dispatch: whether it went on to a successor, whatever else ends it, else the standing
# decision on what was made of it, or on what that was merged into, until it was withdrawn from there.
_STATES = """
WITH about AS (
  SELECT e.dispatch_id AS id,
         bool_or(e.kind = 'recalled') AS recalled, bool_or(e.kind IN ('returned', 'not_ours')) AS returned,
         bool_or(e.kind = 'accepted') AS accepted, bool_or(e.kind = 'received') AS received,
         bool_or(e.kind = 'readdressed') AS moved,
         bool_or(e.kind = 'kept' AND e.body_id IS NULL) AS kept,
         bool_or(e.kind = 'declined' AND e.body_id IS NULL) AS declined
    FROM public.exchange_event e WHERE e.dispatch_id IS NOT NULL GROUP BY e.dispatch_id
), standing AS (
  SELECT e.* FROM public.exchange_event e
   WHERE e.kind IN ('adopted', 'kept', 'declined') AND e.reverses_id IS NULL
     AND NOT EXISTS (SELECT FROM public.exchange_event r WHERE r.reverses_id = e.id)
), stands_for AS (
  SELECT s.dispatch_id, s.unit_id, s.item_uuid, NULL::bigint AS until FROM public.exchange_itemsource s
  UNION ALL
  SELECT s.dispatch_id, p.unit_id, p.item_uuid, p.withdrawal_id
    FROM public.exchange_itemsource s
    JOIN public.exchange_mergepart p
      ON p.unit_id = s.unit_id AND p.source_uuid = s.item_uuid AND p.ended_at IS NULL
), own AS (
  SELECT s.dispatch_id AS id, (array_agg(e.kind ORDER BY e.id DESC))[1] AS kind
    FROM stands_for s
    JOIN standing e ON e.unit_id = s.unit_id AND e.item_uuid = s.item_uuid AND (s.until IS NULL OR e.id < s.until)
   WHERE e.dispatch_id IS NULL AND e.body_id IS NULL
   GROUP BY s.dispatch_id
), outside AS (
  SELECT e.dispatch_id AS id, (array_agg(e.kind ORDER BY e.id DESC))[1] AS kind
    FROM standing e WHERE e.body_id IS NOT NULL AND e.dispatch_id IS NOT NULL GROUP BY e.dispatch_id
)
SELECT d.uuid, d.state, found.state AS expected
  FROM public.exchange_dispatch d
  LEFT JOIN about USING (id) LEFT JOIN own USING (id) LEFT JOIN outside USING (id)
 CROSS JOIN LATERAL (SELECT CASE
    WHEN about.moved THEN 'moved'
    WHEN about.recalled THEN 'recalled' WHEN about.returned THEN 'returned'
    WHEN about.accepted THEN coalesce(own.kind, 'accepted')
    WHEN about.kept THEN 'kept' WHEN about.declined THEN 'declined'
    WHEN d.body_id IS NOT NULL THEN coalesce(outside.kind, 'sent')
    WHEN about.received THEN 'received' ELSE 'sent' END AS state) found
 WHERE d.state <> found.state ORDER BY d.id
"""

# what is wrong -> rows (their names) that it is wrong with
_CONTRADICTIONS = {
    ("dispatch", "not sent by the sender of its packet, or of another item or title"): """
        SELECT d.uuid FROM public.exchange_dispatch d JOIN public.exchange_packet p ON p.id = d.packet_id
         WHERE (d.sender_id, d.item_uuid, d.title) <> (p.sender_id, p.item_uuid, p.content->>'title')""",
    ("dispatch", "without the event of its sending"): """
        SELECT d.uuid FROM public.exchange_dispatch d WHERE d.follows_id IS NULL AND NOT EXISTS (
          SELECT FROM public.exchange_event e WHERE e.dispatch_id = d.id AND e.kind = 'sent'
             AND e.unit_id = d.sender_id AND e.item_uuid = d.item_uuid)""",
    ("dispatch", "moved, but not followed by one of the same packet at another unit, or followed without"): """
        SELECT d.uuid FROM public.exchange_dispatch d
          LEFT JOIN public.exchange_dispatch f ON f.follows_id = d.id
         WHERE (f.id IS NOT NULL) <> EXISTS (
               SELECT FROM public.exchange_event e WHERE e.dispatch_id = d.id AND e.kind = 'readdressed')
            OR (f.packet_id, f.sender_id, f.item_uuid, f.sent_at) <> (d.packet_id, d.sender_id, d.item_uuid, d.sent_at)
            OR f.receiver_id = d.receiver_id""",
    ("dispatch", "of an item that was never registered"): """
        SELECT d.uuid FROM public.exchange_dispatch d WHERE NOT EXISTS (
          SELECT FROM public.exchange_itemfact f WHERE f.unit_id = d.sender_id AND f.item_uuid = d.item_uuid)""",
    ("dispatch", "whose time of receipt and event of receipt do not agree"): """
        SELECT d.uuid FROM public.exchange_dispatch d WHERE (d.received_at IS NOT NULL) <> EXISTS (
          SELECT FROM public.exchange_event e WHERE e.dispatch_id = d.id AND e.kind = 'received')""",
    ("dispatch", "whose accepted item and event of acceptance do not agree"): """
        SELECT d.uuid FROM public.exchange_dispatch d WHERE (d.accepted_item_uuid IS NOT NULL) <> EXISTS (
          SELECT FROM public.exchange_event e WHERE e.dispatch_id = d.id AND e.kind = 'accepted')""",
    ("dispatch", "accepted, but no item of the receiver names it as its source"): """
        SELECT d.uuid FROM public.exchange_dispatch d WHERE d.accepted_item_uuid IS NOT NULL AND NOT EXISTS (
          SELECT FROM public.exchange_itemsource s WHERE s.dispatch_id = d.id AND s.unit_id = d.receiver_id)""",
    ("dispatch", "whose request for recall and events do not agree"): """
        SELECT d.uuid FROM public.exchange_dispatch d WHERE (d.recall_asked_at IS NOT NULL) <> coalesce((
          SELECT e.kind = 'recall_asked' FROM public.exchange_event e
           WHERE e.dispatch_id = d.id AND e.kind IN ('recall_asked', 'recall_refused', 'recalled')
           ORDER BY e.id DESC LIMIT 1), false)""",
    ("item", "made from a dispatch, but never registered"): """
        SELECT s.item_uuid FROM public.exchange_itemsource s WHERE NOT EXISTS (
          SELECT FROM public.exchange_itemfact f WHERE f.unit_id = s.unit_id AND f.item_uuid = s.item_uuid)""",
    ("item", "registered as received or merged, but from nothing"): """
        SELECT f.item_uuid FROM public.exchange_itemfact f WHERE f.is_received AND NOT EXISTS (
          SELECT FROM public.exchange_itemsource s WHERE s.unit_id = f.unit_id AND s.item_uuid = f.item_uuid)
          AND NOT EXISTS (
          SELECT FROM public.exchange_mergepart p WHERE p.unit_id = f.unit_id AND p.item_uuid = f.item_uuid)""",
    ("item", "merged or taken apart, but its events say otherwise"): """
        SELECT p.source_uuid FROM public.exchange_mergepart p JOIN public.exchange_event e ON e.id = p.event_id
         WHERE (e.kind, e.unit_id, e.item_uuid) <> ('merged', p.unit_id, p.source_uuid)
            OR (p.ended_at IS NOT NULL) <> EXISTS (
               SELECT FROM public.exchange_event r WHERE r.reverses_id = e.id)""",
    ("item", "registered without the event of its submission"): """
        SELECT f.item_uuid FROM public.exchange_itemfact f WHERE NOT f.is_received AND NOT EXISTS (
          SELECT FROM public.exchange_event e
           WHERE e.unit_id = f.unit_id AND e.item_uuid = f.item_uuid AND e.kind = 'submitted')""",
    ("event", "of an item that its unit never registered and no dispatch brought"): """
        SELECT e.uuid FROM public.exchange_event e WHERE NOT EXISTS (
          SELECT FROM public.exchange_itemfact f WHERE f.unit_id = e.unit_id AND f.item_uuid = e.item_uuid)
          AND NOT EXISTS (SELECT FROM public.exchange_dispatch d
           WHERE d.id = e.dispatch_id AND d.receiver_id = e.unit_id AND d.item_uuid = e.item_uuid)""",
    ("paper", "passed on by another unit than it came to, as another kind, or without a receipt"): """
        SELECT p.uuid FROM public.exchange_paper p JOIN public.exchange_delivery d ON d.id = p.parent_id
          JOIN public.exchange_paper above ON above.id = d.paper_id
         WHERE (p.unit_id, p.kind) <> (d.receiver_id, above.kind) OR d.received_at IS NULL""",
    ("paper", "for nobody: no receiver, and none of its unit's people"): """
        SELECT p.uuid FROM public.exchange_paper p WHERE p.audience = 'nobody' AND NOT EXISTS (
          SELECT FROM public.exchange_delivery d WHERE d.paper_id = p.id)""",
    ("delivery", "to the unit that sent it"): """
        SELECT d.uuid FROM public.exchange_delivery d JOIN public.exchange_paper p ON p.id = d.paper_id
         WHERE d.receiver_id = p.unit_id""",
    ("item", "answers what is no call, or a call that never reached its unit"): """
        SELECT a.item_uuid FROM public.exchange_callanswer a JOIN public.exchange_paper p ON p.id = a.paper_id
         WHERE p.kind <> 'call' OR (p.unit_id <> a.unit_id AND NOT EXISTS (
          SELECT FROM public.exchange_delivery d WHERE d.paper_id = p.id AND d.receiver_id = a.unit_id))""",
    ("item", "answers a call, but was never registered"): """
        SELECT a.item_uuid FROM public.exchange_callanswer a WHERE NOT EXISTS (
          SELECT FROM public.exchange_itemfact f WHERE f.unit_id = a.unit_id AND f.item_uuid = a.item_uuid)""",
}


class Fault(NamedTuple):
    """A contradiction: what sort of row, its uuid, what is wrong with it (English, for operators)."""

    kind: str
    uuid: UUID
    reason: str


def faults() -> Iterator[Fault]:
    """Yield every contradiction: packets and papers against hashes, dispatches and handlings against what happened."""
    for packet in Packet.objects.only("uuid", "content", "sha256").order_by("pk").iterator(chunk_size=_CHUNK):
        if not packets.is_whole(packet):
            yield Fault("packet", packet.uuid, "does not have the content it was sent with")
    for paper in Paper.objects.prefetch_related("enclosures").order_by("pk").iterator(chunk_size=_CHUNK):
        if papers.digest(paper, paper.enclosures.all()) != paper.sha256:
            yield Fault("paper", paper.uuid, "does not say what it said when it was published")
    with connection.cursor() as cursor:
        for kind, query in (("dispatch", _STATES), ("assignment", handling_faults.STATES)):
            cursor.execute(query)
            for uuid, state, expected in cursor.fetchall():
                yield Fault(kind, uuid, f"is {state}, but its events say {expected}")
        for (kind, reason), query in (_CONTRADICTIONS | handling_faults.CONTRADICTIONS).items():
            cursor.execute(query)
            for (uuid,) in cursor.fetchall():
                yield Fault(kind, uuid, reason)
