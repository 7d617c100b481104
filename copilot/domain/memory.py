"""What is remembered about a customer: memories, promises, known details."""

from typing import Literal

from copilot.domain.base import Frozen, Instant
from copilot.domain.conversation import Channel, Outcome

MemoryKind = Literal["fact", "preference", "episode"]
MemoryState = Literal["pending", "active", "forgotten"]
Use = Literal["quotable", "guide"]
PromiseState = Literal["open", "overdue", "kept", "withdrawn"]
Freshness = Literal["fresh", "confirm", "disputed"]


class Memory(Frozen):
    """A fact, preference or episode about one customer. `guide`: know it, don't say it.

    `at` is the memory's own time (when it happened or was said), never the time of import. `conversation_id` and
    `outcome` are set for episodes. `sensitive`: health, grief and the like – always guide, with a short expiry.
    """

    id: str
    customer_id: str
    kind: MemoryKind
    text: str
    source: str
    at: Instant
    confidence: float = 1.0
    importance: float = 0.5
    use: Use = "quotable"
    state: MemoryState = "active"
    expires_at: Instant | None = None
    sensitive: bool = False
    channel: Channel | None = None
    conversation_id: str | None = None
    outcome: Outcome | None = None


class Promise(Frozen):
    """Something the company said it would do. `state` is as of the Turn: open turns overdue when `due` has passed."""

    id: str
    customer_id: str
    conversation_id: str
    text: str
    owner: str
    due: Instant | None
    state: PromiseState
    source: str
    made_at: Instant
    settled_at: Instant | None = None
    """When it was kept or withdrawn."""

    def at(self, moment: Instant) -> "Promise":
        """The promise as it stands at `moment`: what was settled later is still open."""
        if self.state in ("open", "overdue") or (self.settled_at is not None and self.settled_at > moment):
            late = self.due is not None and self.due < moment
            return self.model_copy(update={"state": "overdue" if late else "open"})
        return self


class KnownDetail(Frozen):
    """A field whose value is on record: fresh (never ask), confirm ("still right?"), disputed (sources differ)."""

    field: str
    value: str
    source: str
    as_of: Instant
    state: Freshness


class RankedMemory(Frozen):
    """A memory chosen for this turn, with the reason it was chosen."""

    id: str
    kind: MemoryKind
    text: str
    source: str
    score: float
    why: str
    use: Use
    at: Instant
    fault: Literal["company", "customer", "third", "none"] | None = None
    resolved: bool | None = None
    channel: Channel | None = None
