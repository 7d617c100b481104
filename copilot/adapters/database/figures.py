"""Sums over the conversations of each team. A conversation's team is its own, else that of whoever takes care of it."""

from typing import Any

import sqlalchemy as sa

from copilot.adapters.database.columns import Moment

_TALK = """
WITH people AS (
  SELECT id, external_id, name, team FROM users WHERE tenant_id = :tenant AND active AND team IS NOT NULL
), talk AS (
  SELECT c.id, COALESCE(c.team, (
    SELECT min(p.team) FROM people p WHERE c.assignee <> '' AND (p.id = c.assignee OR p.external_id = c.assignee)
  )) AS team
  FROM conversations c WHERE c.tenant_id = :tenant AND {which}
)
"""
_ACTIVE = _TALK.format(which="c.last_at >= :since")


def _timed(sql: str) -> Any:
    names = ("since", "until")
    return sa.text(sql).bindparams(*(sa.bindparam(name, type_=Moment()) for name in names if f":{name}" in sql))


MEMBERS = sa.text(
    "SELECT team, count(*) AS members FROM users WHERE tenant_id = :tenant AND active AND team IS NOT NULL GROUP BY team ORDER BY team"
)
CONTRIBUTORS = _timed(
    _ACTIVE
    + """
SELECT talk.team, count(DISTINCT p.id) AS contributors
FROM talk
JOIN messages m ON m.tenant_id = :tenant AND m.conversation_id = talk.id AND m.author = 'agent' AND m.visibility = 'public'
  AND m.deleted_at IS NULL AND m.sent_at BETWEEN :since AND :until
JOIN people p ON p.team = talk.team AND (p.id = m.author_id OR p.external_id = m.author_id OR (m.author_id = '' AND p.name = m.author_name))
GROUP BY talk.team
"""
)
CONVERSATIONS = _timed(
    _ACTIVE  # noqa: S608  # both pieces are constants of ours
    + """
SELECT talk.team, count(*) AS conversations, avg(n.mood_change) AS mood_change,
  sum(CASE WHEN n.contacts_30d >= 2 THEN 1 ELSE 0 END) AS repeats
FROM talk
JOIN turns n ON n.tenant_id = :tenant AND n.id = (
  SELECT t.id FROM turns t
  WHERE t.tenant_id = :tenant AND t.conversation_id = talk.id AND t.minted_at BETWEEN :since AND :until AND t.body IS NOT NULL
  ORDER BY t.minted_at DESC, t.id DESC LIMIT 1)
WHERE talk.team IS NOT NULL
GROUP BY talk.team
"""
)
ANSWERS = _timed(
    _ACTIVE
    + """
SELECT talk.team, count(s.reasks) AS answers, sum(s.reasks) AS reasks
FROM talk
JOIN sent_texts s ON s.tenant_id = :tenant AND s.conversation_id = talk.id AND s.sent_at BETWEEN :since AND :until
WHERE talk.team IS NOT NULL
GROUP BY talk.team
"""
)
PROMISES = _timed(
    _TALK.format(which="EXISTS (SELECT 1 FROM promises o WHERE o.tenant_id = :tenant AND o.conversation_id = c.id)")  # noqa: S608  # both are ours
    + """
SELECT talk.team, count(*) AS promises_due, sum(CASE WHEN o.state = 'kept' AND o.settled_at <= o.due THEN 1 ELSE 0 END) AS promises_kept
FROM talk
JOIN promises o ON o.tenant_id = :tenant AND o.conversation_id = talk.id AND o.state <> 'withdrawn' AND o.due BETWEEN :since AND :until
WHERE talk.team IS NOT NULL
GROUP BY talk.team
"""
)
STATEMENTS = (CONTRIBUTORS, CONVERSATIONS, ANSWERS, PROMISES)
NOTHING: dict[str, Any] = dict.fromkeys(
    ("contributors", "conversations", "promises_due", "promises_kept", "answers", "reasks", "repeats"), 0
) | {"mood_change": None}
