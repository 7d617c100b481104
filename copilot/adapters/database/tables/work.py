"""Handovers, gaps, the append-only events, and the outbox."""

import sqlalchemy as sa

from copilot.adapters.database.columns import METADATA, indexed, json_column, moment, optional, refers, rising, table, tenant, text

handovers = table(
    "handovers",
    text("conversation_id"),
    optional("turn_id"),
    text("suggestion_id", nullable=True),
    text("state"),
    text("body"),
    moment("offered_at"),
    moment("changed_at"),
    refers("conversation_id", "conversations"),
    refers("turn_id", "turns"),
    refers("suggestion_id", "suggestions"),
    indexed("conversation_id", "offered_at"),
    indexed("state", "offered_at"),
    indexed("turn_id"),
    indexed("suggestion_id"),
)
"""`body`: the Handover as JSON."""

gaps = table(
    "gaps",
    text("question"),
    optional("conversation_id"),
    optional("turn_id"),
    text("cause"),
    text("suggestion_id", nullable=True),
    json_column("article_ids"),
    moment("opened_at"),
    moment("closed_at", nullable=True),
    text("closed_by", nullable=True),
    text("closed_as", nullable=True),
    text("article_id", nullable=True),
    text("note", nullable=True),
    sa.Column("vector", sa.LargeBinary),
    text("embedder_version", nullable=True),
    refers("conversation_id", "conversations"),
    refers("turn_id", "turns"),
    refers("suggestion_id", "suggestions"),
    indexed("opened_at"),
    indexed("conversation_id"),
    indexed("turn_id"),
    indexed("suggestion_id"),
)
"""`closed_as`: covered, or not a gap; `article_id`: the article that covers it; `note`: an editor's reason.
`vector`: of the question and what a human answered, float32, little-endian, made by `embedder_version`."""

events = sa.Table(
    "events",
    METADATA,
    rising(),
    tenant(),
    text("type"),
    moment("at"),
    text("conversation_id"),
    text("subject_id"),
    text("actor"),
    json_column("data"),
    sa.Column("schema_version", sa.Integer, nullable=False, server_default="1"),
    indexed("id"),
    indexed("conversation_id", "id"),
    sqlite_autoincrement=True,
)
"""Lines are only ever added; an erasure empties a person's references in them and keeps the line."""

outbox = sa.Table(
    "outbox",
    METADATA,
    rising(),
    tenant(),
    text("job"),
    text("subject_id"),
    moment("created_at"),
    indexed("subject_id"),
    sqlite_autoincrement=True,
)
