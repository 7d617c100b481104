"""People who work for a tenant, and the keys by which programs and people come in."""

from typing import Final, Literal

from copilot.domain.base import Frozen, Instant

Role = Literal["agent", "editor", "qa", "supervisor", "integrator", "admin"]
ROLES: tuple[Role, ...] = ("agent", "editor", "qa", "supervisor", "integrator", "admin")
ANSWERING: Final[frozenset[Role]] = frozenset({"agent", "supervisor", "admin"})
"""Of people who answer customers: what is drafted is theirs to decide on, wherever they do it."""


class User(Frozen):
    """A person who works for the tenant. `external_id` is the chat tool's id of an agent where one is known."""

    id: str
    name: str
    role: Role = "agent"
    email: str = ""
    external_id: str = ""
    team: str = ""
    active: bool = True


class Key(Frozen):
    """An API key; only its hash is kept. `user_id` set: who uses it acts as that person."""

    id: str
    tenant_id: str
    name: str
    role: Role
    prefix: str
    """The first characters, so that a person can tell keys apart."""
    user_id: str | None = None
    created_at: Instant
    revoked_at: Instant | None = None


class Caller(Frozen):
    """Who makes a request: tenant, role, and the person if there is one."""

    tenant_id: str
    role: Role
    key_id: str
    user_id: str | None = None
    name: str = ""
    until: Instant | None = None
    """When the session or token ends by which they came in; None for keys."""

    @property
    def who(self) -> str:
        """Our id of the person, else of the key: how the record names who did something."""
        return self.user_id or self.key_id
