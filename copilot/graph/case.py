"""What a graph run starts from: one conversation with everything the record holds about it, loaded once."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from copilot.domain.base import Frozen, Instant
from copilot.domain.conversation import Conversation, Message
from copilot.domain.emotion import Sensed
from copilot.domain.experiments import Assigned
from copilot.domain.grants import Grant
from copilot.domain.knowledge import Article
from copilot.domain.memory import Memory, Promise
from copilot.domain.people import Assurance, Customer
from copilot.domain.ports.models import ChatMessage
from copilot.domain.ports.search import PassageSource, Vectors
from copilot.domain.suggestion import Suggestion
from copilot.domain.tenant import TenantSettings
from copilot.domain.turn import Agent, Turn
from copilot.retrieval.query import SearchQuery
from copilot.retrieval.steering import Steering


class Contact(Frozen):
    """An earlier conversation of the person: its id and the first thing they wrote in it."""

    conversation_id: str
    at: Instant


class Case(Frozen):
    """The input of a run. Nothing in it is later than `as_of`."""

    turn_id: str
    tenant_id: str
    conversation: Conversation
    customer: Customer | None
    assurance: Assurance
    agent: Agent
    as_of: datetime
    settings: TenantSettings
    contacts: tuple[Contact, ...] = ()
    promises: tuple[Promise, ...] = ()
    candidates: tuple[Memory, ...] = ()
    said_before: tuple[Message, ...] = ()
    """What was said in another channel that this conversation goes on from; in order."""
    grants: tuple[Grant, ...] = ()
    """Of this conversation, in every state: which of them allow something is counted at `as_of`."""
    sensed: dict[str, Sensed] = {}
    """What was sensed before, by message id; the rest is sensed in this run."""
    passages_collection: str
    memories_collection: str


class Knowledge(PassageSource, Protocol):
    """What the graph reads of articles."""

    async def articles(self, ids: list[str]) -> dict[str, Article]: ...

    async def with_levers(self) -> list[Article]:
        """Every published article that carries levers."""
        ...

    async def steering(self, query: SearchQuery, vector: Vectors | None) -> Steering:
        """What editors decided about this question. `vector`, shape (dimension,): that of `query.text`."""
        ...


class Watcher(Protocol):
    """Who follows a run: saves what it makes and says whether it is still wanted. All methods may be called more than once."""

    async def frozen(self, turn: Turn, sensed: list[Sensed], vectors: dict[str, bytes]) -> None:
        """Evidence is complete; nothing was drafted yet."""
        ...

    async def measured(self, turn: Turn) -> None:
        """The same turn with `fits` of its passages: what drafts are made from."""
        ...

    async def wanted(self, turn: Turn) -> bool:
        """After the quiet period: is this turn still the one to answer?"""
        ...

    async def assigned(self, turn: Turn, kind: str) -> Assigned | None:
        """What an experiment has this kind made with; None: nothing but what is set. Asked after `wanted`."""
        ...

    def alone(self, turn: Turn, kind: str) -> AbstractAsyncContextManager[bool]:
        """Held while a kind is drafted, so that no other run drafts it, too. False: another run has saved it meanwhile."""
        ...

    async def text(self, turn: Turn, kind: str, suggestion_id: str, so_far: str) -> None:
        """A draft grows."""
        ...

    async def drafted(self, turn: Turn, made: Sequence[tuple[Suggestion, tuple[ChatMessage, ...]]]) -> None:
        """A kind is done, checks included: all of its suggestions, each with exactly what a provider received for it.

        They are saved together: a kind that is saved in part would never be made whole after a crash.
        """
        ...
