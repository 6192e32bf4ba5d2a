"""Where the rows of handlings contradict one another: what `faults` asks beside sendings and items."""

# What the steps say of an assignment: what ended it, else the last word on a refusal, else receipt.
STATES = """
SELECT a.uuid, a.state, found.state
  FROM public.exchange_assignment a
 CROSS JOIN LATERAL (
   SELECT bool_or(s.kind = 'answered') AS answered, bool_or(s.kind = 'taken_back') AS taken_back,
          bool_or(s.kind = 'refusal_granted') AS given_back, bool_or(s.kind = 'received') AS received,
          (array_agg(s.kind ORDER BY s.number DESC) FILTER (WHERE s.kind LIKE 'refusal%'))[1] AS refusal
     FROM public.exchange_handlingstep s WHERE s.assignment_id = a.id) said
 CROSS JOIN LATERAL (SELECT CASE
    WHEN said.answered THEN 'answered' WHEN said.taken_back THEN 'taken_back'
    WHEN said.given_back THEN 'given_back' WHEN said.refusal = 'refusal_asked' THEN 'refusing'
    WHEN said.received THEN 'working' ELSE 'sent' END AS state) found
 WHERE a.state <> found.state ORDER BY a.id
"""

# what is wrong -> rows (their names) that it is wrong with
CONTRADICTIONS = {
    ("handling", "whose packet is of another unit or item"): """
        SELECT h.uuid FROM public.exchange_handling h JOIN public.exchange_packet p ON p.id = h.packet_id
         WHERE (h.asker_id, h.item_uuid) <> (p.sender_id, p.item_uuid)""",
    ("handling", "whose event is not that of its beginning"): """
        SELECT h.uuid FROM public.exchange_handling h JOIN public.exchange_event e ON e.id = h.event_id
         WHERE (e.kind, e.unit_id, e.item_uuid) <> ('assigned', h.asker_id, h.item_uuid)""",
    ("handling", "whose end and handlers do not agree"): """
        SELECT h.uuid FROM public.exchange_handling h WHERE (h.ended_at IS NULL) <> EXISTS (
          SELECT FROM public.exchange_assignment a
           WHERE a.handling_id = h.id AND a.state NOT IN ('given_back', 'taken_back'))""",
    ("assignment", "whose steps are not as many as it says, or not numbered one by one"): """
        SELECT a.uuid FROM public.exchange_assignment a WHERE a.steps_count <> (
          SELECT count(*) FROM public.exchange_handlingstep s WHERE s.assignment_id = a.id)
            OR a.steps_count <> (
          SELECT coalesce(max(s.number), 0) FROM public.exchange_handlingstep s WHERE s.assignment_id = a.id)""",
    ("assignment", "whose limit is not the one last set"): """
        SELECT a.uuid FROM public.exchange_assignment a WHERE a.due_at IS DISTINCT FROM (
          SELECT s.until FROM public.exchange_handlingstep s
           WHERE s.assignment_id = a.id AND s.kind IN ('assigned', 'extension_granted')
           ORDER BY s.number DESC LIMIT 1)""",
    ("assignment", "whose request for more time and steps do not agree"): """
        SELECT a.uuid FROM public.exchange_assignment a WHERE (a.extension_asked_at IS NOT NULL) <> (
          a.closed_at IS NULL AND coalesce((
          SELECT s.kind = 'extension_asked' FROM public.exchange_handlingstep s
           WHERE s.assignment_id = a.id AND s.kind LIKE 'extension%' ORDER BY s.number DESC LIMIT 1), false))""",
    ("assignment", "whose time of receipt and step of receipt do not agree"): """
        SELECT a.uuid FROM public.exchange_assignment a WHERE (a.received_at IS NOT NULL) <> EXISTS (
          SELECT FROM public.exchange_handlingstep s WHERE s.assignment_id = a.id AND s.kind = 'received')""",
    ("assignment", "whose end and state do not agree"): """
        SELECT a.uuid FROM public.exchange_assignment a
         WHERE (a.closed_at IS NOT NULL) <> (a.state IN ('answered', 'given_back', 'taken_back'))""",
    ("assignment", "answered, but the journey does not have its answer, or a co-handler's"): """
        SELECT a.uuid FROM public.exchange_assignment a
          JOIN public.exchange_handling h ON h.id = a.handling_id
          JOIN public.exchange_handlingstep s ON s.assignment_id = a.id AND s.kind = 'answered'
          LEFT JOIN public.exchange_event e ON e.id = s.event_id
         WHERE (a.role = 'lead') <> (e.id IS NOT NULL)
            OR (e.kind, e.unit_id, e.item_uuid, e.words)
               IS DISTINCT FROM ('replied', h.asker_id, h.item_uuid, s.words) AND a.role = 'lead'""",
    ("assignment", "in the place of one that was not given back"): """
        SELECT a.uuid FROM public.exchange_assignment a JOIN public.exchange_assignment b ON b.id = a.after_id
         WHERE b.state <> 'given_back' OR b.handling_id <> a.handling_id OR b.role <> a.role""",
    ("event", "of a rating, but it says otherwise"): """
        SELECT e.uuid FROM public.exchange_satisfaction r JOIN public.exchange_event e ON e.id = r.event_id
         WHERE (e.kind, e.unit_id, e.item_uuid) <> ('rated', r.unit_id, r.item_uuid)""",
}
