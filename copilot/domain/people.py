"""Customers, the addresses they are known by, and how sure we are who is speaking."""

from enum import StrEnum
from typing import Literal

from copilot.domain.base import Frozen, Instant

IdentityType = Literal["email", "phone", "handle", "external"]


class Assurance(StrEnum):
    """How sure we are that the speaker is the customer on record."""

    NONE = "none"
    CLAIMED = "claimed"
    PROVEN = "proven"


class Identity(Frozen):
    """An address by which a channel knows someone. Verified: ownership of it was proven."""

    type: IdentityType
    value: str
    verified: bool = False


class Field(Frozen):
    """One further field of a profile (account number, address …) and where its value comes from."""

    name: str
    value: str
    source: str
    as_of: Instant


class Customer(Frozen):
    """A person as one tenant knows them, over all channels."""

    id: str
    external_id: str
    name: str = ""
    since: Instant | None = None
    tier: str = ""
    locale: str = ""
    preferences: tuple[str, ...] = ()
    identities: tuple[Identity, ...] = ()
    fields: tuple[Field, ...] = ()

    @property
    def first_name(self) -> str:
        """The name to greet by; empty when no name is on record."""
        return self.name.split()[0] if self.name.split() else ""
