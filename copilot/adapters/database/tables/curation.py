"""What people and use say about articles: rules of search, flags, how often a passage served."""

import sqlalchemy as sa

from copilot.adapters.database.columns import indexed, moment, optional, refers, table, text

search_rules = table(
    "search_rules",
    text("query"),
    text("article_id"),
    text("passage_id"),
    text("action"),
    text("state"),
    text("note"),
    text("author"),
    text("reviewer"),
    moment("made_at"),
    moment("changed_at"),
    indexed("state"),
)
"""A passage (or a whole article, where `passage_id` is empty) pinned or blocked for a question."""

article_flags = table(
    "article_flags",
    text("article_id"),
    text("passage_id"),
    optional("conversation_id"),
    optional("turn_id"),
    text("reason"),
    text("note"),
    text("state"),
    text("author"),
    text("author_name"),
    text("answer"),
    text("answered_by"),
    moment("flagged_at"),
    moment("answered_at", nullable=True),
    refers("conversation_id", "conversations"),
    refers("turn_id", "turns"),
    indexed("state", "flagged_at"),
    indexed("article_id", "flagged_at"),
    indexed("author", "flagged_at"),
    indexed("conversation_id"),
    indexed("turn_id"),
)
"""An agent says that a passage is wrong. `author`: our id of the person, who hears back."""

article_uses = table(
    "article_uses",
    text("article_id"),
    text("what"),
    text("subject_id"),
    text("reason"),
    moment("at"),
    sa.Column("revision", sa.Integer),
    indexed("article_id", "at"),
    indexed("at"),
    indexed("subject_id"),
    key=("article_id", "what", "subject_id"),
)
"""How an article served, once per subject. `what`: shown (subject: the turn), cited, used, edited, dismissed, sent (the suggestion).
Folded from events, so it can be made again; nobody's name stands in it."""
