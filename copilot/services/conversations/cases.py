"""Loading a case: everything the record holds about one conversation, in one read."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from copilot.domain.base import new_id
from copilot.domain.conversation import Conversation, Message
from copilot.domain.formats import ConversationIn
from copilot.domain.memory import Memory, Promise
from copilot.domain.people import Assurance, Customer
from copilot.domain.ports.models import Privacy
from copilot.domain.ports.records import Records
from copilot.domain.ports.search import Embedder
from copilot.domain.times import parse_when
from copilot.domain.turn import Agent
from copilot.graph.case import Case, Contact
from copilot.memory.recall import CANDIDATES
from copilot.services.conversations import promises, switching
from copilot.services.searching import generations

CONTACT_DAYS = 30
"""How far back repeat contacts are counted."""


async def load(records: Records, conversation: Conversation, *, turn_id: str, as_of: datetime, embedder: Embedder) -> Case:
    """The case of a stored conversation at `as_of`."""
    customer = await records.customers.find(conversation.customer_id) if conversation.customer_id else None
    return await _case(records, conversation.until(as_of), customer, turn_id=turn_id, as_of=as_of, embedder=embedder)


async def load_file(
    records: Records, given: ConversationIn, *, counted_from: datetime, embedder: Embedder, privacy: Privacy, turn_id: str = ""
) -> Case:
    """The case of a conversation that is not stored: the file's words, the record's history of that customer."""
    conversation = cut(given.to_conversation(counted_from), privacy)
    last = conversation.messages[-1].sent_at if conversation.messages else counted_from
    as_of = _moment(given, counted_from) or last
    conversation = conversation.until(as_of)
    known = await records.conversations.find(given.conversation_id)
    if known is not None:
        # The same conversation is stored too: it must not count as another contact of this customer.
        conversation = conversation.model_copy(update={"id": known.id})
    customer = None
    if given.customer is not None:
        stored = await records.customers.find(given.customer.id)
        customer = merge(stored, cut_customer(given.customer.to_customer(counted_from), privacy))
        # A file is brought by someone who knows who spoke; over the API, absent means none.
        assurance = given.customer.assurance or Assurance.PROVEN
        conversation = conversation.model_copy(update={"customer_id": customer.id, "assurance": assurance})
    return await _case(records, conversation, customer, turn_id=turn_id or new_id(), as_of=as_of, embedder=embedder, unsaved=True)


def cut(conversation: Conversation, privacy: Privacy) -> Conversation:
    """Card numbers and passwords removed: before anything is stored or shown."""
    changed: dict[str, object] = {"messages": tuple(cut_message(m, privacy) for m in conversation.messages)}
    if conversation.outcome is not None:
        changed["outcome"] = conversation.outcome.model_copy(update={"text": privacy.cut(conversation.outcome.text)})
    return conversation.model_copy(update=changed)


def cut_message(message: Message, privacy: Privacy) -> Message:
    """As `cut`, one message: its words and the names of what is attached."""
    attachments = tuple(a.model_copy(update={"name": privacy.cut(a.name)}) for a in message.attachments)
    # Only what was given may be marked as given: a delivery without attachments leaves those that are stored.
    changed = {"text": privacy.cut(message.text)} | ({"attachments": attachments} if attachments else {})
    return message.model_copy(update=changed)


def cut_customer(customer: Customer, privacy: Privacy) -> Customer:
    """A profile without card numbers and passwords; a field's name counts as the words before its value (`password`: …)."""
    fields = tuple(f.model_copy(update={"value": _cut_field(f.name, f.value, privacy)}) for f in customer.fields)
    preferences = tuple(privacy.cut(text) for text in customer.preferences)
    return customer.model_copy(update={"name": privacy.cut(customer.name), "fields": fields, "preferences": preferences})


def _cut_field(name: str, value: str, privacy: Privacy) -> str:
    named = f"{name.replace('_', ' ')}: "
    whole = privacy.cut(named + value)
    return whole.removeprefix(named) if whole.startswith(named) else privacy.cut(value)


