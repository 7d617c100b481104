"""Knowledge that people edit: drafts, comments, rules of search, flags, imports, recalls; and what the list of articles asks by."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# As in 0001: timestamptz on PostgreSQL, microseconds since 1970 (UTC) on SQLite.
MOMENT = sa.BigInteger().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TABLES = (
    "article_comments",
    "article_drafts",
    "article_flags",
    "article_redirects",
    "article_uses",
    "fact_changes",
    "import_files",
    "imports",
    "knowledge_sources",
    "recall_cases",
    "recalls",
    "saved_replies",
    "search_rules",
    "source_articles",
)
ROLE = "copilot_app"
GRANT = f"""
DO $$ BEGIN
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{ROLE}') THEN
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO {ROLE}', current_schema());
  END IF;
EXCEPTION WHEN insufficient_privilege THEN NULL;
END $$
"""
OWN = "(tenant_id = current_setting('copilot.tenant', true) OR current_setting('copilot.tenant', true) = '*')"


def upgrade() -> None:
    make_tables()
    add_columns()
    fill_articles()
    if op.get_bind().dialect.name == "postgresql":
        secure_rows()


def secure_rows() -> None:
    op.execute(GRANT)
    for table in TABLES:
        op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
        op.execute(f'CREATE POLICY own_tenant ON "{table}" USING {OWN} WITH CHECK {OWN}')


def fill_articles() -> None:
    """The list of articles asks by columns what stood only in their text until now."""
    articles = sa.table(
        "articles",
        *(sa.column(name, sa.Text()) for name in ("tenant_id", "id", "body", "title", "owner", "locale")),
        sa.column("policy", sa.Boolean()),
        sa.column("review_by", MOMENT),
    )
    bind = op.get_bind()
    for tenant_id, ident, body in bind.execute(sa.select(articles.c.tenant_id, articles.c.id, articles.c.body)).all():
        written = json.loads(body)
        values = {name: written.get(name) or "" for name in ("title", "owner", "locale")}
        values |= {"policy": False, "review_by": moment(written.get("review_by"), bind.dialect.name)}
        bind.execute(sa.update(articles).where(articles.c.tenant_id == tenant_id, articles.c.id == ident).values(**values))


def moment(written: str | None, dialect: str) -> Any:
    """A time as this database keeps it."""
    if not written:
        return None
    at = datetime.fromisoformat(written)
    return at if dialect == "postgresql" else (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def add_columns() -> None:
    op.add_column("articles", sa.Column("title", sa.Text(), nullable=True))
    op.add_column("articles", sa.Column("owner", sa.Text(), nullable=True))
    op.add_column("articles", sa.Column("locale", sa.Text(), nullable=True))
    op.add_column("articles", sa.Column("policy", sa.Boolean(), nullable=True))
    op.add_column("articles", sa.Column("review_by", MOMENT, nullable=True))
    op.add_column("articles", sa.Column("source_id", sa.Text(), nullable=True))
    op.add_column("articles", sa.Column("synced_revision", sa.Integer(), nullable=True))
    op.create_index("ix_articles_tenant_id_review_by", "articles", ["tenant_id", "review_by"], unique=False)
    op.create_index("ix_articles_tenant_id_source_id", "articles", ["tenant_id", "source_id"], unique=False)
    op.add_column("gaps", sa.Column("closed_by", sa.Text(), nullable=True))
    op.add_column("gaps", sa.Column("closed_as", sa.Text(), nullable=True))
    op.add_column("gaps", sa.Column("article_id", sa.Text(), nullable=True))
    op.add_column("gaps", sa.Column("note", sa.Text(), nullable=True))
    op.add_column("gaps", sa.Column("vector", sa.LargeBinary(), nullable=True))
    op.add_column("gaps", sa.Column("embedder_version", sa.Text(), nullable=True))
    op.add_column("suggestions", sa.Column("outdated_by", sa.Text(), nullable=True))


def make_tables() -> None:
    op.create_table(
        "article_uses",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_article_uses_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "article_id", "what", "subject_id", name="pk_article_uses"),
    )
    op.create_index("ix_article_uses_tenant_id_article_id_at", "article_uses", ["tenant_id", "article_id", "at"], unique=False)
    op.create_index("ix_article_uses_tenant_id_at", "article_uses", ["tenant_id", "at"], unique=False)
    op.create_index("ix_article_uses_tenant_id_subject_id", "article_uses", ["tenant_id", "subject_id"], unique=False)
    op.create_table(
        "fact_changes",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("old", sa.Text(), nullable=False),
        sa.Column("new", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("reviewer", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("replies", JSON, nullable=False),
        sa.Column("publish_at", MOMENT, nullable=True),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_fact_changes_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_fact_changes"),
    )
    op.create_index("ix_fact_changes_tenant_id_state_opened_at", "fact_changes", ["tenant_id", "state", "opened_at"], unique=False)
    op.create_table(
        "knowledge_sources",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("master", sa.Boolean(), nullable=False),
        sa.Column("overlay", JSON, nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_knowledge_sources_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_knowledge_sources"),
    )
    op.create_table(
        "recalls",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.Column("from_revision", sa.Integer(), nullable=False),
        sa.Column("to_revision", sa.Integer(), nullable=False),
        sa.Column("wrong", sa.Text(), nullable=False),
        sa.Column("right", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_recalls_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_recalls"),
    )
    op.create_index("ix_recalls_tenant_id_article_id_made_at", "recalls", ["tenant_id", "article_id", "made_at"], unique=False)
    op.create_table(
        "saved_replies",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("shortcut", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("tags", JSON, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_by", sa.Text(), nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_saved_replies_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_saved_replies"),
    )
    op.create_index("ix_saved_replies_tenant_id_shortcut", "saved_replies", ["tenant_id", "shortcut"], unique=False)
    op.create_table(
        "search_rules",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.Column("passage_id", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("reviewer", sa.Text(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_search_rules_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_search_rules"),
    )
    op.create_index("ix_search_rules_tenant_id_state", "search_rules", ["tenant_id", "state"], unique=False)
    op.create_table(
        "article_drafts",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("base_revision", sa.Integer(), nullable=False),
        sa.Column("change_id", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("editors", JSON, nullable=False),
        sa.Column("reviewer", sa.Text(), nullable=False),
        sa.Column("publish_at", MOMENT, nullable=True),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "change_id"], ["fact_changes.tenant_id", "fact_changes.id"], name="fk_article_drafts_tenant_id_change_id"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_article_drafts_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_article_drafts"),
    )
    op.create_index("ix_article_drafts_tenant_id_change_id", "article_drafts", ["tenant_id", "change_id"], unique=False)
    op.create_index("ix_article_drafts_tenant_id_state_updated_at", "article_drafts", ["tenant_id", "state", "updated_at"], unique=False)
    op.create_index(
        "uq_article_drafts_open",
        "article_drafts",
        ["tenant_id", "article_id"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "imports",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("options", JSON, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "source_id"], ["knowledge_sources.tenant_id", "knowledge_sources.id"], name="fk_imports_tenant_id_source_id"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_imports_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_imports"),
    )
    op.create_index("ix_imports_tenant_id_source_id_made_at", "imports", ["tenant_id", "source_id", "made_at"], unique=False)
    op.create_index("ix_imports_tenant_id_state_made_at", "imports", ["tenant_id", "state", "made_at"], unique=False)
    op.create_table(
        "source_articles",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "source_id"],
            ["knowledge_sources.tenant_id", "knowledge_sources.id"],
            name="fk_source_articles_tenant_id_source_id",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_source_articles_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "source_id", "external_id", name="pk_source_articles"),
    )
    op.create_index("ix_source_articles_tenant_id_article_id", "source_articles", ["tenant_id", "article_id"], unique=False)
    op.create_table(
        "article_comments",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.Column("draft_id", sa.Text(), nullable=True),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("resolved_at", MOMENT, nullable=True),
        sa.Column("resolved_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "draft_id"], ["article_drafts.tenant_id", "article_drafts.id"], name="fk_article_comments_tenant_id_draft_id"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_article_comments_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_article_comments"),
    )
    op.create_index("ix_article_comments_tenant_id_article_id_at", "article_comments", ["tenant_id", "article_id", "at"], unique=False)
    op.create_index("ix_article_comments_tenant_id_draft_id", "article_comments", ["tenant_id", "draft_id"], unique=False)
    op.create_table(
        "article_redirects",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("to_id", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "to_id"], ["articles.tenant_id", "articles.id"], name="fk_article_redirects_tenant_id_to_id"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_article_redirects_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_article_redirects"),
    )
    op.create_index("ix_article_redirects_tenant_id_to_id", "article_redirects", ["tenant_id", "to_id"], unique=False)
    op.create_table(
        "import_files",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("import_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("article_ids", JSON, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "import_id"], ["imports.tenant_id", "imports.id"], name="fk_import_files_tenant_id_import_id"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_import_files_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "import_id", "position", name="pk_import_files"),
    )
    op.create_table(
        "article_flags",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.Column("passage_id", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=True),
        sa.Column("turn_id", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.Text(), nullable=False),
        sa.Column("flagged_at", MOMENT, nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "conversation_id"],
            ["conversations.tenant_id", "conversations.id"],
            name="fk_article_flags_tenant_id_conversation_id",
        ),
        sa.ForeignKeyConstraint(["tenant_id", "turn_id"], ["turns.tenant_id", "turns.id"], name="fk_article_flags_tenant_id_turn_id"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_article_flags_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_article_flags"),
    )
    op.create_index(
        "ix_article_flags_tenant_id_article_id_flagged_at", "article_flags", ["tenant_id", "article_id", "flagged_at"], unique=False
    )
    op.create_index("ix_article_flags_tenant_id_author_flagged_at", "article_flags", ["tenant_id", "author", "flagged_at"], unique=False)
    op.create_index("ix_article_flags_tenant_id_conversation_id", "article_flags", ["tenant_id", "conversation_id"], unique=False)
    op.create_index("ix_article_flags_tenant_id_state_flagged_at", "article_flags", ["tenant_id", "state", "flagged_at"], unique=False)
    op.create_index("ix_article_flags_tenant_id_turn_id", "article_flags", ["tenant_id", "turn_id"], unique=False)
    op.create_table(
        "recall_cases",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("recall_id", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=True),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("sure", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("draft", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("told_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "conversation_id"],
            ["conversations.tenant_id", "conversations.id"],
            name="fk_recall_cases_tenant_id_conversation_id",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "message_id"], ["messages.tenant_id", "messages.id"], name="fk_recall_cases_tenant_id_message_id"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "recall_id"], ["recalls.tenant_id", "recalls.id"], name="fk_recall_cases_tenant_id_recall_id"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_recall_cases_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_recall_cases"),
    )
    op.create_index("ix_recall_cases_tenant_id_conversation_id", "recall_cases", ["tenant_id", "conversation_id"], unique=False)
    op.create_index("ix_recall_cases_tenant_id_message_id", "recall_cases", ["tenant_id", "message_id"], unique=False)
    op.create_index("ix_recall_cases_tenant_id_recall_id", "recall_cases", ["tenant_id", "recall_id"], unique=False)
    op.create_index("ix_recall_cases_tenant_id_user_id_state", "recall_cases", ["tenant_id", "user_id", "state"], unique=False)
