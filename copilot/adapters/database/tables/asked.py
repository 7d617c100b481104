"""What agents ask others for: supervisors' grants, colleagues' answers."""

from copilot.adapters.database.columns import indexed, json_column, moment, refers, table, text

grants = table(
    "grants",
    text("conversation_id"),
    text("state"),
    text("lever_id", nullable=True),
    text("article_id"),
    text("offer"),
    json_column("limit", nullable=True),
    text("reason"),
    text("asked_by"),
    text("asked_name"),
    moment("asked_at"),
    json_column("granted", nullable=True),
    text("decided_by", nullable=True),
    text("decided_name"),
    text("note"),
    moment("decided_at", nullable=True),
    moment("expires_at", nullable=True),
    moment("used_at", nullable=True),
    text("used_in", nullable=True),
    refers("conversation_id", "conversations"),
    indexed("conversation_id", "asked_at"),
    indexed("state", "asked_at"),
)
"""`used_in`: the id of the message that made the offer (not a foreign key: it says only that there was one)."""

questions = table(
    "questions",
    text("conversation_id"),
    text("state"),
    text("text"),
    text("to"),
    text("to_name"),
    text("asked_by"),
    text("asked_name"),
    moment("asked_at"),
    text("answer"),
    text("answered_by", nullable=True),
    text("answered_name"),
    moment("answered_at", nullable=True),
    text("article_id", nullable=True),
    refers("conversation_id", "conversations"),
    indexed("conversation_id", "asked_at"),
    indexed("state", "asked_at"),
)
"""`article_id`: the draft that the answer was born as (not a foreign key: editors may remove it)."""
