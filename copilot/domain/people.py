"""Customers, the addresses they are known by, and how sure we are who is speaking."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Literal

from copilot.domain.base import Frozen, Instant

IdentityType = Literal["email", "phone", "handle", "external"]
MatchState = Literal["suggested", "same", "refused", "parted"]
"""`same`: one person's, by a proven address or because somebody said so. `refused`, `parted`: somebody said that they are not."""


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


class Match(Frozen):
    """Two records of customers that are, or may be, one person's. `one` is the lower id."""

    id: str
    one: str
    other: str
    state: MatchState
    keys: tuple[Identity, ...]
    """Addresses that both have; verified: proven in both."""
    decided_by: str = ""
    """Who said so; empty: the addresses did."""
    found_at: Instant
    decided_at: Instant | None = None

    def beside(self, record_id: str) -> str:
        """The other record's id."""
        return self.other if record_id == self.one else self.one


def joined(records: Sequence[Customer]) -> Customer:
    """A person's records in one. Where they differ, the first that says something holds."""
    first, *others = records
    if not others:
        return first
    addresses: dict[tuple[str, str], Identity] = {}
    for identity in (identity for record in records for identity in record.identities):
        key = (identity.type, identity.value.strip().casefold())
        known = addresses.get(key)
        addresses[key] = identity if known is None or (identity.verified and not known.verified) else known
    details = {field.name: field for record in reversed(records) for field in record.fields}
    since = [record.since for record in records if record.since is not None]
    return first.model_copy(
        update={
            "name": _first(record.name for record in records),
            "tier": _first(record.tier for record in records),
            "locale": _first(record.locale for record in records),
            "since": min(since) if since else None,
            "preferences": tuple(dict.fromkeys(told for record in records for told in record.preferences)),
            "identities": tuple(addresses.values()),
            "fields": tuple(details.values()),
        }
    )


def _first(values: Iterable[str]) -> str:
    return next((value for value in values if value), "")
