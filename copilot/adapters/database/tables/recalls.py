"""Articles that turned out wrong after customers were told so: who has to be told what is right."""

import sqlalchemy as sa

from copilot.adapters.database.columns import indexed, moment, refers, table, text

recalls = table(
    "recalls",
    text("article_id"),
    sa.Column("from_revision", sa.Integer, nullable=False),
    sa.Column("to_revision", sa.Integer, nullable=False),
    text("wrong"),
    text("right"),
    text("note"),
    text("author"),
    moment("made_at"),
    moment("closed_at", nullable=True),
    indexed("article_id", "made_at"),
)

recall_cases = table(
    "recall_cases",
    text("recall_id"),
    text("conversation_id"),
    text("message_id"),
    text("customer_id", nullable=True),
    text("user_id"),
    sa.Column("sure", sa.Boolean, nullable=False),
    text("state"),
    text("told"),
    text("draft"),
    text("note"),
    moment("told_at"),
    moment("changed_at"),
    refers("recall_id", "recalls"),
    refers("conversation_id", "conversations"),
    refers("message_id", "messages"),
    indexed("recall_id"),
    indexed("conversation_id"),
    indexed("message_id"),
    indexed("user_id", "state"),
)
"""One sentence that one customer was told. `told`: the sentence as it was sent; `draft`: the correction for their agent;
`sure`: a draft that quoted the article was sent with the wrong statement in it, else an agent's own words hold it."""
