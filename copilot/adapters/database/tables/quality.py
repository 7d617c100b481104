"""Cases that were born in the desk, and figures of runs."""

import sqlalchemy as sa

from copilot.adapters.database.columns import indexed, json_column, moment, refers, table, text, unique

quality_cases = table(
    "quality_cases",
    text("name"),
    text("state"),
    text("source"),
    text("found", nullable=True),
    text("origin"),
    text("conversation_id", nullable=True),
    text("turn_id", nullable=True),
    text("suggestion_id", nullable=True),
    text("customer_id", nullable=True),
    json_column("draft"),
    json_column("body"),
    text("made_by"),
    text("decided_by"),
    text("note"),
    moment("made_at"),
    moment("decided_at", nullable=True),
    sa.Column("rank", sa.Integer, nullable=False),
    refers("conversation_id", "conversations"),
    refers("turn_id", "turns"),
    refers("suggestion_id", "suggestions"),
    unique("origin"),
    indexed("state", "rank", "made_at"),
    indexed("conversation_id"),
    indexed("turn_id"),
    indexed("suggestion_id"),
    indexed("customer_id"),
)
"""`origin`: what it was made from; no case is harvested twice from one draft. `rank`: dangerous ones have the least. `customer_id`: the
person it came from (not a foreign key: it outlives what retention lets go, so that an erasure still finds it)."""

quality_runs = table(
    "quality_runs",
    text("name"),
    moment("made_at"),
    json_column("tried"),
    json_column("figures"),
    text("posted_by"),
    moment("posted_at"),
    unique("name"),
    indexed("made_at"),
)
