"""Configured accounts of chat tools, what came in by them, and what goes out."""

from typing import Final, Literal

from pydantic import Field, JsonValue

from copilot.domain.base import Frozen, Instant
from copilot.domain.channels import Arrival
from copilot.domain.triage import Click

InboxState = Literal["waiting", "done", "failed"]
Action = Literal["note", "reply", "event", "thread", "card", "mark", "words", "unsent"]
"""Into the customer's conversation: a note, a reply. To whoever listens: an event. To colleagues: a thread for a conversation; a turn's
drafts in it; what became of them; words to copy; the same because they were not sent, or may not have been."""
EventType = Literal["suggestion.ready", "cue.raised", "handover.offered", "promise.due"]
SendState = Literal["waiting", "sent", "unsure", "failed", "shadow"]
"""`unsure`: it may have been done; nobody does it again before a person looked. `shadow`: it would have been done."""


UNKNOWN: Final = "Whether it was written is not known."
"""With this begins the problem of a write that ended in doubt: it may be there."""
EARLIER: Final = "earlier:"
POLLED: Final = "polled:"
"""What the ids of inbox rows begin with that no tool delivered: an earlier conversation that is to be read, one that a poll could not read.
A tool's own delivery has a digest for an id."""


class Connection(Frozen):
    """An account of a chat tool, without its secrets. Built-in ones (the API, files) have their name as kind."""

    id: str
    kind: str
    name: str
    url: str = ""
    settings: dict[str, JsonValue] = {}
    active: bool = True
    shadow: bool = False
    """Read, draft, measure, write nothing."""
    created_at: Instant
    cursor: str = ""
    """Where the next poll goes on."""
    polled_at: Instant | None = None
    problem: str = ""
    """Why the last poll or call failed; empty when it did not."""
    refused: int = 0
    """Deliveries that were not taken: wrongly signed, too old."""
    refused_at: Instant | None = None
    refused_why: str = ""


class Kept(Frozen):
    """A delivery as the inbox holds it. Its content is forgotten once it was worked in; its id is known for seven days."""

    id: int
    connection_id: str
    delivery_id: str
    state: InboxState = "waiting"
    arrivals: tuple[Arrival | Click, ...] | None = None
    received_at: Instant
    done_at: Instant | None = None
    problem: str = ""


class Event(Frozen):
    """Something happened here, for whoever listens; as Standard Webhooks writes it. `id` is the same for each attempt at telling it."""

    id: str
    type: EventType
    timestamp: Instant
    data: dict[str, JsonValue] = Field(
        description="conversation_id (the sender's), conversation (ours), connection, channel; and what of it."
    )


class Outgoing(Frozen):
    """Something to write into a chat tool, once. `key` says what for: the same key is the same write."""

    id: str
    connection_id: str
    conversation_id: str
    key: str
    action: Action
    text: str
    agent: str = ""
    """Our id of the agent in whose name it is sent."""
    state: SendState = "waiting"
    attempts: int = 0
    due_at: Instant
    made_at: Instant
    external_id: str = ""
    problem: str = ""

    @property
    def doubted(self) -> bool:
        """It may be there: it is looked for, or it came to its end while nobody knew."""
        return self.state == "unsure" or (self.state in ("failed", "shadow") and self.problem.startswith(UNKNOWN))


class Delivered(Frozen):
    """A delivery as it is shown: when it came and what became of it, never what it said."""

    id: int
    delivery_id: str
    """It begins with EARLIER or POLLED where the tool did not deliver it."""
    state: InboxState
    received_at: Instant
    done_at: Instant | None = None
    problem: str = ""


class Written(Frozen):
    """A write as it is shown: for which conversation and what became of it, never its words nor whose they are."""

    id: str
    conversation_id: str
    action: Action
    state: SendState
    attempts: int
    made_at: Instant
    due_at: Instant
    external_id: str = ""
    problem: str = ""


class Traffic(Frozen):
    """How a connection does, for whoever looks after it."""

    last_delivery: Instant | None = None
    """By the tool itself; what we asked it for is none."""
    waiting: int = 0
    oldest_waiting: Instant | None = None
    failed: int = 0
    """Deliveries that were taken and could not be worked in."""
    sent: int = 0
    unsent: int = 0
    """Waiting, unsure or given up."""
    unsure: int = 0
    given_up: int = 0
    shadowed: int = 0
    """Writes that shadow mode kept back."""
