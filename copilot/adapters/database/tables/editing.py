"""Articles while they are written: drafts beside what is published, comments, redirects, facts that change, saved replies."""

import sqlalchemy as sa

from copilot.adapters.database.columns import indexed, json_column, moment, optional, refers, table, text

article_drafts = table(
    "article_drafts",
    text("article_id"),
    text("state"),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("base_revision", sa.Integer, nullable=False),
    text("change_id", nullable=True),
    text("body"),
    text("note"),
    text("origin"),
    text("author"),
    json_column("editors"),
    text("reviewer"),
    moment("publish_at", nullable=True),
    moment("opened_at"),
    moment("updated_at"),
    moment("closed_at", nullable=True),
    refers("change_id", "fact_changes"),
    indexed("state", "updated_at"),
    indexed("change_id"),
    sa.Index(
        "uq_article_drafts_open",
        "tenant_id",
        "article_id",
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    ),
)
"""One open draft per article; closed ones stay as the history of who reviewed what. `body`: the Article as JSON, as it would be published;
`base_revision`: the revision it was begun from, 0 for a new article. `version` rises with every change (optimistic locking)."""

article_comments = table(
    "article_comments",
    text("article_id"),
    optional("draft_id"),
    text("quote"),
    text("text"),
    text("author"),
    moment("at"),
    moment("resolved_at", nullable=True),
    text("resolved_by"),
    refers("draft_id", "article_drafts"),
    indexed("draft_id"),
    indexed("article_id", "at"),
)

article_redirects = table("article_redirects", text("to_id"), text("by"), moment("at"), refers("to_id", "articles"), indexed("to_id"))
"""`id`: the article that was merged away; who asks for it is led to `to_id`."""

fact_changes = table(
    "fact_changes",
    text("state"),
    text("old"),
    text("new"),
    text("note"),
    text("author"),
    text("reviewer"),
    sa.Column("version", sa.Integer, nullable=False),
    json_column("replies"),
    moment("publish_at", nullable=True),
    moment("opened_at"),
    moment("closed_at", nullable=True),
    indexed("state", "opened_at"),
)
"""One fact that changes over many articles: their drafts carry its id, are reviewed as one. `replies`: saved replies as they would be."""

saved_replies = table(
    "saved_replies",
    text("shortcut"),
    text("title"),
    text("text"),
    text("locale"),
    text("owner"),
    json_column("tags"),
    sa.Column("version", sa.Integer, nullable=False),
    text("saved_by"),
    moment("saved_at"),
    indexed("shortcut"),
)
"""Texts that agents insert as they are."""
