"""An agent's day: what was seen, absences, promises that moved, wrap-ups; and what the queue and the team figures read of a turn."""

import json

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# As in 0001: timestamptz on PostgreSQL, microseconds since 1970 (UTC) on SQLite.
MOMENT = sa.BigInteger().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TABLES = ("read_marks", "absences", "promise_moves", "wrap_ups")
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
POINTS = 8


def upgrade() -> None:
    make_tables()
    op.create_index("ix_handovers_tenant_id_state_offered_at", "handovers", ["tenant_id", "state", "offered_at"], unique=False)
    op.add_column("turns", sa.Column("trajectory", JSON, nullable=True))
    op.add_column("turns", sa.Column("mood_change", sa.Float(), nullable=True))
    op.add_column("turns", sa.Column("needs_human", sa.Boolean(), nullable=True))
    op.add_column("sent_texts", sa.Column("reasks", sa.Integer(), nullable=True))
    fill_current_turns()
    if op.get_bind().dialect.name == "postgresql":
        secure_rows()


def secure_rows() -> None:
    op.execute(GRANT)
    for table in TABLES:
        op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
        op.execute(f'CREATE POLICY own_tenant ON "{table}" USING {OWN} WITH CHECK {OWN}')


def fill_current_turns() -> None:
    """Whoever waits while the schema changes is in the queue as before."""
    turns = sa.table(
        "turns",
        sa.column("tenant_id", sa.Text()),
        sa.column("id", sa.Text()),
        sa.column("is_current", sa.Boolean()),
        sa.column("body", sa.Text()),
        sa.column("trajectory", JSON),
        sa.column("mood_change", sa.Float()),
        sa.column("needs_human", sa.Boolean()),
    )
    bind = op.get_bind()
    waiting = sa.select(turns.c.tenant_id, turns.c.id, turns.c.body).where(turns.c.is_current, turns.c.body.is_not(None))
    for tenant_id, ident, body in bind.execute(waiting).all():
        evidence = json.loads(body).get("evidence", {})
        emotion = evidence.get("emotion", {})
        points = [{"heat": p.get("heat"), "label": p.get("label")} for p in emotion.get("trajectory", [])]
        values = {
            "trajectory": points[-POINTS:],
            "mood_change": points[-1]["heat"] - points[0]["heat"] if len(points) > 1 else None,
            "needs_human": bool(evidence.get("bot_failed")) or "asks_human" in emotion.get("signs", []),
        }
        bind.execute(sa.update(turns).where(turns.c.tenant_id == tenant_id, turns.c.id == ident).values(**values))


def make_tables() -> None:
    op.create_table(
        "read_marks",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("read_until", MOMENT, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "conversation_id"],
            ["conversations.tenant_id", "conversations.id"],
            name="fk_read_marks_tenant_id_conversation_id",
        ),
        sa.ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"], name="fk_read_marks_tenant_id_user_id"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_read_marks_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "conversation_id", "user_id", name="pk_read_marks"),
    )
    op.create_table(
        "absences",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("promises_to", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "promises_to"], ["users.tenant_id", "users.id"], name="fk_absences_tenant_id_promises_to"),
        sa.ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"], name="fk_absences_tenant_id_user_id"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_absences_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "user_id", name="pk_absences"),
    )
    op.create_table(
        "promise_moves",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("promise_id", sa.Text(), nullable=False),
        sa.Column("from_owner", sa.Text(), nullable=False),
        sa.Column("to_user", sa.Text(), nullable=False),
        sa.Column("moved_by", sa.Text(), nullable=False),
        sa.Column("moved_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "promise_id"], ["promises.tenant_id", "promises.id"], name="fk_promise_moves_tenant_id_promise_id"
        ),
        sa.ForeignKeyConstraint(["tenant_id", "to_user"], ["users.tenant_id", "users.id"], name="fk_promise_moves_tenant_id_to_user"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_promise_moves_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_promise_moves"),
    )
    op.create_index(
        "ix_promise_moves_tenant_id_promise_id_moved_at", "promise_moves", ["tenant_id", "promise_id", "moved_at"], unique=False
    )
    op.create_table(
        "wrap_ups",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("disposition", sa.Text(), nullable=False),
        sa.Column("resolved", sa.Boolean(), nullable=True),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("closed_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "conversation_id"],
            ["conversations.tenant_id", "conversations.id"],
            name="fk_wrap_ups_tenant_id_conversation_id",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="fk_wrap_ups_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_wrap_ups"),
    )
    op.create_index(
        "ix_wrap_ups_tenant_id_conversation_id_closed_at", "wrap_ups", ["tenant_id", "conversation_id", "closed_at"], unique=False
    )
