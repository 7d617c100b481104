"""The record: every question and change the services ask of the database, always within one tenant.

`Database.read` and `Database.write` give `Records` bound to a tenant; no method takes one, so no query can forget it. A `write` is one
transaction: it commits when the block ends and rolls back when it raises. Methods that look up by `ref` take our id or the sender's.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime
from typing import Any, Protocol

from copilot.domain.base import Frozen
from copilot.domain.case import Event, Handover, HandoverState, QueueEntry, SentText, StoredTurn, TurnState, TurnStatus
from copilot.domain.conversation import Conversation, Message
from copilot.domain.emotion import Sensed
from copilot.domain.grants import ColleagueQuestion, Grant, GrantState
from copilot.domain.knowledge import Article, Passage
from copilot.domain.memory import Memory, MemoryState, Promise, PromiseState
from copilot.domain.ports.access import Access, Doors
from copilot.domain.ports.connections import Connections
from copilot.domain.ports.curation import Curation
from copilot.domain.ports.day import Day
from copilot.domain.ports.editing import Editing
from copilot.domain.ports.experiments import Experiments
from copilot.domain.ports.facts import Facts, Recalls
from copilot.domain.ports.gaps import Gaps
from copilot.domain.ports.imports import Imports
from copilot.domain.ports.models import ChatMessage
from copilot.domain.ports.people import Customers, Matches
from copilot.domain.ports.quality import Quality
from copilot.domain.ports.scorecards import Scorecards
from copilot.domain.ports.search import PassageFilter
from copilot.domain.ports.syncing import Syncing
from copilot.domain.staff import Key, User
from copilot.domain.suggestion import Decision, KindName, Suggestion
from copilot.domain.tenant import Outdating, TenantSettings
from copilot.domain.turn import Turn


class Conversations(Protocol):
    """Threads and their messages."""

    async def upsert(self, conversation: Conversation, connection: str = "file") -> Conversation:
        """Create or update by (connection, external_id); messages are added, edited or marked deleted by their external id."""
        ...

    async def find(self, ref: str, connection: str = "") -> Conversation | None:
        """By our id, else by the sender's id within `connection`. With all messages, in order.

        Without a connection: the default one's, else the one that was imported from a file, else whose it is; raises Conflict when
        several named connections have that id.
        """
        ...

    async def of_tool(self, external_id: str, tool: str) -> list[tuple[str, str]]:
        """(connection, our id) of the conversations that a kind of chat tool knows under that id; more than one: of several accounts."""
        ...

    async def references(self, ids: Sequence[str]) -> dict[str, str]:
        """Our id → the sender's, without loading anything else; those that do not exist are left out."""
        ...

    async def add_message(self, conversation_id: str, message: Message) -> tuple[Message, bool]:
        """(the stored message, whether it is new). The same external id again with another text is an edit."""
        ...

    async def change(self, conversation_id: str, **fields: Any) -> None:
        """Any of status, assignee, team, assurance, language, customer_id, outcome."""
        ...

    async def of_customer(self, customer_id: str, limit: int = 100) -> list[Conversation]:
        """Newest first, with messages."""
        ...

    async def count_of(self, customer_id: str) -> int:
        """How many conversations the person has had."""
        ...

    async def contacts(self, customer_id: str, since: datetime, until: datetime) -> list[tuple[str, datetime]]:
        """(conversation id, first customer message in the range) of the person's conversations."""
        ...

    async def last_contact(self, record_id: str) -> datetime | None:
        """When the last message of a customer's record was sent, by either side; the person's other records do not count."""
        ...

    async def open_with(self, record_ids: Sequence[str]) -> list[str]:
        """Our ids of the conversations with these records that are not closed."""
        ...

    async def queue(self, reader: str = "") -> list[QueueEntry]:
        """Open conversations. `reader`: our id of the user whose read marks count for `unread`; empty: nothing is unread."""
        ...

    async def several(self, ids: Sequence[str]) -> dict[str, Conversation]:
        """Conversations by our id, with messages; those that do not exist are left out."""
        ...


class Senses(Protocol):
    """What was sensed of each message, once."""

    async def get(self, message_ids: Sequence[str]) -> dict[str, Sensed]: ...

    async def put(self, sensed: Sequence[Sensed], vectors: Mapping[str, bytes], embedder_version: str) -> None: ...


