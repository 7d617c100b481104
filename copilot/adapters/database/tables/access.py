"""How people come in: sessions, one-time links, tokens of framed panels, and the tries before."""

import sqlalchemy as sa

from copilot.adapters.database.columns import METADATA, Text, indexed, moment, optional, refers, table, text


def _digest() -> "sa.Column[str]":
    """The SHA-256 of a secret of 256 random bits."""
    return sa.Column("digest", Text(), nullable=False, unique=True)


sessions = table(
    "sessions",
    text("user_id"),
    text("way"),
    _digest(),
    moment("started_at"),
    moment("seen_at"),
    moment("ends_at"),
    moment("ended_at", nullable=True),
    refers("user_id", "users"),
    indexed("user_id"),
    indexed("ends_at"),
)

entry_links = table(
    "entry_links",
    text("user_id"),
    _digest(),
    moment("made_at"),
    moment("ends_at"),
    moment("used_at", nullable=True),
    refers("user_id", "users"),
    indexed("user_id"),
    indexed("ends_at"),
)

panel_tokens = table(
    "panel_tokens",
    text("user_id"),
    optional("session_id"),
    text("origin"),
    _digest(),
    moment("made_at"),
    moment("ends_at"),
    moment("ended_at", nullable=True),
    refers("user_id", "users"),
    indexed("user_id"),
    indexed("session_id"),
    indexed("ends_at"),
)
"""`session_id`: no foreign key, because sessions are forgotten first."""

sign_in_tries = sa.Table(
    "sign_in_tries",
    METADATA,
    sa.Column("who", Text(), primary_key=True),
    sa.Column("tries", sa.Integer, nullable=False),
    moment("since"),
)
"""`who`: the hash of an account or an address. Counted before it is known for which tenant."""
