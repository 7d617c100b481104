"""A message comes in: one transaction stores it, mints the turn and leaves the work in the outbox."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from copilot.domain.base import Frozen, new_id
from copilot.domain.conversation import Conversation, Message, unanswered
from copilot.domain.errors import NotFound, Refused
from copilot.domain.formats import ConversationIn, CustomerIn, MessageIn
from copilot.domain.people import Assurance, Customer
from copilot.domain.ports.models import Privacy
from copilot.domain.ports.records import Database, Records
from copilot.services import answers
from copilot.services.cases import cut, merge
from copilot.services.drafting import TURN
from copilot.services.tombstones import Tombstones


class Received(Frozen):
    """What became of a message. `turn_id`: the turn that waits for suggestions now, if any."""

    conversation_id: str
    message_id: str
    duplicate: bool
    turn_id: str | None


@dataclass(frozen=True)
class Ingest:
    """Takes messages and conversations into the record."""

    database: Database
    privacy: Privacy
    tombstones: Tombstones
    clock: Callable[[], datetime]
    wake: Callable[[str], None]
    """Tells the dispatcher and the tenant's streams that there is something new."""

    async def conversation(self, tenant: str, given: ConversationIn, connection: str = "api", actor: str = "system") -> Received:
        """A whole conversation, or more of one that is known: its new messages are added, in order."""
        now = self.clock()
        incoming = cut(given.to_conversation(now), self.privacy)
        async with self.database.write(tenant) as records:
            customer = await self._customer(records, given.customer, now)
            known = await records.conversations.find(given.conversation_id)
            stored = known or await self._create(records, incoming, customer, connection)
            if known is not None and given.status != known.status:
                await records.conversations.change(known.id, status=given.status)
            received = Received(conversation_id=stored.external_id, message_id="", duplicate=known is not None, turn_id=None)
            for message in incoming.messages:
                received = await self._add(records, stored, message, actor, last=message is incoming.messages[-1])
        self.wake(tenant)
        return received

    async def message(self, tenant: str, ref: str, given: MessageIn, actor: str = "system") -> Received:
        """One more message of a known conversation. Idempotent by the sender's message id."""
        message = given.to_message(self.clock())
        message = message.model_copy(update={"text": self.privacy.cut(message.text)})
        async with self.database.write(tenant) as records:
            stored = await records.conversations.find(ref)
            if stored is None:
                raise NotFound(f"There is no conversation {ref!r}.", todo="Send it whole to POST /v1/conversations first.")
            received = await self._add(records, stored, message, actor, last=True)
        self.wake(tenant)
        return received

    async def _customer(self, records: Records, given: CustomerIn | None, now: datetime) -> Customer | None:
        if given is None:
            return None
        customer = given.to_customer(now)
        await self.tombstones.refuse(records, customer)
        known = await records.customers.find(given.id)
        return await records.customers.upsert(merge(known, customer))

    async def _create(self, records: Records, incoming: Conversation, customer: Customer | None, connection: str) -> Conversation:
        empty = incoming.model_copy(
            update={"messages": (), "customer_id": customer.id if customer else None, "assurance": incoming.assurance or Assurance.NONE}
        )
        stored = await records.conversations.upsert(empty, connection)
        await records.log.event("conversation.created", conversation_id=stored.id, data={"channel": stored.channel})
        return stored

    async def _add(self, records: Records, conversation: Conversation, message: Message, actor: str, *, last: bool) -> Received:
        stored, new = await records.conversations.add_message(conversation.id, message)
        received = Received(conversation_id=conversation.external_id, message_id=stored.external_id, duplicate=not new, turn_id=None)
        if not new:
            current = await records.turns.current(conversation.id)
            return received.model_copy(update={"turn_id": current.id if current else None})
        await records.log.event(
            "message.stored", conversation_id=conversation.id, subject_id=stored.id, actor=actor, data={"author": stored.author}
        )
        if stored.is_answer:
            await answers.given(records, conversation.id, stored)
        elif stored.author == "customer" and last:
            # Of several messages stored together only the last mints: the turn is what stands unanswered after all of them.
            received = received.model_copy(update={"turn_id": await self._mint(records, conversation.id)})
        return received

    async def _mint(self, records: Records, conversation_id: str) -> str | None:
        whole = await records.conversations.find(conversation_id)
        if whole is None:
            raise Refused("The conversation disappeared while its message was stored.", todo="Send it again.")
        waiting = unanswered(whole.messages)
        if not waiting:
            return None
        turn = await records.turns.mint(new_id(), conversation_id, [m.id for m in waiting], self.clock())
        await records.log.event("turn.minted", conversation_id=conversation_id, subject_id=turn.id)
        await records.log.enqueue(TURN, turn.id)
        return turn.id
