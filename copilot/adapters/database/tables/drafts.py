"""Turns, suggestions, and what became of them."""

import sqlalchemy as sa

from copilot.adapters.database.columns import indexed, json_column, moment, optional, refers, table, text, unique

turns = table(
    "turns",
    text("conversation_id"),
    text("customer_id", nullable=True),
    text("state"),
    sa.Column("is_current", sa.Boolean, nullable=False),
    json_column("unanswered"),
    json_column("requested"),
    moment("minted_at"),
    moment("frozen_at", nullable=True),
    sa.Column("schema_version", sa.Integer),
    text("body", nullable=True),
    sa.Column("base", sa.Float),
    text("trend", nullable=True),
    text("label", nullable=True),
    sa.Column("contacts_30d", sa.Integer),
    json_column("trajectory", nullable=True),
    sa.Column("mood_change", sa.Float),
    sa.Column("needs_human", sa.Boolean),
    refers("conversation_id", "conversations"),
    indexed("conversation_id", "minted_at"),
    indexed("customer_id"),
    sa.Index("ix_turns_state", "state", "minted_at"),
    sa.Index(
        "uq_turns_current",
        "tenant_id",
        "conversation_id",
        unique=True,
        sqlite_where=sa.text("is_current"),
        postgresql_where=sa.text("is_current"),
    ),
)
"""`body`: the Turn as JSON, exactly as it was frozen. `customer_id`: the person it speaks of (not a foreign key: conversations
may be given to another customer later, and erasure has to find both). From `base` on: what the queue and the figures of teams read of
the evidence, so that they need not open it."""

suggestions = table(
    "suggestions",
    text("turn_id"),
    text("kind"),
    sa.Column("variant", sa.Integer, nullable=False),
    text("state"),
    text("reason"),
    text("text"),
    json_column("payload"),
    json_column("citations"),
    json_column("checks"),
    text("producer"),
    text("model"),
    text("prompt"),
    json_column("usage"),
    sa.Column("cost_microusd", sa.BigInteger, nullable=False),
    sa.Column("latency_ms", sa.Float, nullable=False),
    sa.Column("stale", sa.Boolean, nullable=False),
    sa.Column("schema_version", sa.Integer, nullable=False, server_default="1"),
    optional("outdated_by"),
    moment("created_at"),
    optional("experiment_id"),
    optional("arm"),
    refers("turn_id", "turns"),
    unique("turn_id", "kind", "variant"),
    sa.Index(
        "ix_suggestions_experiment",
        "tenant_id",
        "experiment_id",
        sqlite_where=sa.text("experiment_id IS NOT NULL"),
        postgresql_where=sa.text("experiment_id IS NOT NULL"),
    ),
)
"""`outdated_by`: the article whose change made it stale. `experiment_id`, `arm`: NULL outside experiments."""

provider_calls = table(
    "provider_calls",
    text("suggestion_id"),
    json_column("messages"),
    moment("sent_at"),
    refers("suggestion_id", "suggestions"),
    key=("suggestion_id",),
)

seen_marks = table(
    "seen_marks",
    text("suggestion_id"),
    text("what"),
    text("user_id"),
    moment("at"),
    refers("suggestion_id", "suggestions"),
    key=("suggestion_id", "what", "user_id"),
)

decisions = table(
    "decisions",
    text("suggestion_id"),
    text("user_id"),
    text("action"),
    text("text"),
    text("reason"),
    sa.Column("part", sa.Integer),
    moment("displayed_at", nullable=True),
    moment("copied_at", nullable=True),
    moment("decided_at"),
    sa.Column("stale", sa.Boolean, nullable=False),
    refers("suggestion_id", "suggestions"),
    indexed("suggestion_id", "decided_at"),
)

sent_texts = table(
    "sent_texts",
    text("conversation_id"),
    text("message_id"),
    text("suggestion_id", nullable=True),
    text("text"),
    sa.Column("edit_distance", sa.Float),
    moment("sent_at"),
    text("user_id", nullable=True),
    sa.Column("reasks", sa.Integer),
    refers("conversation_id", "conversations"),
    refers("message_id", "messages"),
    refers("suggestion_id", "suggestions"),
    unique("message_id"),
    indexed("conversation_id", "sent_at"),
    indexed("suggestion_id"),
)
"""`reasks`: questions in it for what was on record; counted for groups only. NULL: not known."""
