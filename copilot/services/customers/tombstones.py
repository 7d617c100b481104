"""Who was erased stays erased: keyed hashes of a person's ids and addresses."""

import hashlib
import hmac
from dataclasses import dataclass

from copilot.domain.errors import Refused
from copilot.domain.people import Customer
from copilot.domain.ports.records import Records


@dataclass(frozen=True)
class Tombstones:
    """Digests that cannot be turned back into a person without the installation's keys."""

    key: bytes
    older: tuple[bytes, ...] = ()
    """Keys that earlier tombstones were made with, here or where a restored backup came from: such a person is recognised, too."""

    def digests(self, tenant_id: str, customer: Customer) -> list[str]:
        """One per id and address by which the person could come back."""
        names = [("customer", customer.external_id), *((i.type, i.value) for i in customer.identities if i.type != "handle")]
        return [_digest(self.key, tenant_id, kind, value) for kind, value in names if value]

    def recognised(self, tenant_id: str, customer: Customer) -> list[str]:
        """The digests of this person's id, under every key."""
        return [_digest(key, tenant_id, "customer", customer.external_id) for key in (self.key, *self.older) if customer.external_id]

    async def refuse(self, records: Records, customer: Customer) -> None:
        """Raises Refused when this person was erased. Judged by their id alone: an address can belong to someone else by now."""
        if await records.admin.buried(self.recognised(records.tenant_id, customer)):
            raise Refused(
                f"The customer {customer.external_id!r} was erased and is not taken in again.",
                todo="If they came back of their own will, give them a new id.",
            )


def _digest(key: bytes, tenant_id: str, kind: str, value: str) -> str:
    text = "\x1f".join((tenant_id, kind, value.strip().casefold()))
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
