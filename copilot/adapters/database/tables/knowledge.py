"""Articles, their revisions, and the passages that are searched."""

import sqlalchemy as sa

from copilot.adapters.database.columns import indexed, json_column, moment, refers, table, text

article_groups = table("article_groups", moment("created_at"))
"""Translations of one article share a group."""

articles = table(
    "articles",
    sa.Column("revision", sa.Integer, nullable=False),
    text("status"),
    text("audience"),
    json_column("products"),
    moment("valid_from", nullable=True),
    text("group_id", nullable=True),
    sa.Column("has_levers", sa.Boolean, nullable=False),
    text("title", nullable=True),
    text("owner", nullable=True),
    text("locale", nullable=True),
    sa.Column("policy", sa.Boolean),
    moment("review_by", nullable=True),
    text("source_id", nullable=True),
    sa.Column("synced_revision", sa.Integer),
    text("body"),
    moment("saved_at"),
    refers("group_id", "article_groups"),
    indexed("status", "has_levers"),
    indexed("group_id"),
    indexed("source_id"),
    indexed("review_by"),
)
"""The present revision. `body`: the Article as JSON; the columns are what questions are asked by. `source_id`: whose read-only mirror it
is (not a foreign key: a source may be taken away, its articles stay); `synced_revision`: the revision that a folder of files and this
record last had in common."""

article_revisions = table(
    "article_revisions",
    text("article_id"),
    sa.Column("revision", sa.Integer),
    text("author"),
    text("body"),
    moment("saved_at"),
    key=("article_id", "revision"),
)
"""Every revision ever saved; outlives the article, so that numbers are never used twice."""

passages = table(
    "passages",
    text("article_id"),
    text("title"),
    text("heading"),
    text("text"),
    text("audience"),
    text("locale"),
    sa.Column("position", sa.Integer, nullable=False),
    moment("valid_from", nullable=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("searchable_from", sa.Integer, nullable=False),
    refers("article_id", "articles"),
    indexed("article_id"),
    indexed("version"),
)
"""Pieces of present revisions, of unpublished articles too. `version`: the knowledge version in which what search knows of it last
changed; `searchable_from`: since which it has been searchable without a break."""

passage_removals = table(
    "passage_removals", text("passage_id"), sa.Column("version", sa.Integer, nullable=False), indexed("version"), key=("passage_id",)
)
"""Passages that stopped being searchable, and the last knowledge version in which they did."""