class Turns(Protocol):
    """Turns; at most one current per conversation (a partial unique index)."""

    async def mint(self, turn_id: str, conversation_id: str, unanswered: Sequence[str], at: datetime) -> StoredTurn:
        """Make this the current turn; the one before is superseded and its open drafts become stale."""
        ...

    async def get(self, turn_id: str) -> StoredTurn | None: ...

    async def current(self, conversation_id: str) -> StoredTurn | None: ...

    async def status(self, turn_id: str) -> TurnStatus | None:
        """As `get`, without the evidence: that is long to read."""
        ...

    async def current_status(self, conversation_id: str) -> TurnStatus | None:
        """As `current`, without the evidence."""
        ...

    async def ids(self, conversation_id: str) -> list[str]:
        """Ids of every turn of a conversation."""
        ...

    async def recent(self, limit: int) -> list[Turn]:
        """Turns in which a customer waited and that were not superseded, with their evidence; the latest first."""
        ...

    async def freeze(self, turn: Turn) -> None:
        """Store the evidence; the first time counts."""
        ...

    async def measure(self, turn: Turn) -> None:
        """Store the frozen turn again with `fits` of its passages."""
        ...

    async def request(self, turn_id: str, kinds: Sequence[str]) -> None:
        """Add kinds asked for on demand and reopen a done turn (state frozen)."""
        ...

    async def set_state(self, turn_id: str, state: TurnState) -> None: ...

    async def retire(self, conversation_id: str) -> None:
        """An answer went out: the current turn is no longer current, open drafts become stale."""
        ...


class Suggestions(Protocol):
    """Suggestions, what was sent to a provider for them, and what agents did with them."""

    async def put(self, suggestion: Suggestion, sent: Sequence[ChatMessage] = ()) -> Suggestion:
        """Insert on (turn, kind, variant); what is there already stays and is returned."""
        ...

    async def get(self, suggestion_id: str) -> Suggestion | None: ...

    async def of_turn(self, turn_id: str) -> list[Suggestion]: ...

    async def of_conversation(self, conversation_id: str, limit: int = 50) -> list[Suggestion]: ...

    async def provider_call(self, suggestion_id: str) -> list[ChatMessage]: ...

    async def seen(self, suggestion_id: str, what: str, user_id: str, at: datetime) -> None:
        """`what` is displayed or copied; the first time counts."""
        ...

    async def decide(self, decision: Decision) -> tuple[Decision, bool]:
        """(the stored decision, whether it is new). Raises Conflict when this id was used for something else."""
        ...

    async def decisions(self, suggestion_id: str) -> list[Decision]: ...

    async def taken(self, turn_ids: Sequence[str]) -> list[Suggestion]:
        """Those of the turns' suggestions that an agent used, edited or sent."""
        ...

    async def put_sent(self, sent: SentText, reasks: int | None = None) -> tuple[SentText, bool]:
        """By message: (stored, whether it is new). `reasks`: questions in it for what was on record; None: not known."""
        ...

    async def sent_of(self, conversation_id: str) -> list[SentText]: ...

    async def open_citing(self, article_id: str) -> list["OpenDraft"]:
        """Open drafts of turns that wait, not stale yet, that cite a passage of the article, or any lever."""
        ...

    async def outdate(self, ids: Sequence[str], article_id: str) -> None:
        """They are stale from now on: the article was changed."""
        ...


class Memories(Protocol):
    """Memories and promises."""

    async def put(self, memories: Sequence[Memory]) -> None:
        """Upsert by id."""
        ...

    async def get(self, memory_id: str) -> Memory | None: ...

    async def candidates(self, customer_id: str, at: datetime, limit: int) -> list[Memory]:
        """Active, not expired and not later than `at`; the most important and recent first when there are more than `limit`."""
        ...

    async def of_customer(self, customer_id: str, states: Sequence[MemoryState] = ("active",)) -> list[Memory]: ...

    async def set_state(self, memory_id: str, state: MemoryState) -> None: ...

    async def count(self) -> int:
        """Active memories."""
        ...

    async def active(self, ids: Sequence[str] | None = None) -> set[str]:
        """Ids of the active memories: all of them, or those among `ids`."""
        ...

    def every(self, batch: int = 500) -> AsyncIterator[list[Memory]]:
        """All active memories, for re-indexing."""
        ...

    async def put_promise(self, promise: Promise) -> None:
        """Upsert by id."""
        ...

    async def promise(self, promise_id: str) -> Promise | None: ...

    async def promises_of(self, customer_id: str, until: datetime) -> list[Promise]:
        """Made no later than `until`, oldest first, with their stored state."""
        ...

    async def promises_due(self, since: datetime, until: datetime) -> list[Promise]:
        """Open ones that are due after `since`, and not after `until`; the earliest first."""
        ...

    async def promises_open(self, owner: str = "") -> list[Promise]: ...

    async def set_promise_state(self, promise_id: str, state: PromiseState, at: datetime) -> None: ...


class SavedArticle(Frozen):
    """What saving an article changed in its passages."""

    article: Article
    changed: bool
    removed: tuple[str, ...] = ()
    added: tuple[Passage, ...] = ()
    before: Article | None = None
    """As it was; None for a new one."""


