"""How people come in: sessions, one-time links, tokens of framed panels. Of each secret only a hash is kept."""

from typing import Literal

from copilot.domain.base import Frozen, Instant
from copilot.domain.staff import User

Way = Literal["password", "link", "oidc", "tool"]
"""How a session began; "tool": a chat tool signed who opened its sidebar."""
SESSION_KEY = "session:"
PANEL_KEY = "panel:"
"""Before an id, where a key's id would stand: `Caller.key_id` of who came in by a session or a panel token."""


class Account(Frozen):
    """A person's password, as a tenant keeps it; `password_hash` is empty where there is none."""

    tenant_id: str
    user: User
    password_hash: str = ""


class Session(Frozen):
    """A browser that is signed in. `seen_at` is exact to a few minutes."""

    id: str
    tenant_id: str
    user_id: str
    way: Way
    started_at: Instant
    seen_at: Instant
    ends_at: Instant
    ended_at: Instant | None = None


class EntryLink(Frozen):
    """An address that signs a person in, once."""

    id: str
    tenant_id: str
    user_id: str
    made_at: Instant
    ends_at: Instant
    used_at: Instant | None = None


class PanelToken(Frozen):
    """What a panel framed at `origin` holds instead of a cookie. It ends with the session it was made from being signed out."""

    id: str
    tenant_id: str
    user_id: str
    session_id: str
    origin: str
    made_at: Instant
    ends_at: Instant
    ended_at: Instant | None = None
