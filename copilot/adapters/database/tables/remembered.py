"""Memories of customers, and promises made to them."""

import sqlalchemy as sa

from copilot.adapters.database.columns import indexed, json_column, moment, optional, refers, table, text

memories = table(
    "memories",
    text("customer_id"),
    text("kind"),
    text("text"),
    text("source"),
    moment("at"),
    sa.Column("confidence", sa.Float, nullable=False),
    sa.Column("importance", sa.Float, nullable=False),
    text("use"),
    text("state"),
    moment("expires_at", nullable=True),
    sa.Column("sensitive", sa.Boolean, nullable=False),
    text("channel", nullable=True),
    text("conversation_id", nullable=True),
    json_column("outcome", nullable=True),
    refers("customer_id", "customers"),
    refers("conversation_id", "conversations"),
    indexed("customer_id", "state", "importance", "at"),
    indexed("conversation_id"),
)

promises = table(
    "promises",
    text("customer_id"),
    optional("conversation_id"),
    text("text"),
    text("owner"),
    moment("due", nullable=True),
    text("state"),
    text("source"),
    moment("made_at"),
    moment("settled_at", nullable=True),
    refers("customer_id", "customers"),
    refers("conversation_id", "conversations"),
    indexed("customer_id", "made_at"),
    indexed("customer_id", "state", "due"),
    indexed("conversation_id"),
    indexed("state", "due"),
)
