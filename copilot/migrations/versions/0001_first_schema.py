"""The first schema (DESIGN §5). Frozen: later changes are later revisions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# PostgreSQL keeps times as timestamptz, SQLite as microseconds since 1970 (UTC).
MOMENT = sa.BigInteger().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
RISING = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

ROLE = "copilot_app"
MAKE_ROLE = f"""
DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{ROLE}') THEN
    CREATE ROLE {ROLE} NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation OR insufficient_privilege THEN NULL;
END $$
"""
# Without the right to make roles, our login is an ordinary owner, and FORCE ROW LEVEL SECURITY holds it by itself.
GRANT = f"""
DO $$ BEGIN
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{ROLE}') THEN
    IF NOT pg_has_role(current_user, '{ROLE}', 'MEMBER') THEN
      EXECUTE 'GRANT {ROLE} TO ' || quote_ident(current_user);
    END IF;
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO {ROLE}', current_schema());
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO {ROLE}', current_schema());
    EXECUTE format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA %I TO {ROLE}', current_schema());
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {ROLE}', current_schema());
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT USAGE, SELECT ON SEQUENCES TO {ROLE}', current_schema());
  END IF;
EXCEPTION WHEN insufficient_privilege THEN NULL;
END $$
"""
# '*' is set for the few questions the system asks over all tenants; unset, nothing is visible.
OWN = "(tenant_id = current_setting('copilot.tenant', true) OR current_setting('copilot.tenant', true) = '*')"


def upgrade() -> None:
    make_tables()
    if op.get_bind().dialect.name == "postgresql":
        secure_rows()


def secure_rows() -> None:
    op.execute(MAKE_ROLE)
    op.execute(GRANT)
    for table in TABLES_WITH_TENANT:
        op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
        op.execute(f'CREATE POLICY own_tenant ON "{table}" USING {OWN} WITH CHECK {OWN}')


TABLES_WITH_TENANT = (
    "api_keys",
    "article_groups",
    "article_revisions",
    "articles",
    "assignments",
    "connections",
    "conversations",
    "customers",
    "decisions",
    "events",
    "gaps",
    "handovers",
    "idempotency_keys",
    "identities",
    "identity_links",
    "memories",
    "message_senses",
    "messages",
    "outbox",
    "passage_removals",
    "passages",
    "promises",
    "provider_calls",
    "seen_marks",
    "sent_texts",
    "state_values",
    "suggestions",
    "teams",
    "tenant_settings",
    "tenants",
    "tombstones",
    "turns",
    "usage_days",
    "users",
)


def make_tables() -> None:
    op.create_table(
        "replicas",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_replicas"),
    )
    op.create_table(
        "tenants",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("knowledge_version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name="pk_tenants"),
    )
    op.create_table(
        "article_groups",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_article_groups_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_article_groups"),
    )
    op.create_table(
        "article_revisions",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_article_revisions_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "article_id", "revision", name="pk_article_revisions"),
    )
    op.create_table(
        "connections",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("settings", JSON, nullable=False),
        sa.Column("secrets", JSON, nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_connections_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_connections"),
    )
    op.create_table(
        "events",
        sa.Column("id", RISING, sa.Identity(always=True), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("data", JSON, nullable=False),
        sa.Column("schema_version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_events_tenant_id"),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_events_tenant_id_conversation_id_id", "events", ["tenant_id", "conversation_id", "id"], unique=False)
    op.create_index("ix_events_tenant_id_id", "events", ["tenant_id", "id"], unique=False)
    op.create_table(
        "idempotency_keys",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_idempotency_keys_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "key", "route", name="pk_idempotency_keys"),
    )
    op.create_index("ix_idempotency_keys_tenant_id_created_at", "idempotency_keys", ["tenant_id", "created_at"], unique=False)
    op.create_table(
        "identities",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("normal", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_identities_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_identities"),
        sa.UniqueConstraint("tenant_id", "type", "normal", name="uq_identities_tenant_id_type_normal"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", RISING, sa.Identity(always=True), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_outbox_tenant_id"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_tenant_id_subject_id", "outbox", ["tenant_id", "subject_id"], unique=False)
    op.create_table(
        "passage_removals",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("passage_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_passage_removals_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "passage_id", name="pk_passage_removals"),
    )
    op.create_index("ix_passage_removals_tenant_id_version", "passage_removals", ["tenant_id", "version"], unique=False)
    op.create_table(
        "state_values",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_state_values_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "name", name="pk_state_values"),
    )
    op.create_table(
        "teams",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_teams_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_teams"),
        sa.UniqueConstraint("tenant_id", "name", name="uq_teams_tenant_id_name"),
    )
    op.create_table(
        "tenant_settings",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", JSON, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_tenant_settings_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "version", name="pk_tenant_settings"),
    )
    op.create_table(
        "tombstones",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("buried_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_tombstones_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "digest", name="pk_tombstones"),
    )
    op.create_table(
        "usage_days",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("microusd", sa.BigInteger(), nullable=False),
        sa.Column("input_tokens", sa.BigInteger(), nullable=False),
        sa.Column("output_tokens", sa.BigInteger(), nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_usage_days_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "day", name="pk_usage_days"),
    )
    op.create_table(
        "articles",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("products", JSON, nullable=False),
        sa.Column("valid_from", MOMENT, nullable=True),
        sa.Column("group_id", sa.Text(), nullable=True),
        sa.Column("has_levers", sa.Boolean(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "group_id"], ["article_groups.tenant_id", "article_groups.id"], name="fk_articles_tenant_id_group_id"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_articles_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_articles"),
    )
    op.create_index("ix_articles_tenant_id_group_id", "articles", ["tenant_id", "group_id"], unique=False)
    op.create_index("ix_articles_tenant_id_status_has_levers", "articles", ["tenant_id", "status", "has_levers"], unique=False)
    op.create_table(
        "customers",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("connection_id", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("since", MOMENT, nullable=True),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("preferences", JSON, nullable=False),
        sa.Column("fields", JSON, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "connection_id"], ["connections.tenant_id", "connections.id"], name="fk_customers_tenant_id_connection_id"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_customers_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_customers"),
        sa.UniqueConstraint("tenant_id", "connection_id", "external_id", name="uq_customers_tenant_id_connection_id_external_id"),
    )
    op.create_index("ix_customers_tenant_id_external_id", "customers", ["tenant_id", "external_id"], unique=False)
    op.create_table(
        "users",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("team", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "team"], ["teams.tenant_id", "teams.name"], name="fk_users_tenant_id_team"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_users_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_users"),
        sa.UniqueConstraint("tenant_id", "external_id", name="uq_users_tenant_id_external_id"),
    )
    op.create_index("ix_users_tenant_id_team", "users", ["tenant_id", "team"], unique=False)
    op.create_table(
        "api_keys",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=True),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"], name="fk_api_keys_tenant_id_user_id"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_api_keys_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_api_keys"),
        sa.UniqueConstraint("digest", name="uq_api_keys_digest"),
    )
    op.create_table(
        "conversations",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("connection_id", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("assignee", sa.Text(), nullable=False),
        sa.Column("team", sa.Text(), nullable=True),
        sa.Column("customer_id", sa.Text(), nullable=True),
        sa.Column("assurance", sa.Text(), nullable=False),
        sa.Column("outcome", JSON, nullable=True),
        sa.Column("csat", sa.Integer(), nullable=True),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "connection_id"], ["connections.tenant_id", "connections.id"], name="fk_conversations_tenant_id_connection_id"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"], ["customers.tenant_id", "customers.id"], name="fk_conversations_tenant_id_customer_id"
        ),
        sa.ForeignKeyConstraint(["tenant_id", "team"], ["teams.tenant_id", "teams.name"], name="fk_conversations_tenant_id_team"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_conversations_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_conversations"),
        sa.UniqueConstraint("tenant_id", "connection_id", "external_id", name="uq_conversations_tenant_id_connection_id_external_id"),
    )
    op.create_index(
        "ix_conversations_tenant_id_customer_id_last_at", "conversations", ["tenant_id", "customer_id", "last_at"], unique=False
    )
    op.create_index("ix_conversations_tenant_id_external_id", "conversations", ["tenant_id", "external_id"], unique=False)
    op.create_index("ix_conversations_tenant_id_status", "conversations", ["tenant_id", "status"], unique=False)
    op.create_index("ix_conversations_tenant_id_team", "conversations", ["tenant_id", "team"], unique=False)
    op.create_table(
        "identity_links",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("identity_id", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("linked_at", MOMENT, nullable=False),
        sa.Column("unlinked_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"], ["customers.tenant_id", "customers.id"], name="fk_identity_links_tenant_id_customer_id"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "identity_id"], ["identities.tenant_id", "identities.id"], name="fk_identity_links_tenant_id_identity_id"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_identity_links_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_identity_links"),
    )
    op.create_index("ix_identity_links_tenant_id_customer_id", "identity_links", ["tenant_id", "customer_id"], unique=False)
    op.create_index("ix_identity_links_tenant_id_identity_id", "identity_links", ["tenant_id", "identity_id"], unique=False)
    op.create_index(
        "uq_identity_links_linked",
        "identity_links",
        ["tenant_id", "identity_id", "customer_id"],
        unique=True,
        sqlite_where=sa.text("unlinked_at IS NULL"),
        postgresql_where=sa.text("unlinked_at IS NULL"),
    )
    op.create_table(
        "passages",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("valid_from", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("searchable_from", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "article_id"], ["articles.tenant_id", "articles.id"], name="fk_passages_tenant_id_article_id"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_passages_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_passages"),
    )
    op.create_index("ix_passages_tenant_id_article_id", "passages", ["tenant_id", "article_id"], unique=False)
    op.create_index("ix_passages_tenant_id_version", "passages", ["tenant_id", "version"], unique=False)
    op.create_table(
        "assignments",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("assignee", sa.Text(), nullable=False),
        sa.Column("team", sa.Text(), nullable=True),
        sa.Column("assigned_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "conversation_id"],
            ["conversations.tenant_id", "conversations.id"],
            name="fk_assignments_tenant_id_conversation_id",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_assignments_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_assignments"),
    )
    op.create_index(
        "ix_assignments_tenant_id_conversation_id_assigned_at", "assignments", ["tenant_id", "conversation_id", "assigned_at"], unique=False
    )
    op.create_table(
        "memories",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("importance", sa.Float(), nullable=False),
        sa.Column("use", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.Column("sensitive", sa.Boolean(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("conversation_id", sa.Text(), nullable=True),
        sa.Column("outcome", JSON, nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "conversation_id"], ["conversations.tenant_id", "conversations.id"], name="fk_memories_tenant_id_conversation_id"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"], ["customers.tenant_id", "customers.id"], name="fk_memories_tenant_id_customer_id"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_memories_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_memories"),
    )
    op.create_index("ix_memories_tenant_id_conversation_id", "memories", ["tenant_id", "conversation_id"], unique=False)
    op.create_index(
        "ix_memories_tenant_id_customer_id_state_importance_at",
        "memories",
        ["tenant_id", "customer_id", "state", "importance", "at"],
        unique=False,
    )
    op.create_table(
        "messages",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Text(), nullable=False),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("visibility", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.Column("attachments", JSON, nullable=False),
        sa.Column("edited_at", MOMENT, nullable=True),
        sa.Column("deleted_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "conversation_id"], ["conversations.tenant_id", "conversations.id"], name="fk_messages_tenant_id_conversation_id"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_messages_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_messages"),
        sa.UniqueConstraint("tenant_id", "conversation_id", "external_id", name="uq_messages_tenant_id_conversation_id_external_id"),
    )
    op.create_index(
        "ix_messages_tenant_id_conversation_id_sent_at_position",
        "messages",
        ["tenant_id", "conversation_id", "sent_at", "position"],
        unique=False,
    )
    op.create_table(
        "promises",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("due", MOMENT, nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "conversation_id"], ["conversations.tenant_id", "conversations.id"], name="fk_promises_tenant_id_conversation_id"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"], ["customers.tenant_id", "customers.id"], name="fk_promises_tenant_id_customer_id"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_promises_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_promises"),
    )
    op.create_index("ix_promises_tenant_id_conversation_id", "promises", ["tenant_id", "conversation_id"], unique=False)
    op.create_index("ix_promises_tenant_id_customer_id_made_at", "promises", ["tenant_id", "customer_id", "made_at"], unique=False)
    op.create_index("ix_promises_tenant_id_customer_id_state_due", "promises", ["tenant_id", "customer_id", "state", "due"], unique=False)
    op.create_index("ix_promises_tenant_id_state_due", "promises", ["tenant_id", "state", "due"], unique=False)
    op.create_table(
        "turns",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("unanswered", JSON, nullable=False),
        sa.Column("requested", JSON, nullable=False),
        sa.Column("minted_at", MOMENT, nullable=False),
        sa.Column("frozen_at", MOMENT, nullable=True),
        sa.Column("schema_version", sa.Integer(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("base", sa.Float(), nullable=True),
        sa.Column("trend", sa.Text(), nullable=True),
        sa.Column("label", sa.Text(), nullable=True),
        sa.Column("contacts_30d", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "conversation_id"], ["conversations.tenant_id", "conversations.id"], name="fk_turns_tenant_id_conversation_id"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_turns_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_turns"),
    )
    op.create_index("ix_turns_state", "turns", ["state", "minted_at"], unique=False)
    op.create_index("ix_turns_tenant_id_conversation_id_minted_at", "turns", ["tenant_id", "conversation_id", "minted_at"], unique=False)
    op.create_index("ix_turns_tenant_id_customer_id", "turns", ["tenant_id", "customer_id"], unique=False)
    op.create_index(
        "uq_turns_current",
        "turns",
        ["tenant_id", "conversation_id"],
        unique=True,
        sqlite_where=sa.text("is_current"),
        postgresql_where=sa.text("is_current"),
    )
    op.create_table(
        "message_senses",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("body", JSON, nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=True),
        sa.Column("embedder_version", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "message_id"], ["messages.tenant_id", "messages.id"], name="fk_message_senses_tenant_id_message_id"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_message_senses_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "message_id", name="pk_message_senses"),
    )
    op.create_table(
        "suggestions",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("turn_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("variant", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("payload", JSON, nullable=False),
        sa.Column("citations", JSON, nullable=False),
        sa.Column("checks", JSON, nullable=False),
        sa.Column("producer", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("prompt", sa.Text(), nullable=False),
        sa.Column("usage", JSON, nullable=False),
        sa.Column("cost_microusd", sa.BigInteger(), nullable=False),
        sa.Column("latency_ms", sa.Float(), nullable=False),
        sa.Column("stale", sa.Boolean(), nullable=False),
        sa.Column("schema_version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "turn_id"], ["turns.tenant_id", "turns.id"], name="fk_suggestions_tenant_id_turn_id"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_suggestions_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_suggestions"),
        sa.UniqueConstraint("tenant_id", "turn_id", "kind", "variant", name="uq_suggestions_tenant_id_turn_id_kind_variant"),
    )
    op.create_table(
        "decisions",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("suggestion_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=True),
        sa.Column("displayed_at", MOMENT, nullable=True),
        sa.Column("copied_at", MOMENT, nullable=True),
        sa.Column("decided_at", MOMENT, nullable=False),
        sa.Column("stale", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "suggestion_id"], ["suggestions.tenant_id", "suggestions.id"], name="fk_decisions_tenant_id_suggestion_id"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_decisions_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_decisions"),
    )
    op.create_index(
        "ix_decisions_tenant_id_suggestion_id_decided_at", "decisions", ["tenant_id", "suggestion_id", "decided_at"], unique=False
    )
    op.create_table(
        "gaps",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=True),
        sa.Column("turn_id", sa.Text(), nullable=True),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("suggestion_id", sa.Text(), nullable=True),
        sa.Column("article_ids", JSON, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "conversation_id"], ["conversations.tenant_id", "conversations.id"], name="fk_gaps_tenant_id_conversation_id"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "suggestion_id"], ["suggestions.tenant_id", "suggestions.id"], name="fk_gaps_tenant_id_suggestion_id"
        ),
        sa.ForeignKeyConstraint(["tenant_id", "turn_id"], ["turns.tenant_id", "turns.id"], name="fk_gaps_tenant_id_turn_id"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_gaps_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_gaps"),
    )
    op.create_index("ix_gaps_tenant_id_conversation_id", "gaps", ["tenant_id", "conversation_id"], unique=False)
    op.create_index("ix_gaps_tenant_id_opened_at", "gaps", ["tenant_id", "opened_at"], unique=False)
    op.create_index("ix_gaps_tenant_id_suggestion_id", "gaps", ["tenant_id", "suggestion_id"], unique=False)
    op.create_index("ix_gaps_tenant_id_turn_id", "gaps", ["tenant_id", "turn_id"], unique=False)
    op.create_table(
        "handovers",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("turn_id", sa.Text(), nullable=True),
        sa.Column("suggestion_id", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("offered_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "conversation_id"], ["conversations.tenant_id", "conversations.id"], name="fk_handovers_tenant_id_conversation_id"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "suggestion_id"], ["suggestions.tenant_id", "suggestions.id"], name="fk_handovers_tenant_id_suggestion_id"
        ),
        sa.ForeignKeyConstraint(["tenant_id", "turn_id"], ["turns.tenant_id", "turns.id"], name="fk_handovers_tenant_id_turn_id"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_handovers_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_handovers"),
    )
    op.create_index(
        "ix_handovers_tenant_id_conversation_id_offered_at", "handovers", ["tenant_id", "conversation_id", "offered_at"], unique=False
    )
    op.create_index("ix_handovers_tenant_id_suggestion_id", "handovers", ["tenant_id", "suggestion_id"], unique=False)
    op.create_index("ix_handovers_tenant_id_turn_id", "handovers", ["tenant_id", "turn_id"], unique=False)
    op.create_table(
        "provider_calls",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("suggestion_id", sa.Text(), nullable=False),
        sa.Column("messages", JSON, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "suggestion_id"], ["suggestions.tenant_id", "suggestions.id"], name="fk_provider_calls_tenant_id_suggestion_id"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_provider_calls_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "suggestion_id", name="pk_provider_calls"),
    )
    op.create_table(
        "seen_marks",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("suggestion_id", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "suggestion_id"], ["suggestions.tenant_id", "suggestions.id"], name="fk_seen_marks_tenant_id_suggestion_id"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_seen_marks_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "suggestion_id", "what", "user_id", name="pk_seen_marks"),
    )
    op.create_table(
        "sent_texts",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("suggestion_id", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("edit_distance", sa.Float(), nullable=True),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.Column("user_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "conversation_id"],
            ["conversations.tenant_id", "conversations.id"],
            name="fk_sent_texts_tenant_id_conversation_id",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "message_id"], ["messages.tenant_id", "messages.id"], name="fk_sent_texts_tenant_id_message_id"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "suggestion_id"], ["suggestions.tenant_id", "suggestions.id"], name="fk_sent_texts_tenant_id_suggestion_id"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_sent_texts_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_sent_texts"),
        sa.UniqueConstraint("tenant_id", "message_id", name="uq_sent_texts_tenant_id_message_id"),
    )
    op.create_index(
        "ix_sent_texts_tenant_id_conversation_id_sent_at", "sent_texts", ["tenant_id", "conversation_id", "sent_at"], unique=False
    )
    op.create_index("ix_sent_texts_tenant_id_suggestion_id", "sent_texts", ["tenant_id", "suggestion_id"], unique=False)
