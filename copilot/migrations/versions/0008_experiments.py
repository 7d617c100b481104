"""Experiments, and the arm that a draft was made in."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# As in 0001: timestamptz on PostgreSQL, microseconds since 1970 (UTC) on SQLite.
MOMENT = sa.BigInteger().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
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
    make_table()
    op.add_column("suggestions", sa.Column("experiment_id", sa.Text(), nullable=True))
    op.add_column("suggestions", sa.Column("arm", sa.Text(), nullable=True))
    op.create_index(
        "ix_suggestions_experiment",
        "suggestions",
        ["tenant_id", "experiment_id"],
        unique=False,
        sqlite_where=sa.text("experiment_id IS NOT NULL"),
        postgresql_where=sa.text("experiment_id IS NOT NULL"),
    )
    if op.get_bind().dialect.name == "postgresql":
        secure_rows()


def secure_rows() -> None:
    op.execute(GRANT)
    op.execute('ALTER TABLE "experiments" ENABLE ROW LEVEL SECURITY')
    op.execute('ALTER TABLE "experiments" FORCE ROW LEVEL SECURITY')
    op.execute(f'CREATE POLICY own_tenant ON "experiments" USING {OWN} WITH CHECK {OWN}')


def make_table() -> None:
    op.create_table(
        "experiments",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("kinds", JSON, nullable=False),
        sa.Column("prompts", JSON, nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("share", sa.Float(), nullable=False),
        sa.Column("salt", sa.Text(), nullable=False),
        sa.Column("conversations", sa.BigInteger(), nullable=False),
        sa.Column("budget_microusd", sa.BigInteger(), nullable=False),
        sa.Column("begins_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("looked_at", MOMENT, nullable=True),
        sa.Column("over", sa.Text(), nullable=True),
        sa.Column("over_at", MOMENT, nullable=True),
        sa.Column("over_by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("results", JSON, nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_experiments_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_experiments"),
    )
    op.create_index("ix_experiments_tenant_id_state_made_at", "experiments", ["tenant_id", "state", "made_at"], unique=False)
