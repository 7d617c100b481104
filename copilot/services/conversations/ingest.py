"""A message comes in: one transaction stores it, mints the turn and leaves the work in the outbox."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from copilot.domain.base import Frozen
from copilot.domain.conversation import DEFAULT_CONNECTION, FILE_CONNECTION, Conversation, Message, Status
from copilot.domain.errors import NotFound
from copilot.domain.formats import ConversationIn, CustomerIn, MessageIn
from copilot.domain.people import Assurance, Customer
from copilot.domain.ports.models import Privacy
from copilot.domain.ports.records import Database, Records
from copilot.services.conversations import answers, closing
from copilot.services.conversations.cases import cut, cut_customer, cut_message, merge
from copilot.services.conversations.minting import mint
from copilot.services.customers import matching
from copilot.services.customers.tombstones import Tombstones


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

    async def conversation(
        self, tenant: str, given: ConversationIn, connection: str = DEFAULT_CONNECTION, actor: str = "system"
    ) -> Received:
        """A whole conversation, or more of one that is known: its new messages are added, in order.

        Known is what this connection sent before; who names no connection also goes on with what was imported from a file.
        """
        now = self.clock()
        incoming = cut(given.to_conversation(now), self.privacy)
        async with self.database.write(tenant) as records:
            customer = await self._customer(records, given.customer, now)
            known = await records.conversations.find(given.conversation_id, connection)
            if known is None and connection == DEFAULT_CONNECTION:
                known = await records.conversations.find(given.conversation_id, FILE_CONNECTION)
            if known is None:
                stored = await self._create(records, incoming, customer, connection)
                new: Sequence[Message] = stored.messages
                status = stored.status
            else:
                stored = await self._update(records, known, given, customer)
                new = await self._add(records, known, incoming.messages)
                status = _status(known, given, new)
            received = await self._follow(records, stored, incoming.messages, new, status, actor)
        self.wake(tenant)
        return received

    async def message(self, tenant: str, ref: str, given: MessageIn, actor: str = "system") -> Received:
        """One more message of a known conversation. Idempotent by the sender's message id."""
        message = cut_message(given.to_message(self.clock()), self.privacy)
        async with self.database.write(tenant) as records:
            stored = await records.conversations.find(ref)
            if stored is None:
                raise NotFound(f"There is no conversation {ref!r}.", todo="Send it whole to POST /v1/conversations first.")
            new = await self._add(records, stored, [message])
            status: Status = "open" if new and _goes_on(stored, message) else stored.status
            received = await self._follow(records, stored, [message], new, status, actor)
        self.wake(tenant)
        return received

    async def _customer(self, records: Records, given: CustomerIn | None, now: datetime) -> Customer | None:
        if given is None:
            return None
        customer = cut_customer(given.to_customer(now), self.privacy)
        await self.tombstones.refuse(records, customer)
        known = await records.customers.record(given.id)
        stored = await records.customers.upsert(merge(known, customer))
        await matching.look(records, stored, known, now)
        return stored

    async def _create(self, records: Records, incoming: Conversation, customer: Customer | None, connection: str) -> Conversation:
        whole = incoming.model_copy(
            update={"customer_id": customer.id if customer else None, "assurance": incoming.assurance or Assurance.NONE}
        )
        stored = await records.conversations.upsert(whole, connection)
        await records.log.event("conversation.created", conversation_id=stored.id, data={"channel": stored.channel})
        if stored.status == "closed":
            await records.log.enqueue(closing.CLOSED, stored.id)
        return stored

    async def _update(self, records: Records, known: Conversation, given: ConversationIn, customer: Customer | None) -> Conversation:
        """What a known conversation's sender says anew: who it is with (once), how sure they are of that.

        How sure they are of somebody else proves nothing about the person on record: then nobody is proven here any more.
        """
        changed: dict[str, object] = {}
        if customer is not None and known.customer_id is None:
            changed["customer_id"] = customer.id
        assurance = given.customer.assurance if given.customer is not None else None
        if customer is not None and known.customer_id is not None and not await records.customers.same(known.customer_id, customer.id):
            assurance = Assurance.NONE
            await matching.moved(records, known.customer_id, customer.id, self.clock())
        if assurance not in (None, known.assurance):
            changed["assurance"] = assurance
        if changed:
            await records.conversations.change(known.id, **changed)
        return known.model_copy(update=changed)

    async def _add(self, records: Records, conversation: Conversation, given: Sequence[Message]) -> list[Message]:
        """Store messages, each once; returns those that are new."""
        before = {message.external_id: message for message in conversation.messages}
        new: list[Message] = []
        for message in given:
            if _says_nothing_new(before.get(message.external_id), message):
                continue
            stored, is_new = await records.conversations.add_message(conversation.id, message)
            if is_new:
                new.append(stored)
        return new

    async def _follow(
        self,
        records: Records,
        conversation: Conversation,
        given: Sequence[Message],
        new: Sequence[Message],
        status: Status,
        actor: str,
    ) -> Received:
        """What follows from new messages, all of them together, and from the status that the conversation has with them.

        Answers close the loop; it is closed, or goes on; whoever is left waiting gets one turn.
        """
        for message in new:
            await records.log.event(
                "message.stored", conversation_id=conversation.id, subject_id=message.id, actor=actor, data={"author": message.author}
            )
        known = {message.id for message in conversation.messages}
        whole = conversation.model_copy(update={"messages": in_order((*conversation.messages, *(m for m in new if m.id not in known)))})
        if said := [message for message in new if message.is_answer]:
            await answers.given(records, whole, said)
        whole = await closing.change(records, whole, {"status": status}, actor, self.clock())
        if new and whole.status != "closed":
            await mint(records, whole, self.clock())
        current = await records.turns.current_status(conversation.id)
        return Received(
            conversation_id=conversation.external_id,
            message_id=given[-1].external_id if given else "",
            duplicate=bool(given) and not new,
            turn_id=current.id if current else None,
        )


def in_order(messages: Iterable[Message]) -> tuple[Message, ...]:
    """By the time they were sent; what was sent in the same instant, as it came in."""
    return tuple(sorted(messages, key=lambda message: message.sent_at))


def _goes_on(conversation: Conversation, message: Message) -> bool:
    """A customer who writes again after a conversation was closed waits for somebody: it must not stay out of the queue."""
    later = any(m.is_answer and m.sent_at > message.sent_at for m in conversation.messages)
    return conversation.status == "closed" and message.author == "customer" and message.deleted_at is None and not later


def _status(known: Conversation, given: ConversationIn, new: Sequence[Message]) -> Status:
    """As its sender says; of one who says nothing about it, as what was written now makes it."""
    if "status" in given.model_fields_set:
        return given.status
    return "open" if any(_goes_on(known, message) for message in new) else known.status


def _says_nothing_new(before: Message | None, again: Message) -> bool:
    """The same message delivered once more: neither edited nor deleted since."""
    same = ("text", "visibility", "attachments")
    return (
        before is not None
        and all(getattr(before, name) == getattr(again, name) for name in same)
        and (before.deleted_at is not None or again.deleted_at is None)
    )