class OpenDraft(Frozen):
    """A suggestion that nobody sent or dismissed yet, of a turn that waits, and the sources it cites."""

    id: str
    turn_id: str
    conversation_id: str
    kind: KindName
    sources: tuple[str, ...]


class Articles(Protocol):
    """Articles, revisions, passages. Also a PassageSource."""

    async def save(self, article: Article, passages: Sequence[Passage], author: str = "") -> SavedArticle:
        """A new revision when anything changed. Raises the knowledge version."""
        ...

    async def get(self, article_id: str) -> Article | None: ...

    async def many(self, article_ids: Sequence[str]) -> dict[str, Article]: ...

    async def all(self, status: str = "", after: str = "", limit: int = 500) -> list[Article]: ...

    async def with_levers(self) -> list[Article]:
        """Published articles that carry levers."""
        ...

    async def remove(self, article_id: str) -> SavedArticle | None: ...

    async def fetch(self, ids: Sequence[str], allow: PassageFilter) -> dict[str, Passage]: ...

    async def pieces(self, article_ids: Sequence[str], allow: PassageFilter) -> dict[str, Passage]: ...

    def every(self, batch: int = 500, after: str = "") -> AsyncIterator[list[Passage]]:
        """Passages of published articles by id, from the one behind `after`, for re-indexing."""
        ...

    async def count(self) -> tuple[int, int]:
        """(published articles, their passages)."""
        ...

    async def version(self) -> int:
        """Rises with every change; a replica whose index is behind catches up with `changes`."""
        ...

    async def changes(self, since: int) -> tuple[list[str], list[Passage]]:
        """(passage ids to remove, passages to add) since a version."""
        ...


class Handovers(Protocol):
    """Handovers and their states."""

    async def put(self, handover: Handover) -> None:
        """Upsert by id."""
        ...

    async def get(self, handover_id: str) -> Handover | None: ...

    async def of_conversation(self, conversation_id: str) -> list[Handover]: ...

    async def in_state(self, states: Sequence[HandoverState], limit: int = 500) -> list[Handover]:
        """Oldest first."""
        ...


class Grants(Protocol):
    """Supervisors' grants; each is decided once and used once, whoever comes at the same moment."""

    async def add(self, grant: Grant) -> None: ...

    async def get(self, grant_id: str) -> Grant | None: ...

    async def decide(self, grant: Grant) -> bool:
        """Store the decision; False when somebody decided before."""
        ...

    async def use(self, grant_id: str, message_id: str, at: datetime) -> bool:
        """Use it up; False when it was used before (or allows nothing)."""
        ...

    async def of_conversation(self, conversation_id: str) -> list[Grant]:
        """Oldest first."""
        ...

    async def in_state(self, states: Sequence[GrantState], limit: int = 200) -> list[Grant]:
        """Newest first."""
        ...


class ColleagueQuestions(Protocol):
    """Questions to colleagues; each is answered once."""

    async def add(self, question: ColleagueQuestion) -> None: ...

    async def get(self, question_id: str) -> ColleagueQuestion | None: ...

    async def answer(self, question: ColleagueQuestion) -> bool:
        """Store the answer; False when somebody answered before."""
        ...

    async def of_conversation(self, conversation_id: str) -> list[ColleagueQuestion]:
        """Oldest first."""
        ...

    async def all(self, *, only_open: bool, limit: int = 200) -> list[ColleagueQuestion]:
        """Newest first."""
        ...


class Log(Protocol):
    """Events, and the outbox of work to start."""

    async def event(
        self, type_: str, *, conversation_id: str = "", subject_id: str = "", actor: str = "system", data: Mapping[str, Any] | None = None
    ) -> Event:
        """Append; ids rise within the database."""
        ...

    async def events(self, after: int, *, conversation_id: str = "", limit: int = 500) -> list[Event]: ...

    async def last_event(self) -> int: ...

    async def enqueue(self, job: str, subject_id: str) -> None:
        """A row of the outbox: the dispatcher starts the durable job after commit."""
        ...


