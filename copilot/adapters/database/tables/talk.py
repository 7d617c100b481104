"""Conversations, messages, who was assigned, and what each message showed."""

import sqlalchemy as sa

from copilot.adapters.database.columns import indexed, json_column, moment, optional, refers, table, text, unique

conversations = table(
    "conversations",
    text("connection_id"),
    text("external_id"),
    text("channel"),
    text("status"),
    text("language"),
    text("assignee"),
    optional("team"),
    text("customer_id", nullable=True),
    text("assurance"),
    json_column("outcome", nullable=True),
    sa.Column("csat", sa.Integer),
    moment("last_at"),
    moment("created_at"),
    refers("connection_id", "connections"),
    refers("customer_id", "customers"),
    refers("team", "teams", "name"),
    unique("connection_id", "external_id"),
    indexed("external_id"),
    indexed("customer_id", "last_at"),
    indexed("status"),
    indexed("team"),
)
"""`last_at`: when the latest message was sent (its making, while it has none)."""

messages = table(
    "messages",
    text("conversation_id"),
    sa.Column("position", sa.Integer, nullable=False),
    optional("external_id"),
    text("author"),
    text("author_id"),
    text("author_name"),
    text("visibility"),
    text("text"),
    moment("sent_at"),
    json_column("attachments"),
    moment("edited_at", nullable=True),
    moment("deleted_at", nullable=True),
    refers("conversation_id", "conversations"),
    unique("conversation_id", "external_id"),
    indexed("conversation_id", "sent_at", "position"),
)
"""The sender's message id is unique within its conversation (and so within its connection): files number the messages of each
conversation from 1. `position` orders what was sent in the same instant as it came in."""

assignments = table(
    "assignments",
    text("conversation_id"),
    text("assignee"),
    optional("team"),
    moment("assigned_at"),
    moment("ended_at", nullable=True),
    refers("conversation_id", "conversations"),
    indexed("conversation_id", "assigned_at"),
)

message_senses = table(
    "message_senses",
    text("message_id"),
    json_column("body"),
    sa.Column("vector", sa.LargeBinary),
    text("embedder_version"),
    refers("message_id", "messages"),
    key=("message_id",),
)
