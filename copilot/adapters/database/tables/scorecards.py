"""Scorecards of real conversations, and the switch without which there are none."""

import sqlalchemy as sa

from copilot.adapters.database.columns import indexed, json_column, moment, refers, table, text, unique

scorecard_switches = table(
    "scorecard_switches",
    sa.Column("switched_on", sa.Boolean, nullable=False),
    text("reason"),
    text("switched_by"),
    text("by_name"),
    moment("at"),
    indexed("at"),
)
"""Lines are only ever added: the latest holds."""

scorecard_rubrics = table(
    "scorecard_rubrics",
    sa.Column("version", sa.Integer, nullable=False),
    json_column("body"),
    text("made_by"),
    moment("made_at"),
    key=("version",),
)

scorecard_samples = table(
    "scorecard_samples",
    moment("since"),
    moment("until"),
    text("seed"),
    sa.Column("wanted", sa.Integer, nullable=False),
    sa.Column("population", sa.Integer, nullable=False),
    sa.Column("twice", sa.Float, nullable=False),
    sa.Column("rubric_version", sa.Integer, nullable=False),
    text("drawn_by"),
    moment("drawn_at"),
    unique("since"),
)

scorecards = table(
    "scorecards",
    text("sample_id"),
    text("conversation_id"),
    text("customer_id", nullable=True),
    text("agent_id"),
    text("team"),
    sa.Column("chance", sa.Float, nullable=False),
    json_column("risk"),
    sa.Column("twice", sa.Boolean, nullable=False),
    json_column("measured"),
    text("answer"),
    sa.Column("disputed", sa.Boolean, nullable=False),
    moment("answered_at", nullable=True),
    moment("made_at"),
    sa.Column("turn", sa.Integer, nullable=False),
    refers("sample_id", "scorecard_samples"),
    refers("conversation_id", "conversations"),
    unique("sample_id", "conversation_id"),
    indexed("sample_id", "turn"),
    indexed("conversation_id"),
    indexed("customer_id"),
    indexed("agent_id", "made_at"),
)
"""`turn`: when it is rated, by chance: who stops half-way has rated a sample, too. `measured` may quote a message: the row goes with it.
`customer_id`: whose conversation it was when it was drawn (not a foreign key: a conversation may be given to somebody else later)."""

scorecard_ratings = table(
    "scorecard_ratings",
    text("scorecard_id"),
    text("rater_id"),
    text("role"),
    json_column("marks"),
    text("note"),
    moment("rated_at"),
    refers("scorecard_id", "scorecards"),
    unique("scorecard_id", "role"),
)
