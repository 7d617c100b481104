"""Who waits, and how often they came: the two questions about conversations that are asked in SQL."""

from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa

from copilot.adapters.database.columns import JSON_TYPE, Moment, Text
from copilot.domain.case import QueueEntry

CALM_BASE: Final = 30.0
"""Heat of a calm person with a question, while the turn's evidence is not frozen yet (DESIGN §3: at most 45)."""
LAST_TEXT: Final = 160
"""Characters of the last message that the queue shows."""

CONTACTS = (
    sa.text("""
SELECT m.conversation_id, min(m.sent_at) AS at
FROM conversations c
JOIN messages m ON m.tenant_id = c.tenant_id AND m.conversation_id = c.id
WHERE c.tenant_id = :tenant AND c.last_at >= :since
  AND m.author = 'customer' AND m.deleted_at IS NULL AND m.sent_at BETWEEN :since AND :until
  AND c.customer_id IN (
    SELECT q.id FROM customers q JOIN customers p ON p.tenant_id = q.tenant_id AND p.person_id = q.person_id
    WHERE q.tenant_id = :tenant AND p.id = :customer_id)
GROUP BY m.conversation_id
ORDER BY at, m.conversation_id
""")
    .bindparams(sa.bindparam("since", type_=Moment()), sa.bindparam("until", type_=Moment()))
    .columns(conversation_id=Text(), at=Moment())
)

QUEUE = sa.text(f"""
SELECT * FROM (
  SELECT c.id AS conversation_id, c.external_id AS conversation_ref, c.channel, c.status, c.assignee, COALESCE(c.team, '') AS team,
    c.customer_id, COALESCE(NULLIF(w.name, ''), p.name, '') AS customer_name, t.id AS turn_id, t.base, t.trend, t.label, t.contacts_30d,
    substr(COALESCE(l.text, ''), 1, {LAST_TEXT}) AS last_text, c.last_at,
    (SELECT min(m.sent_at) FROM messages m
      WHERE m.tenant_id = c.tenant_id AND m.conversation_id = c.id AND m.author = 'customer' AND m.deleted_at IS NULL
        AND (a.id IS NULL OR m.sent_at > a.sent_at OR (m.sent_at = a.sent_at AND m.position > a.position))) AS since,
    (SELECT min(o.due) FROM promises o
      WHERE o.tenant_id = c.tenant_id AND o.state IN ('open', 'overdue')
        AND o.customer_id IN (SELECT q.id FROM customers q WHERE q.tenant_id = p.tenant_id AND q.person_id = p.person_id)) AS promise_due,
    (SELECT count(*) FROM promises o
      WHERE o.tenant_id = c.tenant_id AND o.state IN ('open', 'overdue')
        AND o.customer_id IN (SELECT q.id FROM customers q WHERE q.tenant_id = p.tenant_id AND q.person_id = p.person_id)) AS promises_open,
    t.trajectory, t.needs_human,
    (SELECT s.id FROM suggestions s
      WHERE s.tenant_id = c.tenant_id AND s.turn_id = t.id AND s.kind = 'acknowledge' AND s.state = 'proposed' AND NOT s.stale
      ORDER BY s.variant LIMIT 1) AS acknowledge_id,
    (SELECT count(*) FROM messages n
      WHERE n.tenant_id = c.tenant_id AND n.conversation_id = c.id AND n.author = 'customer' AND n.deleted_at IS NULL
        AND (k.user_id IS NULL OR n.sent_at > k.read_until OR (n.sent_at = k.read_until AND n.position > k.position))) AS unread
  FROM conversations c
  LEFT JOIN customers p ON p.tenant_id = c.tenant_id AND p.id = c.customer_id
  LEFT JOIN customers w ON w.tenant_id = p.tenant_id AND w.id = p.person_id
  LEFT JOIN read_marks k ON k.tenant_id = c.tenant_id AND k.conversation_id = c.id AND k.user_id = :reader
  LEFT JOIN turns t ON t.tenant_id = c.tenant_id AND t.conversation_id = c.id AND t.is_current
  LEFT JOIN messages a ON a.tenant_id = c.tenant_id AND a.id = (
    SELECT x.id FROM messages x
    WHERE x.tenant_id = c.tenant_id AND x.conversation_id = c.id AND x.author = 'agent' AND x.visibility = 'public' AND x.deleted_at IS NULL
    ORDER BY x.sent_at DESC, x.position DESC LIMIT 1)
  LEFT JOIN messages l ON l.tenant_id = c.tenant_id AND l.id = (
    SELECT y.id FROM messages y
    WHERE y.tenant_id = c.tenant_id AND y.conversation_id = c.id AND y.visibility = 'public' AND y.deleted_at IS NULL
    ORDER BY y.sent_at DESC, y.position DESC LIMIT 1)
  WHERE c.tenant_id = :tenant AND c.status IN ('open', 'pending')
) AS q
ORDER BY CASE WHEN since IS NULL THEN 1 ELSE 0 END, since, last_at, conversation_id
""").columns(since=Moment(), promise_due=Moment(), last_at=Moment(), trajectory=JSON_TYPE, needs_human=sa.Boolean())  # noqa: S608  # only a number of ours is put into it
"""An answer is a public agent message that was not deleted; since the last one, the first customer message waits.
`:reader`: whose read marks count; empty: nobody's."""


def entry(row: Mapping[str, Any], reader: str) -> QueueEntry:
    """A row of QUEUE as the port gives it; nothing is unread for nobody."""
    values = {name: row[name] for name in QueueEntry.model_fields}
    values["base"] = CALM_BASE if row["base"] is None else row["base"]
    values["trend"] = row["trend"] or "steady"
    values["contacts_30d"] = row["contacts_30d"] or 0
    values["trajectory"] = row["trajectory"] or ()
    values["needs_human"] = bool(row["needs_human"])
    values["unread"] = row["unread"] if reader else 0
    return QueueEntry(**values)