def merge(stored: Customer | None, given: Customer) -> Customer:
    """What the record knows, overlaid with what this conversation's sender says."""
    if stored is None:
        return given
    named = {f.name for f in given.fields}
    proven = {(i.type, i.value.casefold()) for i in given.identities if i.verified}
    known = {(i.type, i.value.casefold()) for i in stored.identities}
    addresses = [i.model_copy(update={"verified": True}) if (i.type, i.value.casefold()) in proven else i for i in stored.identities]
    return stored.model_copy(
        update={
            "name": given.name or stored.name,
            "since": given.since or stored.since,
            "tier": given.tier or stored.tier,
            "locale": given.locale or stored.locale,
            "preferences": given.preferences or stored.preferences,
            "identities": (*addresses, *(i for i in given.identities if (i.type, i.value.casefold()) not in known)),
            "fields": (*(f for f in stored.fields if f.name not in named), *given.fields),
        }
    )


def _moment(given: ConversationIn, counted_from: datetime) -> datetime | None:
    return parse_when(given.as_of, counted_from) if given.as_of else None


async def _case(
    records: Records,
    conversation: Conversation,
    customer: Customer | None,
    *,
    turn_id: str,
    as_of: datetime,
    embedder: Embedder,
    unsaved: bool = False,
) -> Case:
    settings = await records.admin.settings()
    history = await _history(records, customer, conversation, as_of)
    made = list(history.promises)
    if unsaved:
        read = promises.read(conversation, customer.id if customer else "", settings)
        made = promises.settle(conversation, list({p.id: p for p in (*made, *read)}.values()))
    sensed = {} if unsaved else await records.senses.get([m.id for m in conversation.messages if m.author == "customer"])
    return Case(
        turn_id=turn_id,
        tenant_id=records.tenant_id,
        conversation=conversation,
        customer=_as_of(customer, as_of),
        assurance=conversation.assurance,
        agent=await _agent(records, conversation),
        as_of=as_of,
        settings=settings,
        contacts=history.contacts,
        promises=tuple(made),
        candidates=history.candidates,
        said_before=history.said_before,
        grants=tuple(await records.grants.of_conversation(conversation.id)),
        sensed=sensed,
        passages_collection=await generations.serving(records, "passages", embedder),
        memories_collection=await generations.serving(records, "memories", embedder),
    )


class _History:
    """What the record holds of the person before and beside this conversation."""

    def __init__(
        self,
        contacts: Sequence[Contact] = (),
        promised: Sequence[Promise] = (),
        candidates: Sequence[Memory] = (),
        said_before: Sequence[Message] = (),
    ) -> None:
        self.contacts, self.promises, self.candidates = tuple(contacts), tuple(promised), tuple(candidates)
        self.said_before = tuple(said_before)


async def _history(records: Records, customer: Customer | None, conversation: Conversation, as_of: datetime) -> _History:
    if customer is None:
        return _History()
    contacts = await records.conversations.contacts(customer.id, as_of - timedelta(days=CONTACT_DAYS), as_of)
    candidates = await records.memories.candidates(customer.id, as_of, CANDIDATES)
    elsewhere = switching.unremembered(await switching.before(records, conversation, as_of), conversation, candidates)
    candidates = [*await switching.accounts(records, elsewhere), *candidates]
    return _History(
        [Contact(conversation_id=i, at=at) for i, at in contacts if i != conversation.id],
        await records.memories.promises_of(customer.id, as_of),
        [m for m in candidates if m.conversation_id != conversation.id],
        switching.said_in(elsewhere),
    )


async def _agent(records: Records, conversation: Conversation) -> Agent:
    """Whom the drafts are for: the assignee, else the last agent who wrote."""
    if conversation.assignee:
        user = await records.admin.user(conversation.assignee)
        if user is not None:
            return Agent(id=user.id, name=user.name, role="supervisor" if user.role == "supervisor" else "agent")
    for message in reversed(conversation.messages):
        if message.author == "agent" and message.author_name and (not conversation.assignee or message.author_id == conversation.assignee):
            return Agent(id=message.author_id, name=message.author_name)
    return Agent(id=conversation.assignee)


def _as_of(customer: Customer | None, as_of: datetime) -> Customer | None:
    """The profile as a replay may see it: nobody was a customer before `since`; when a field was imported does not count."""
    if customer is None:
        return None
    since = customer.since if customer.since and customer.since <= as_of else None
    fields = tuple(f.model_copy(update={"as_of": min(f.as_of, as_of)}) for f in customer.fields)
    return customer.model_copy(update={"since": since, "fields": fields})
