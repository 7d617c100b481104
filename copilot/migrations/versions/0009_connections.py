"""Connections: the inbox of chat tools, what goes out to them, and how a connection stands."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# As in 0001: timestamptz on PostgreSQL, microseconds since 1970 (UTC) on SQLite.
MOMENT = sa.BigInteger().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TABLES = ("inbox", "outgoing")
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
    if op.get_bind().dialect.name == "postgresql":
        secure_rows()


def secure_rows() -> None:
    op.execute(GRANT)
    for table in TABLES:
        op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
        op.execute(f'CREATE POLICY own_tenant ON "{table}" USING {OWN} WITH CHECK {OWN}')


def add_columns() -> None:
    op.add_column("connections", sa.Column("url", sa.Text(), nullable=False, server_default=""))
    op.add_column("connections", sa.Column("shadow", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("connections", sa.Column("cursor", sa.Text(), nullable=False, server_default=""))
    op.add_column("connections", sa.Column("polled_at", MOMENT, nullable=True))
    op.add_column("connections", sa.Column("problem", sa.Text(), nullable=False, server_default=""))


def make_tables() -> None:
    op.create_table(
        "inbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(always=True), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("connection_id", sa.Text(), nullable=False),
        sa.Column("delivery_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("arrivals", JSON, nullable=True),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "connection_id"], ["connections.tenant_id", "connections.id"], name="fk_inbox_tenant_id_connection_id"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_inbox_tenant_id"),
        sa.PrimaryKeyConstraint("id", name="pk_inbox"),
        sa.UniqueConstraint("tenant_id", "connection_id", "delivery_id", name="uq_inbox_tenant_id_connection_id_delivery_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_inbox_tenant_id_state_received_at", "inbox", ["tenant_id", "state", "received_at"], unique=False)
    op.create_table(
        "outgoing",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("connection_id", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "connection_id"], ["connections.tenant_id", "connections.id"], name="fk_outgoing_tenant_id_connection_id"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "conversation_id"], ["conversations.tenant_id", "conversations.id"], name="fk_outgoing_tenant_id_conversation_id"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_outgoing_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_outgoing"),
        sa.UniqueConstraint("tenant_id", "key", name="uq_outgoing_tenant_id_key"),
    )
    op.create_index("ix_outgoing_tenant_id_connection_id", "outgoing", ["tenant_id", "connection_id"], unique=False)
    op.create_index("ix_outgoing_tenant_id_conversation_id", "outgoing", ["tenant_id", "conversation_id"], unique=False)
    op.create_index("ix_outgoing_tenant_id_state_due_at", "outgoing", ["tenant_id", "state", "due_at"], unique=False)
