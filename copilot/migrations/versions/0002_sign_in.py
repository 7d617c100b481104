"""Sign-in: passwords, sessions, one-time links, panel tokens."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = sa.BigInteger().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
OWN = "(tenant_id = current_setting('copilot.tenant', true) OR current_setting('copilot.tenant', true) = '*')"
TABLES_WITH_TENANT = ("entry_links", "panel_tokens", "sessions")
# Two people of one address could not both sign in by it: the later ones lose it.
LATER_TWINS = """
UPDATE users SET email = '' WHERE email <> '' AND EXISTS (
  SELECT 1 FROM users AS earlier WHERE earlier.tenant_id = users.tenant_id AND earlier.email = users.email AND earlier.id < users.id
)
"""


def upgrade() -> None:
    op.execute("UPDATE users SET email = lower(email)")
    op.execute(LATER_TWINS)
    op.add_column("users", sa.Column("password_hash", sa.Text(), nullable=True))
    op.add_column("users", sa.Column("subject", sa.Text(), nullable=True))
    given = sa.text("email <> ''")
    op.create_index("uq_users_email", "users", ["tenant_id", "email"], unique=True, sqlite_where=given, postgresql_where=given)
    op.create_index("uq_users_subject", "users", ["tenant_id", "subject"], unique=True)
    make_tables()
    if op.get_bind().dialect.name == "postgresql":
        secure_rows()


def make_tables() -> None:
    op.create_table(
        "sign_in_tries",
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("who", name="pk_sign_in_tries"),
    )
    op.create_table(
        "sessions",
        *_begins(),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        *_ends("sessions"),
    )
    op.create_table(
        "entry_links",
        *_begins(),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        *_ends("entry_links"),
    )
    op.create_table(
        "panel_tokens",
        *_begins(),
        sa.Column("session_id", sa.Text(), nullable=True),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        *_ends("panel_tokens"),
    )
    for table in TABLES_WITH_TENANT:
        op.create_index(f"ix_{table}_tenant_id_user_id", table, ["tenant_id", "user_id"], unique=False)
        op.create_index(f"ix_{table}_tenant_id_ends_at", table, ["tenant_id", "ends_at"], unique=False)
    op.create_index("ix_panel_tokens_tenant_id_session_id", "panel_tokens", ["tenant_id", "session_id"], unique=False)


def _begins() -> "tuple[sa.Column[str], ...]":
    return (
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
    )


def _ends(table: str) -> "tuple[sa.Constraint, ...]":
    return (
        sa.ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"], name=f"fk_{table}_tenant_id_user_id"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name=f"fk_{table}_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=f"pk_{table}"),
        sa.UniqueConstraint("digest", name=f"uq_{table}_digest"),
    )


def secure_rows() -> None:
    for table in TABLES_WITH_TENANT:
        op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
        op.execute(f'CREATE POLICY own_tenant ON "{table}" USING {OWN} WITH CHECK {OWN}')
