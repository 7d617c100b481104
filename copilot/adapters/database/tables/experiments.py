"""Experiments; which of them a draft belongs to stands with the draft."""

import sqlalchemy as sa

from copilot.adapters.database.columns import indexed, json_column, moment, table, text

experiments = table(
    "experiments",
    text("name"),
    text("reason"),
    json_column("kinds"),
    json_column("prompts"),
    text("model"),
    sa.Column("share", sa.Float, nullable=False),
    text("salt"),
    sa.Column("conversations", sa.BigInteger, nullable=False),
    sa.Column("budget_microusd", sa.BigInteger, nullable=False),
    moment("begins_at"),
    moment("ends_at", nullable=True),
    text("state"),
    text("made_by"),
    moment("made_at"),
    moment("looked_at", nullable=True),
    text("over", nullable=True),
    moment("over_at", nullable=True),
    text("over_by"),
    text("note"),
    json_column("results", nullable=True),
    indexed("state", "made_at"),
)
"""`salt`: the key of the hash that deals conversations to arms. `results`: as they stood at the last look; figures only, of no person."""
