"""Quality: cases that are made in the desk or harvested from decisions, and figures of runs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# As in 0001: timestamptz on PostgreSQL, microseconds since 1970 (UTC) on SQLite.
MOMENT = sa.BigInteger().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TABLES = ("quality_cases", "quality_runs")
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
    if op.get_bind().dialect.name == "postgresql":
        secure_rows()


def secure_rows() -> None:
    op.execute(GRANT)
    for table in TABLES:
        op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
        op.execute(f'CREATE POLICY own_tenant ON "{table}" USING {OWN} WITH CHECK {OWN}')


def make_tables() -> None:
    op.create_table(
        "quality_cases",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("found", sa.Text(), nullable=True),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=True),
        sa.Column("turn_id", sa.Text(), nullable=True),
        sa.Column("suggestion_id", sa.Text(), nullable=True),
        sa.Column("customer_id", sa.Text(), nullable=True),
        sa.Column("draft", JSON, nullable=False),
        sa.Column("body", JSON, nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "conversation_id"],
            ["conversations.tenant_id", "conversations.id"],
            name="fk_quality_cases_tenant_id_conversation_id",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "suggestion_id"], ["suggestions.tenant_id", "suggestions.id"], name="fk_quality_cases_tenant_id_suggestion_id"
        ),
        sa.ForeignKeyConstraint(["tenant_id", "turn_id"], ["turns.tenant_id", "turns.id"], name="fk_quality_cases_tenant_id_turn_id"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_quality_cases_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_quality_cases"),
        sa.UniqueConstraint("tenant_id", "origin", name="uq_quality_cases_tenant_id_origin"),
    )
    op.create_index("ix_quality_cases_tenant_id_conversation_id", "quality_cases", ["tenant_id", "conversation_id"], unique=False)
    op.create_index("ix_quality_cases_tenant_id_customer_id", "quality_cases", ["tenant_id", "customer_id"], unique=False)
    op.create_index("ix_quality_cases_tenant_id_state_rank_made_at", "quality_cases", ["tenant_id", "state", "rank", "made_at"], unique=False)
    op.create_index("ix_quality_cases_tenant_id_suggestion_id", "quality_cases", ["tenant_id", "suggestion_id"], unique=False)
    op.create_index("ix_quality_cases_tenant_id_turn_id", "quality_cases", ["tenant_id", "turn_id"], unique=False)
    op.create_table(
        "quality_runs",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("tried", JSON, nullable=False),
        sa.Column("figures", JSON, nullable=False),
        sa.Column("posted_by", sa.Text(), nullable=False),
        sa.Column("posted_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_quality_runs_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_quality_runs"),
        sa.UniqueConstraint("tenant_id", "name", name="uq_quality_runs_tenant_id_name"),
    )
    op.create_index("ix_quality_runs_tenant_id_made_at", "quality_runs", ["tenant_id", "made_at"], unique=False)
