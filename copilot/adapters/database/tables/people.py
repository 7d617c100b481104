"""Customers, the addresses they are known by, and the links between both."""

import sqlalchemy as sa

from copilot.adapters.database.columns import Text, indexed, json_column, moment, refers, table, text, unique

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
    sa.Column("person_id", Text(), nullable=False, server_default=""),
    refers("connection_id", "connections"),
    unique("connection_id", "external_id"),
    indexed("external_id"),
    indexed("person_id"),
)
"""`person_id`: id of the record under which the person is known, its own or that of another of their records. Follows from `matches`."""

matches = table(
    "matches",
    text("one"),
    text("other"),
    text("state"),
    json_column("keys"),
    text("decided_by"),
    moment("found_at"),
    moment("decided_at", nullable=True),
    refers("one", "customers"),
    refers("other", "customers"),
    unique("one", "other"),
    indexed("other"),
)
"""Two records that are, or may be, the same person's: `one` < `other`. `keys`: addresses that both have, as {type, value, verified}."""

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
