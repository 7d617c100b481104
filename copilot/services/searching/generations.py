"""Which collection of vectors serves: on record for each tenant and purpose, so that all replicas agree and a swap is one write."""

import json

from copilot.domain.base import Frozen, Instant
from copilot.domain.ports.records import Records
from copilot.domain.ports.search import Embedder
from copilot.retrieval.indexing import Purpose, collection_name


class Standing(Frozen):
    """The generations of one tenant's vectors of one purpose and version."""

    generation: int = 0
    """The one that serves."""
    version: int = 0
    """Of passages: up to which knowledge version the one that serves has come."""
    building: int = 0
    """The one that is being filled beside it; 0: none."""
    begun: int = 0
    """The last one that was ever begun: no name is used twice, since other replicas may remember what it stood for."""
    retired_at: Instant | None = None
    """When the one before stopped serving, while it is kept for searches under way; None: there is none any more."""

    @property
    def live(self) -> set[int]:
        """Those that are searched or filled."""
        return {self.generation, self.building or self.generation}

    @property
    def next(self) -> int:
        """The one to begin."""
        return max(self.begun, self.generation) + 1


async def standing(records: Records, purpose: Purpose, embedder: Embedder) -> Standing:
    """As recorded; before the first swap the record is the bare knowledge version."""
    held = json.loads(await records.admin.state(_name(records, purpose, embedder)) or "0")
    return Standing(version=held) if isinstance(held, int) else Standing.model_validate(held)


async def put(records: Records, purpose: Purpose, embedder: Embedder, standing: Standing) -> None:
    """Record it."""
    await records.admin.put_state(_name(records, purpose, embedder), standing.model_dump_json())


async def serving(records: Records, purpose: Purpose, embedder: Embedder) -> str:
    """The name of the collection to search."""
    return collection_name(records.tenant_id, purpose, embedder, (await standing(records, purpose, embedder)).generation)


def _name(records: Records, purpose: Purpose, embedder: Embedder) -> str:
    return f"index:{collection_name(records.tenant_id, purpose, embedder)}"
