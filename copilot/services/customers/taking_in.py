"""Customers in: profile, interactions as episodes, promises from agents' messages. And the customer card."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError

from copilot.domain.base import Frozen, Instant
from copilot.domain.conversation import FILE_CONNECTION, Conversation
from copilot.domain.errors import Conflict, CopilotError, Invalid, NotFound, Refused
from copilot.domain.formats import CustomerLine, explain
from copilot.domain.memory import KnownDetail, Memory, Promise
from copilot.domain.people import Assurance, Customer
from copilot.domain.ports.models import Privacy
from copilot.domain.ports.records import Database, Records
from copilot.domain.tenant import TenantSettings
from copilot.memory import details, episodes, record
from copilot.services.conversations import promises
from copilot.services.conversations.cases import cut, cut_customer, merge
from copilot.services.conversations.reading import conversation
from copilot.services.customers import matching
from copilot.services.customers.remembering import account
from copilot.services.customers.tombstones import Tombstones
from copilot.services.knowledge.articles import Imported, Refusal
from copilot.services.searching.indexing import Indexes

MAX_EPISODES_SHOWN = 12


class CardLine(Frozen):
    """One of at most five lines on who someone is to us, with its reason."""

    text: str
    why: str


class Card(Frozen):
    """What is known about a customer, as of now."""

    id: str
    customer_id: str
    name: str
    tier: str
    since: Instant | None
    who: tuple[CardLine, ...]
    known_details: tuple[KnownDetail, ...]
    promises: tuple[Promise, ...]
    memories: tuple[Memory, ...]
    conversations: int


@dataclass(frozen=True)
class Customers:
    """Imports customers and shows their card."""

    database: Database
    indexes: Indexes
    privacy: Privacy
    tombstones: Tombstones
    clock: Callable[[], datetime]
    wake: Callable[[str], None]

    async def import_lines(self, tenant: str, lines: Sequence[str], first: int = 1) -> Imported:
        """One customer a line, each in its own transaction. `first` is the number of the first line, for messages."""
        saved, refused, remembered = 0, [], list[Memory]()
        for number, line in enumerate(lines, first):
            if not line.strip():
                continue
            try:
                remembered += await self._line(tenant, line, f"line {number}")
                saved += 1
            except CopilotError as error:
                refused.append(Refusal(name=f"line {number}", reason=str(error)))
            except RecursionError:
                refused.append(Refusal(name=f"line {number}", reason="It is nested too deeply. Correct that line."))
        await self.indexes.memories(tenant, remembered)
        self.wake(tenant)
        return Imported(saved=saved, refused=tuple(refused))

    async def card(self, tenant: str, ref: str) -> Card:
        """Raises NotFound."""
        now = self.clock()
        async with self.database.read(tenant) as records:
            customer = await _find(records, ref)
            history = await records.memories.candidates(customer.id, now, 300)
            held = [p.at(now) for p in await records.memories.promises_of(customer.id, now)]
            conversations = await records.conversations.count_of(customer.id)
        known = details.ledger(customer, [], history, now)
        lines = record.who_they_are(customer, history, held, as_of=now)
        return Card(
            id=customer.external_id,
            customer_id=customer.id,
            name=customer.name,
            tier=customer.tier,
            since=customer.since,
            who=tuple(CardLine(text=text, why=why) for text, why in lines),
            known_details=known,
            promises=tuple(p for p in held if p.state in ("open", "overdue")),
            memories=tuple(sorted(history, key=lambda m: m.at, reverse=True)[:MAX_EPISODES_SHOWN]),
            conversations=conversations,
        )

    async def card_for(self, tenant: str, conversation_ref: str) -> Card:
        """The card of whoever speaks in a conversation, for words that are said there.

        Raises Refused until they have proven who they are, and where others read along (RELIABILITY, invariant 10).
        """
        async with self.database.read(tenant) as records:
            talk = await conversation(records, conversation_ref)
        if talk.customer_id is None:
            raise NotFound("Nobody on record speaks in this conversation.", todo="Name the customer when the conversation is sent.")
        if talk.assurance is not Assurance.PROVEN:
            raise Refused(
                f"Who speaks in this conversation has not proven who they are ({talk.assurance.value}).",
                todo="Nothing on record may be said. Have them prove it where the chat tool does that; meanwhile, ask for a draft.",
            )
        if talk.channel == "social":
            raise Refused("Others read along in this channel.", todo="Move to a private channel before anything on record is said.")
        return await self.card(tenant, talk.customer_id)

    async def _line(self, tenant: str, line: str, where: str) -> list[Memory]:
        given = read_line(line, where)
        now = self.clock()
        customer = cut_customer(given.to_customer(now), self.privacy)
        threads = [cut(i.to_conversation(now), self.privacy) for i in given.interactions]
        async with self.database.write(tenant) as records:
            await self.tombstones.refuse(records, customer)
            known = await records.customers.record(customer.external_id)
            stored = await records.customers.upsert(merge(known, customer) if known else customer)
            await matching.look(records, stored, known, now, imported=True)
            settings = await records.admin.settings()
            remembered = self._preferences(stored)
            for thread in threads:
                remembered += await self._interaction(records, stored, thread, settings)
            await records.memories.put(remembered)
            await records.log.event("customer.imported", subject_id=stored.id, data={"interactions": len(threads)})
        return remembered

    async def _interaction(self, records: Records, customer: Customer, thread: Conversation, settings: TenantSettings) -> list[Memory]:
        """One earlier conversation: stored, its promises settled, itself an episode unless it still goes on."""
        known = await records.conversations.find(thread.external_id, FILE_CONNECTION)
        if known is not None and known.customer_id is not None and not await records.customers.same(known.customer_id, customer.id):
            raise Conflict(f"The conversation {thread.external_id!r} belongs to another customer.", todo="Give it an id of its own.")
        stored = await records.conversations.upsert(thread.model_copy(update={"customer_id": customer.id}))
        for promise in promises.settle(stored, promises.read(stored, customer.id, settings)):
            await records.memories.put_promise(promise)
        await self._settle_earlier(records, customer, stored)
        if not stored.messages:
            return []
        return [account(stored, customer.id, FILE_CONNECTION)]

    async def _settle_earlier(self, records: Records, customer: Customer, thread: Conversation) -> None:
        """Promises of earlier conversations that this one's agents kept or withdrew."""
        if not thread.messages:
            return
        held = [p for p in await records.memories.promises_of(customer.id, thread.messages[-1].sent_at) if p.conversation_id != thread.id]
        for promise in promises.settle(thread, held):
            if promise not in held:
                await records.memories.put_promise(promise)

    def _preferences(self, customer: Customer) -> list[Memory]:
        return [
            memory.model_copy(update={"id": promises.derived_id("preference", customer.external_id, memory.text)})
            for memory in episodes.preferences(customer)
        ]


def read_line(line: str, where: str) -> CustomerLine:
    """One line of a customers file. Raises Invalid naming the line."""
    try:
        return CustomerLine.model_validate(json.loads(line))
    except json.JSONDecodeError as error:
        raise Invalid(f"{where}: this is not JSON ({error.msg} at column {error.colno}).", todo="Write one JSON object a line.") from None
    except ValidationError as error:
        raise explain(error, where) from None
    except (ValueError, RecursionError):
        # A number of thousands of digits, or a thousand brackets inside each other: JSON, but nobody's record.
        raise Invalid(
            f"{where}: this cannot be read: it is nested too deeply, or a number is too long.", todo="Correct that line."
        ) from None


async def _find(records: Records, ref: str) -> Customer:
    customer = await records.customers.find(ref)
    if customer is None:
        raise NotFound(f"There is no customer {ref!r}.", todo="Check the id.")
    return customer
