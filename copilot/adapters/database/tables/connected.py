"""The inbox of chat tools, and what goes out to them."""

import sqlalchemy as sa

from copilot.adapters.database.columns import METADATA, indexed, json_column, moment, refers, rising, table, tenant, text, unique

inbox = sa.Table(
    "inbox",
    METADATA,
    rising(),
    tenant(),
    text("connection_id"),
    text("delivery_id"),
    text("state"),
    json_column("arrivals", nullable=True),
    moment("received_at"),
    moment("done_at", nullable=True),
    text("problem"),
    refers("connection_id", "connections"),
    unique("connection_id", "delivery_id"),
    indexed("state", "received_at"),
    indexed("connection_id", "received_at"),
    sqlite_autoincrement=True,
)
"""`arrivals`: what a delivery tells, until it is worked in; then NULL. No raw body is kept."""

outgoing = table(
    "outgoing",
    text("connection_id"),
    text("conversation_id"),
    text("key"),
    text("action"),
    text("text"),
    text("agent"),
    text("state"),
    sa.Column("attempts", sa.Integer, nullable=False),
    moment("due_at"),
    moment("made_at"),
    text("external_id"),
    text("problem"),
    refers("connection_id", "connections"),
    refers("conversation_id", "conversations"),
    unique("key"),
    indexed("state", "due_at"),
    indexed("connection_id"),
    indexed("conversation_id"),
)
"""`key`: what a write is for; unique, so that nothing is written twice."""
