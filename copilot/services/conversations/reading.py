"""Reading what is on record about a conversation: its messages, its turns, what was drafted, what a provider received."""

from collections.abc import Callable
from dataclasses import dataclass

from copilot.domain.base import Frozen
from copilot.domain.case import StoredTurn
from copilot.domain.conversation import BUILT_IN, Conversation
from copilot.domain.errors import Conflict, NotFound
from copilot.domain.people import Customer
from copilot.domain.ports.models import ChatMessage
from copilot.domain.ports.records import Database, Records
from copilot.domain.staff import Caller
from copilot.domain.suggestion import Decision, Suggestion


class Thread(Frozen):
    """A conversation, who it is with, and the turn that waits for an answer."""

    conversation: Conversation
    customer: Customer | None
    turn_id: str | None
    answered_here: bool = False
    """It has no chat tool of its own: agents answer it in the built-in view."""


class Drafted(Frozen):
    """A turn and its suggestions, in the order they were made. `decided`: the reader's own latest decision, by suggestion id."""

    conversation_ref: str
    stored: StoredTurn | None
    suggestions: tuple[Suggestion, ...] = ()
    decided: dict[str, Decision] = {}


@dataclass(frozen=True)
class Reading:
    """Answers questions; changes nothing, but notes who looked at what a provider received."""

    database: Database
    wake: Callable[[str], None]

    async def thread(self, tenant: str, ref: str) -> Thread:
        """A conversation by our id or the sender's. Raises NotFound."""
        async with self.database.read(tenant) as records:
            found = await conversation(records, ref)
            customer = await records.customers.find(found.customer_id) if found.customer_id else None
            turn = await records.turns.current_status(found.id)
            here = await records.day.connection_kind(found.id) in BUILT_IN
        return Thread(conversation=found, customer=customer, turn_id=turn.id if turn else None, answered_here=here)

    async def ref(self, tenant: str, ref: str, connection: str = "") -> str:
        """How the services are asked for a conversation that a sender names: our id when its connection is named. Raises NotFound."""
        if not connection:
            return ref
        async with self.database.read(tenant) as records:
            found = await records.conversations.find(ref, connection)
        if found is None:
            raise NotFound(f"There is no conversation {ref!r} in the connection {connection!r}.", todo="Check its id and the connection.")
        return found.id

    async def named(self, tenant: str, ref: str, tool: str, connection: str = "") -> str:
        """As `ref`, for the conversation that a chat tool's own page shows: never another tool's of the same id.

        `tool`: the kind of the connection; empty: any. Raises NotFound, and Conflict when several accounts of the tool have that id.
        """
        if connection or not tool:
            return await self.ref(tenant, ref, connection)
        async with self.database.read(tenant) as records:
            found = await records.conversations.of_tool(ref, tool)
        if not found:
            raise NotFound(f"There is no conversation {ref!r} from {tool}.", todo="Wait for its next message, or check the connection.")
        if len(found) > 1:
            raise Conflict(
                f"Several accounts of {tool} have a conversation {ref!r}.", todo="Name the connection where you set up the page."
            )
        return found[0][1]

    async def current(self, caller: Caller, ref: str) -> Drafted:
        """The current turn of a conversation, else its newest; without one, nothing. Raises NotFound for the conversation."""
        async with self.database.read(caller.tenant_id) as records:
            found = await conversation(records, ref)
            stored = await records.turns.current(found.id)
            if stored is None:
                # Ids are UUIDv7: the greatest is the newest.
                newest = max(await records.turns.ids(found.id), default=None)
                stored = await records.turns.get(newest) if newest else None
            return await _drafted(records, caller, found.external_id, stored)

    async def turn(self, caller: Caller, turn_id: str) -> Drafted:
        """A turn by its id. Raises NotFound."""
        async with self.database.read(caller.tenant_id) as records:
            stored = await records.turns.get(turn_id)
            if stored is None:
                raise NotFound(f"There is no turn {turn_id!r}.", todo="Read the conversation's suggestions.")
            found = await conversation(records, stored.conversation_id)
            return await _drafted(records, caller, found.external_id, stored)

    async def suggestion(self, caller: Caller, suggestion_id: str) -> Drafted:
        """A suggestion with the turn it was made from. Raises NotFound."""
        async with self.database.read(caller.tenant_id) as records:
            suggestion = await _suggestion(records, suggestion_id)
        whole = await self.turn(caller, suggestion.turn_id)
        return whole.model_copy(update={"suggestions": tuple(s for s in whole.suggestions if s.id == suggestion_id)})

    async def provider_call(self, caller: Caller, suggestion_id: str) -> list[ChatMessage]:
        """Exactly what a provider received; empty when none took part. Who looked is noted."""
        async with self.database.write(caller.tenant_id) as records:
            suggestion = await _suggestion(records, suggestion_id)
            sent = await records.suggestions.provider_call(suggestion_id)
            turn = await records.turns.status(suggestion.turn_id)
            await records.log.event(
                "provider_call.viewed",
                conversation_id=turn.conversation_id if turn else "",
                subject_id=suggestion_id,
                actor=actor(caller),
            )
        self.wake(caller.tenant_id)
        return sent

    async def names(self, caller: Caller) -> set[str]:
        """The names under which the caller's own work may stand: our id, the chat tool's, and the name they write under."""
        async with self.database.read(caller.tenant_id) as records:
            return await own_names(records, caller)


async def own_names(records: Records, caller: Caller) -> set[str]:
    """As `Reading.names`, inside a transaction."""
    user = await records.admin.user(caller.user_id) if caller.user_id else None
    return {name for name in (user.id, user.external_id, user.name) if name} if user else set()


def actor(caller: Caller) -> str:
    """Who acts, as the events name them."""
    return f"user:{caller.user_id}" if caller.user_id else f"key:{caller.key_id}"


async def conversation(records: Records, ref: str) -> Conversation:
    """Raises NotFound."""
    found = await records.conversations.find(ref)
    if found is None:
        raise NotFound(f"There is no conversation {ref!r}.", todo="Check its id.")
    return found


async def _suggestion(records: Records, suggestion_id: str) -> Suggestion:
    suggestion = await records.suggestions.get(suggestion_id)
    if suggestion is None:
        raise NotFound(f"There is no suggestion {suggestion_id!r}.", todo="Read the conversation's suggestions again.")
    return suggestion


async def _drafted(records: Records, caller: Caller, ref: str, stored: StoredTurn | None) -> Drafted:
    if stored is None:
        return Drafted(conversation_ref=ref, stored=None)
    suggestions = await records.suggestions.of_turn(stored.id)
    decided: dict[str, Decision] = {}
    for one in suggestions:
        own = [d for d in await records.suggestions.decisions(one.id) if d.user_id == caller.user_id]
        if own:
            decided[one.id] = own[-1]
    return Drafted(conversation_ref=ref, stored=stored, suggestions=tuple(suggestions), decided=decided)
