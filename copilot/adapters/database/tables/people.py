"""Customers, the addresses they are known by, and the links between both."""

import sqlalchemy as sa

from copilot.adapters.database.columns import indexed, json_column, moment, refers, table, text, unique

customers = table(
    "customers",
    text("connection_id"),
    text("external_id"),
    text("name"),
    moment("since", nullable=True),
    text("tier"),
    text("locale"),
    json_column("preferences"),
    json_column("fields"),
    moment("created_at"),
    moment("updated_at"),
    refers("connection_id", "connections"),
    unique("connection_id", "external_id"),
    indexed("external_id"),
)

identities = table("identities", text("type"), text("normal"), moment("created_at"), unique("type", "normal"))
"""An address once, as it is matched (`normal`); who it belongs to is a link, and two customers may share one."""

identity_links = table(
    "identity_links",
    text("identity_id"),
    text("customer_id"),
    text("value"),
    sa.Column("verified", sa.Boolean, nullable=False),
    moment("linked_at"),
    moment("unlinked_at", nullable=True),
    refers("identity_id", "identities"),
    refers("customer_id", "customers"),
    indexed("customer_id"),
    indexed("identity_id"),
    sa.Index(
        "uq_identity_links_linked",
        "tenant_id",
        "identity_id",
        "customer_id",
        unique=True,
        sqlite_where=sa.text("unlinked_at IS NULL"),
        postgresql_where=sa.text("unlinked_at IS NULL"),
    ),
)
"""`value`: as this customer's source writes it. Unlinking sets a time and deletes nothing, so that a merge can be undone."""
