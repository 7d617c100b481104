"""Scorecards of real conversations: the switch, rubrics, samples, scorecards and ratings."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# As in 0001: timestamptz on PostgreSQL, microseconds since 1970 (UTC) on SQLite.
MOMENT = sa.BigInteger().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TABLES = ("scorecard_switches", "scorecard_rubrics", "scorecard_samples", "scorecards", "scorecard_ratings")
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
        "scorecard_switches",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("switched_on", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("switched_by", sa.Text(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_scorecard_switches_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_scorecard_switches"),
    )
    op.create_index("ix_scorecard_switches_tenant_id_at", "scorecard_switches", ["tenant_id", "at"], unique=False)
    op.create_table(
        "scorecard_rubrics",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", JSON, nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_scorecard_rubrics_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "version", name="pk_scorecard_rubrics"),
    )
    op.create_table(
        "scorecard_samples",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("seed", sa.Text(), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("twice", sa.Float(), nullable=False),
        sa.Column("rubric_version", sa.Integer(), nullable=False),
        sa.Column("drawn_by", sa.Text(), nullable=False),
        sa.Column("drawn_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_scorecard_samples_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_scorecard_samples"),
        sa.UniqueConstraint("tenant_id", "since", name="uq_scorecard_samples_tenant_id_since"),
    )
    op.create_table(
        "scorecards",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("sample_id", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=True),
        sa.Column("agent_id", sa.Text(), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("chance", sa.Float(), nullable=False),
        sa.Column("risk", JSON, nullable=False),
        sa.Column("twice", sa.Boolean(), nullable=False),
        sa.Column("measured", JSON, nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("disputed", sa.Boolean(), nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "conversation_id"], ["conversations.tenant_id", "conversations.id"], name="fk_scorecards_tenant_id_conversation_id"),
        sa.ForeignKeyConstraint(["tenant_id", "sample_id"], ["scorecard_samples.tenant_id", "scorecard_samples.id"], name="fk_scorecards_tenant_id_sample_id"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_scorecards_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_scorecards"),
        sa.UniqueConstraint("tenant_id", "sample_id", "conversation_id", name="uq_scorecards_tenant_id_sample_id_conversation_id"),
    )
    op.create_index("ix_scorecards_tenant_id_agent_id_made_at", "scorecards", ["tenant_id", "agent_id", "made_at"], unique=False)
    op.create_index("ix_scorecards_tenant_id_conversation_id", "scorecards", ["tenant_id", "conversation_id"], unique=False)
    op.create_index("ix_scorecards_tenant_id_customer_id", "scorecards", ["tenant_id", "customer_id"], unique=False)
    op.create_index("ix_scorecards_tenant_id_sample_id_turn", "scorecards", ["tenant_id", "sample_id", "turn"], unique=False)
    op.create_table(
        "scorecard_ratings",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("scorecard_id", sa.Text(), nullable=False),
        sa.Column("rater_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("marks", JSON, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("rated_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "scorecard_id"], ["scorecards.tenant_id", "scorecards.id"], name="fk_scorecard_ratings_tenant_id_scorecard_id"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_scorecard_ratings_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_scorecard_ratings"),
        sa.UniqueConstraint("tenant_id", "scorecard_id", "role", name="uq_scorecard_ratings_tenant_id_scorecard_id_role"),
    )