class Admin(Protocol):
    """A tenant's settings, users, keys, budget, idempotency, tombstones, index state."""

    async def settings(self) -> TenantSettings: ...

    async def put_settings(self, settings: TenantSettings) -> TenantSettings:
        """Stored as the next version, which is returned."""
        ...

    async def put_user(self, user: User) -> None: ...

    async def user(self, ref: str) -> User | None:
        """By id or external id."""
        ...

    async def users(self) -> list[User]: ...

    async def put_key(self, key: Key, digest: str) -> None: ...

    async def keys(self) -> list[Key]: ...

    async def revoke_key(self, key_id: str, at: datetime) -> bool: ...

    async def spent(self, day: date) -> int:
        """Micro-dollars of model calls on that day."""
        ...

    async def spend(self, day: date, microusd: int, input_tokens: int, output_tokens: int) -> None: ...

    async def remembered(self, key: str, route: str) -> tuple[str, int, str] | None:
        """(fingerprint of the request, status, body) stored for an Idempotency-Key."""
        ...

    async def claim(self, key: str, route: str, fingerprint: str, by: str, instead_of: str = "") -> tuple[str, int, str] | None:
        """Before a request is carried out: None when it is `by`'s to do now, else what is stored.

        As `remembered`, or, while somebody else is at it, with status 0 and their name as body. `instead_of`: take it from them.
        """
        ...

    async def unclaim(self, key: str, route: str, by: str) -> None:
        """The request was not carried out: whoever comes next may."""
        ...

    async def remember(self, key: str, route: str, fingerprint: str, status: int, body: str) -> None: ...

    async def outdated(self, class_: Outdating, before: datetime, limit: int) -> list[str]:
        """The oldest records of a class from before that moment; of conversations, only closed ones."""
        ...

    async def discard(self, class_: Outdating, ids: Sequence[str]) -> dict[str, list[str]]:
        """Delete these records with everything that belongs to them; the ids of what went, by class."""
        ...

    async def bury(self, digests: Sequence[str]) -> None:
        """Erasure tombstones: keyed hashes of a person's ids and addresses."""
        ...

    async def buried(self, digests: Sequence[str]) -> bool: ...

    async def state(self, name: str) -> str:
        """A small named value (active collection, index versions); empty when unset."""
        ...

    async def put_state(self, name: str, value: str) -> None: ...


class Records(Protocol):
    """All of one tenant's records, inside one transaction."""

    @property
    def tenant_id(self) -> str: ...

    @property
    def customers(self) -> Customers: ...

    @property
    def matches(self) -> Matches: ...

    @property
    def conversations(self) -> Conversations: ...

    @property
    def senses(self) -> Senses: ...

    @property
    def turns(self) -> Turns: ...

    @property
    def suggestions(self) -> Suggestions: ...

    @property
    def memories(self) -> Memories: ...

    @property
    def articles(self) -> Articles: ...

    @property
    def editing(self) -> Editing: ...

    @property
    def facts(self) -> Facts: ...

    @property
    def recalls(self) -> Recalls: ...

    @property
    def curation(self) -> Curation: ...

    @property
    def syncing(self) -> Syncing: ...

    @property
    def handovers(self) -> Handovers: ...

    @property
    def grants(self) -> Grants: ...

    @property
    def questions(self) -> ColleagueQuestions: ...

    @property
    def gaps(self) -> Gaps: ...

    @property
    def log(self) -> Log: ...

    @property
    def admin(self) -> Admin: ...

    @property
    def day(self) -> Day: ...

    @property
    def access(self) -> Access: ...

    @property
    def imports(self) -> Imports: ...

    @property
    def experiments(self) -> Experiments: ...

    @property
    def quality(self) -> Quality: ...

    @property
    def connections(self) -> Connections: ...

    @property
    def scorecards(self) -> Scorecards: ...


class OutboxRow(Frozen):
    """Work to start."""

    id: int
    tenant_id: str
    job: str
    subject_id: str


class Database(Protocol):
    """The record of all tenants."""

    @property
    def doors(self) -> Doors: ...

    def read(self, tenant: str) -> AbstractAsyncContextManager[Records]: ...

    def write(self, tenant: str) -> AbstractAsyncContextManager[Records]: ...

    async def create_tenant(self, tenant: str, settings: TenantSettings) -> None:
        """Raises Conflict when it exists."""
        ...

    async def tenants(self) -> list[str]: ...

    async def key_by_digest(self, digest: str) -> Key | None:
        """Over all tenants: the one question asked before a tenant is known. Revoked keys are not returned."""
        ...

    async def outbox(self, limit: int = 100) -> list[OutboxRow]:
        """Oldest first, over all tenants."""
        ...

    async def outbox_done(self, ids: Sequence[int]) -> None: ...

    async def unfinished_turns(self, before: datetime) -> list[tuple[str, str]]:
        """(tenant, turn id) of current turns minted before `before` that are neither done nor superseded nor failed."""
        ...

    async def heartbeat(self, replica: str, at: datetime) -> None: ...

    async def silent_replicas(self, since: datetime) -> list[str]: ...

    async def migrate(self) -> str:
        """Bring the schema to this version's head; returns the revision. Raises Refused when the database is from a newer version."""
        ...

    async def revision(self) -> tuple[str, str]:
        """(the database's revision, this version's head)."""
        ...

    async def vacuum(self) -> None: ...

    async def close(self) -> None: ...
