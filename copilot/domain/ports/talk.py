"""What the record keeps of conversations and of what was made of them: part of `Records`, see `copilot.domain.ports.records`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from copilot.domain.base import Frozen
from copilot.domain.case import QueueEntry, SentText, StoredTurn, TurnState, TurnStatus
from copilot.domain.conversation import Conversation, Message
from copilot.domain.emotion import Sensed
from copilot.domain.ports.models import ChatMessage
from copilot.domain.suggestion import Decision, KindName, Suggestion
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


class OpenDraft(Frozen):
    """A suggestion that nobody sent or dismissed yet, of a turn that waits, and the sources it cites."""

    id: str
    turn_id: str
    conversation_id: str
    kind: KindName
    sources: tuple[str, ...]


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

    async def open_citing(self, article_id: str) -> list[OpenDraft]:
        """Open drafts of turns that wait, not stale yet, that cite a passage of the article, or any lever."""
        ...

    async def outdate(self, ids: Sequence[str], article_id: str) -> None:
        """They are stale from now on: the article was changed."""
        ...
