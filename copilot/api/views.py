"""What answers look like that are not a record or a contract of their own."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, Field

from copilot.domain.base import Instant
from copilot.domain.case import Gap, Handover, TurnState
from copilot.domain.conversation import Attachment, Author, Channel, Conversation, Message, Status, Visibility
from copilot.domain.formats import Strict, SuggestionOut, TurnOut
from copilot.domain.knowledge import Article, Hit
from copilot.domain.memory import Memory, Promise
from copilot.domain.output import outside_ids, written_suggestion, written_turn
from copilot.domain.people import Assurance
from copilot.domain.staff import Key, User
from copilot.domain.suggestion import CheckResult, Suggestion
from copilot.services.queue import QueueLine
from copilot.services.reading import Drafted, Thread


class MessageView(BaseModel):
    """A message as it is shown. A deleted one keeps its place and loses its words."""

    id: str = Field(description="The sender's own id; ours where the sender gave none.")
    author: Author
    author_id: str
    author_name: str
    text: str
    sent_at: Instant
    visibility: Visibility
    attachments: tuple[Attachment, ...]
    edited_at: Instant | None
    deleted_at: Instant | None

    @classmethod
    def of(cls, message: Message) -> "MessageView":
        shown = message.model_dump(exclude={"external_id"}) | {"id": message.external_id or message.id}
        return cls.model_validate(shown | ({"text": "", "attachments": ()} if message.deleted_at else {}))


class CustomerView(BaseModel):
    """Who a conversation is with; the rest is on their card."""

    id: str
    name: str


class ConversationView(BaseModel):
    """A conversation with its messages."""

    conversation_id: str = Field(description="The sender's own id.")
    id: str = Field(description="Our id.")
    channel: Channel
    status: Status
    language: str
    assignee: str
    team: str
    assurance: Assurance
    customer: CustomerView | None
    turn_id: str | None = Field(description="The turn that waits for an answer.")
    messages: list[MessageView]

    @classmethod
    def of(cls, thread: Thread) -> "ConversationView":
        talk: Conversation = thread.conversation
        names = ("channel", "status", "language", "assignee", "team", "assurance")
        customer = thread.customer
        return cls(
            conversation_id=talk.external_id,
            id=talk.id,
            customer=CustomerView(id=customer.external_id, name=customer.name) if customer else None,
            turn_id=thread.turn_id,
            messages=[MessageView.of(message) for message in talk.messages],
            **{name: getattr(talk, name) for name in names},
        )


class SuggestionView(SuggestionOut):
    """A suggestion as `suggest --json` writes it, and what became of it."""

    turn_id: str
    stale: bool = Field(description="A newer message or an answer came since: it can still be decided, and the decision is marked.")
    decided: Literal["used", "edited", "dismissed"] | None = Field(description="Your own latest decision on it.")


class TurnView(Strict):
    """A turn and its suggestions: the contract of `suggest --json`, and where the work stands."""

    schema_version: Literal[1] = 1
    conversation_id: str
    turn_id: str | None
    state: TurnState | Literal["none"] = Field(description="none: nobody has written yet. minted: evidence is being found; `turn` is null.")
    current: bool = Field(description="Whether this turn is the one that waits for an answer.")
    unanswered: list[str] = Field(description="The sender's ids of the messages that wait, oldest first (ours before evidence is frozen).")
    requested: list[str] = Field(description="Kinds that were asked for by name.")
    turn: TurnOut | None
    suggestions: list[SuggestionView]

    @classmethod
    def of(cls, drafted: Drafted) -> "TurnView":
        stored = drafted.stored
        if stored is None:
            none: dict[str, Any] = {"turn_id": None, "state": "none", "current": False, "unanswered": [], "requested": [], "turn": None}
            return cls(conversation_id=drafted.conversation_ref, suggestions=[], **none)
        names = outside_ids(stored.turn) if stored.turn else {}
        return cls(
            conversation_id=drafted.conversation_ref,
            turn_id=stored.id,
            state=stored.state,
            current=stored.current,
            unanswered=[names.get(ident, ident) for ident in stored.unanswered],
            requested=list(stored.requested),
            turn=written_turn(stored.turn) if stored.turn else None,
            suggestions=[suggestion_view(drafted, one) for one in drafted.suggestions],
        )


def suggestion_view(drafted: Drafted, suggestion: Suggestion) -> SuggestionView:
    """One suggestion of a turn that was read."""
    assert drafted.stored is not None  # noqa: S101 - a suggestion is made from frozen evidence
    assert drafted.stored.turn is not None  # noqa: S101 - as above
    decision = drafted.decided.get(suggestion.id)
    written = written_suggestion(drafted.stored.turn, suggestion)
    return SuggestionView.model_validate(
        {
            **written.model_dump(),
            "turn_id": suggestion.turn_id,
            "stale": suggestion.stale,
            "decided": decision.action if decision else None,
        }
    )


class Requested(BaseModel):
    """Kinds were asked for; follow the turn."""

    turn_id: str
    requested: list[str]


class ReviewView(BaseModel):
    """What the checks say of an agent's own words. It advises; nothing is blocked or stored."""

    checks: list[CheckResult]


class HandoversView(BaseModel):
    """A conversation's handovers, oldest first."""

    handovers: list[Handover]


class QueueView(BaseModel):
    """Open conversations in the order of service."""

    lines: list[QueueLine]


class MemoriesView(BaseModel):
    """What is remembered about a customer, newest first."""

    memories: list[Memory]


class PromisesView(BaseModel):
    """Open promises, the most urgent first."""

    promises: list[Promise]


class FoundView(BaseModel):
    """Passages for a typed question, best first."""

    query: str
    passages: list[Hit]


class ArticlesView(BaseModel):
    """Articles by id. `next`: give it as `after` for more; empty at the end."""

    articles: list[Article]
    next: str


class GapsView(BaseModel):
    """Questions that knowledge did not cover: open ones first, newest first."""

    gaps: list[Gap]


class TenantView(BaseModel):
    """A company whose records are here."""

    id: str


class TenantsView(BaseModel):
    """All tenants of this installation."""

    tenants: list[TenantView]


class KeysView(BaseModel):
    """Keys, oldest first, without their secrets."""

    keys: list[Key]


class NewKeyView(Key):
    """A key just made. `secret` is shown this once; null when the answer is repeated."""

    secret: str | None


class UsersView(BaseModel):
    """Who works here, by name. Addresses are shown to administrators."""

    users: list[User]


class EventView(BaseModel):
    """A line of the audit."""

    id: int
    type: str
    at: Instant
    conversation_id: str
    subject_id: str
    actor: str
    data: dict[str, Any]


class EventsView(BaseModel):
    """The audit, oldest first. `next`: give it as `after` for more."""

    events: list[EventView]
    next: int


def outside(record: Any, refs: Mapping[str, str]) -> Any:
    """A record whose conversation is named as its sender names it."""
    ident = record.conversation_id or ""
    return record.model_copy(update={"conversation_id": refs[ident]}) if ident in refs else record
