"""One person over channels: records that are the same person's, how that was decided; and what a connection refused."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# As in 0001: timestamptz on PostgreSQL, microseconds since 1970 (UTC) on SQLite.
MOMENT = sa.BigInteger().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TABLES = ("matches",)
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
    op.create_table(
        "matches",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("one", sa.Text(), nullable=False),
        sa.Column("other", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("keys", JSON, nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("found_at", MOMENT, nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["tenant_id", "one"], ["customers.tenant_id", "customers.id"], name="fk_matches_tenant_id_one"),
        sa.ForeignKeyConstraint(["tenant_id", "other"], ["customers.tenant_id", "customers.id"], name="fk_matches_tenant_id_other"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_matches_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_matches"),
        sa.UniqueConstraint("tenant_id", "one", "other", name="uq_matches_tenant_id_one_other"),
    )
    op.create_index("ix_matches_tenant_id_other", "matches", ["tenant_id", "other"], unique=False)
    op.add_column("customers", sa.Column("person_id", sa.Text(), nullable=False, server_default=""))
    every_tenants("UPDATE customers SET person_id = id")
    op.create_index("ix_customers_tenant_id_person_id", "customers", ["tenant_id", "person_id"], unique=False)
    op.create_index("ix_inbox_tenant_id_connection_id_received_at", "inbox", ["tenant_id", "connection_id", "received_at"], unique=False)
    op.add_column("connections", sa.Column("refused", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("connections", sa.Column("refused_at", MOMENT, nullable=True))
    op.add_column("connections", sa.Column("refused_why", sa.Text(), nullable=False, server_default=""))
    if op.get_bind().dialect.name == "postgresql":
        secure_rows()


def every_tenants(change: str) -> None:
    """Row security holds for the tables' owner too: a change of all rows says that it means all tenants."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SELECT set_config('copilot.tenant', '*', true)")
    op.execute(change)


def secure_rows() -> None:
    op.execute(GRANT)
    for table in TABLES:
        op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
        op.execute(f'CREATE POLICY own_tenant ON "{table}" USING {OWN} WITH CHECK {OWN}')
