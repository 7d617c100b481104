"""Grants by supervisors, questions to colleagues."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# As in 0001: timestamptz on PostgreSQL, microseconds since 1970 (UTC) on SQLite.
MOMENT = sa.BigInteger().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
OWN = "(tenant_id = current_setting('copilot.tenant', true) OR current_setting('copilot.tenant', true) = '*')"
TABLES = ("grants", "questions")


def upgrade() -> None:
    make_tables()
    if op.get_bind().dialect.name == "postgresql":
        secure_rows()


def secure_rows() -> None:
    for table in TABLES:
        op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
        op.execute(f'CREATE POLICY own_tenant ON "{table}" USING {OWN} WITH CHECK {OWN}')


def make_tables() -> None:
    op.create_table(
        "grants",
        *_begins(),
        sa.Column("lever_id", sa.Text(), nullable=True),
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.Column("offer", sa.Text(), nullable=False),
        sa.Column("limit", JSON, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        *_asked(),
        sa.Column("granted", JSON, nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_name", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.Column("used_in", sa.Text(), nullable=True),
        *_ends("grants"),
    )
    op.create_table(
        "questions",
        *_begins(),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("to", sa.Text(), nullable=False),
        sa.Column("to_name", sa.Text(), nullable=False),
        *_asked(),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("answered_name", sa.Text(), nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("article_id", sa.Text(), nullable=True),
        *_ends("questions"),
    )
    for table in TABLES:
        op.create_index(f"ix_{table}_tenant_id_conversation_id_asked_at", table, ["tenant_id", "conversation_id", "asked_at"], unique=False)
        op.create_index(f"ix_{table}_tenant_id_state_asked_at", table, ["tenant_id", "state", "asked_at"], unique=False)


def _begins() -> "tuple[sa.Column[Any], ...]":
    return (
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
    )


def _asked() -> "tuple[sa.Column[Any], ...]":
    return (
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_name", sa.Text(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
    )


def _ends(table: str) -> "tuple[sa.Constraint, ...]":
    return (
        sa.ForeignKeyConstraint(
            ["tenant_id", "conversation_id"], ["conversations.tenant_id", "conversations.id"], name=f"fk_{table}_tenant_id_conversation_id"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name=f"fk_{table}_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=f"pk_{table}"),
    )
