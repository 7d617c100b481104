"""Knowledge brought in: sources, imports as jobs, and what became of each file."""

import sqlalchemy as sa

from copilot.adapters.database.columns import indexed, json_column, moment, refers, table, text

knowledge_sources = table(
    "knowledge_sources",
    text("kind"),
    text("name"),
    sa.Column("master", sa.Boolean, nullable=False),
    json_column("overlay"),
    text("made_by"),
    moment("made_at"),
)
"""Where articles come from. `master`: the source stays the master, its articles are read-only here; `overlay`: what is laid over them
(audience, owner, tags, locale)."""

source_articles = table(
    "source_articles",
    text("source_id"),
    text("external_id"),
    text("article_id"),
    text("digest"),
    text("address"),
    moment("seen_at"),
    refers("source_id", "knowledge_sources"),
    indexed("article_id"),
    key=("source_id", "external_id"),
)
"""Which article a source's own id became, so that an import can be repeated without duplicates. `digest`: of what the source held."""

imports = table(
    "imports",
    text("source_id"),
    text("kind"),
    text("name"),
    json_column("options"),
    text("state"),
    text("reason"),
    sa.Column("total", sa.Integer, nullable=False),
    sa.Column("done", sa.Integer, nullable=False),
    text("made_by"),
    moment("made_at"),
    moment("ended_at", nullable=True),
    refers("source_id", "knowledge_sources"),
    indexed("state", "made_at"),
    indexed("source_id", "made_at"),
)

import_files = table(
    "import_files",
    text("import_id"),
    sa.Column("position", sa.Integer),
    text("name"),
    text("state"),
    text("reason"),
    json_column("article_ids"),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=True),
    refers("import_id", "imports"),
    key=("import_id", "position"),
)
"""A line of an import's report. `content`: the file until it was read; NULL afterwards."""
