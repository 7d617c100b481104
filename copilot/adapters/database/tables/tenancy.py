"""Tenants, their settings and staff, and the small records of running a service."""

import sqlalchemy as sa

from copilot.adapters.database.columns import (
    METADATA,
    Text,
    indexed,
    json_column,
    moment,
    optional,
    refers,
    table,
    text,
    unique,
)

tenants = sa.Table(
    "tenants",
    METADATA,
    sa.Column("tenant_id", Text(), primary_key=True),
    sa.Column("knowledge_version", sa.Integer, nullable=False, server_default="0"),
    moment("created_at"),
)

tenant_settings = table("tenant_settings", sa.Column("version", sa.Integer), json_column("body"), moment("created_at"), key=("version",))

connections = table(
    "connections",
    text("kind"),
    text("name"),
    json_column("settings"),
    json_column("secrets", nullable=True),
    sa.Column("active", sa.Boolean, nullable=False),
    moment("created_at"),
    sa.Column("url", Text(), nullable=False, server_default=""),
    sa.Column("shadow", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("cursor", Text(), nullable=False, server_default=""),
    moment("polled_at", nullable=True),
    sa.Column("problem", Text(), nullable=False, server_default=""),
    sa.Column("refused", sa.Integer, nullable=False, server_default="0"),
    moment("refused_at", nullable=True),
    sa.Column("refused_why", Text(), nullable=False, server_default=""),
)
"""`secrets`: sealed with the installation's key. `cursor`: where the next poll goes on."""

teams = table("teams", text("name"), moment("created_at"), unique("name"))

users = table(
    "users",
    text("name"),
    text("role"),
    text("email"),
    optional("external_id"),
    optional("team"),
    sa.Column("active", sa.Boolean, nullable=False),
    moment("created_at"),
    optional("password_hash"),
    optional("subject"),
    refers("team", "teams", "name"),
    unique("external_id"),
    indexed("team"),
    sa.Index(
        "uq_users_email", "tenant_id", "email", unique=True, sqlite_where=sa.text("email <> ''"), postgresql_where=sa.text("email <> ''")
    ),
    sa.Index("uq_users_subject", "tenant_id", "subject", unique=True),
)
"""`email`: in small letters, unique where given. `subject`: what an identity provider knows the person by."""

api_keys = table(
    "api_keys",
    text("name"),
    text("role"),
    text("prefix"),
    text("user_id", nullable=True),
    sa.Column("digest", Text(), nullable=False, unique=True),
    moment("created_at"),
    moment("revoked_at", nullable=True),
    refers("user_id", "users"),
)

usage_days = table(
    "usage_days",
    sa.Column("day", sa.Date),
    sa.Column("microusd", sa.BigInteger, nullable=False),
    sa.Column("input_tokens", sa.BigInteger, nullable=False),
    sa.Column("output_tokens", sa.BigInteger, nullable=False),
    sa.Column("calls", sa.BigInteger, nullable=False),
    key=("day",),
)

idempotency_keys = table(
    "idempotency_keys",
    text("key"),
    text("route"),
    text("fingerprint"),
    sa.Column("status", sa.Integer, nullable=False),
    text("body"),
    moment("created_at"),
    indexed("created_at"),
    key=("key", "route"),
)

tombstones = table("tombstones", text("digest"), moment("buried_at"), key=("digest",))

state_values = table("state_values", text("name"), text("value"), key=("name",))

replicas = sa.Table("replicas", METADATA, sa.Column("id", Text(), primary_key=True), moment("seen_at"))
