"""An agent's day: how far each has read, who is absent, promises that changed hands, how conversations were wrapped up."""

import sqlalchemy as sa

from copilot.adapters.database.columns import indexed, moment, refers, table, text

read_marks = table(
    "read_marks",
    text("conversation_id"),
    text("user_id"),
    moment("read_until"),
    sa.Column("position", sa.Integer, nullable=False),
    moment("at"),
    refers("user_id", "users"),
    refers("conversation_id", "conversations"),
    key=("conversation_id", "user_id"),
)
"""The last message a person has read, by when it was sent and its place. Nobody else is ever told."""

absences = table(
    "absences",
    text("user_id"),
    moment("since"),
    moment("until"),
    text("promises_to"),
    refers("user_id", "users"),
    refers("promises_to", "users"),
    key=("user_id",),
)
"""Who is away, and who minds their promises meanwhile. Nothing of a promise is written: at `until` they are the owner's again."""

promise_moves = table(
    "promise_moves",
    text("promise_id"),
    text("from_owner"),
    text("to_user"),
    text("moved_by"),
    moment("moved_at"),
    refers("promise_id", "promises"),
    refers("to_user", "users"),
    indexed("promise_id", "moved_at"),
)
"""A promise got another owner for good; the last line counts."""

wrap_ups = table(
    "wrap_ups",
    text("conversation_id"),
    text("summary"),
    text("disposition"),
    sa.Column("resolved", sa.Boolean),
    text("user_id"),
    moment("closed_at"),
    refers("conversation_id", "conversations"),
    indexed("conversation_id", "closed_at"),
)
