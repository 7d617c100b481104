"""What answers look like that are not a record or a contract of their own."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pydantic import BaseModel, Field

from copilot.checks.changes import Change, change
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
from copilot.services.conversations.owed import Owed
from copilot.services.conversations.reading import Drafted, Thread
from copilot.services.conversations.updates import Update
from copilot.services.handovers.shift import NotOffered, OpenLine


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
    answered_here: bool = Field(description="No chat tool of its own: POST …/answers takes the answer.")
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
            answered_here=thread.answered_here,
            messages=[MessageView.of(message) for message in talk.messages],
            **{name: getattr(talk, name) for name in names},
        )


class SuggestionView(SuggestionOut):
    """A suggestion as `suggest --json` writes it, and what became of it."""

    turn_id: str
    stale: bool = Field(
        description="A newer message, an answer, or a change of what it quotes came since: it can be decided, and the decision is marked."
    )
    outdated_by: str = Field(description="Id of an article that it quotes and that changed since: ask again with `fresh`. Empty: none.")
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
            "outdated_by": suggestion.outdated_by,
            "decided": decision.action if decision else None,
        }
    )


class Requested(BaseModel):
    """Kinds were asked for; follow the turn."""

    turn_id: str
    requested: list[str]


class FindingView(CheckResult):
    """What one check says of an agent's own words."""

    change: Change | None = Field(description="What would mend it in one step; null where a person has to decide what is right.")


class ReviewView(BaseModel):
    """What the checks say of an agent's own words. It advises; nothing is blocked or stored."""

    checks: list[FindingView]

    @classmethod
    def of(cls, text: str, results: Iterable[CheckResult]) -> "ReviewView":
        return cls(checks=[FindingView(**result.model_dump(), change=change(text, result)) for result in results])


class HandoversView(BaseModel):
    """A conversation's handovers, oldest first."""

    handovers: list[Handover]


class AnsweredView(BaseModel):
    """Your message as it was stored. `turn_id`: the turn that waits now, if they wrote again meanwhile."""

    message: MessageView
    turn_id: str | None


class PromiseView(Promise):
    """A promise as the desk shows it."""

    conversation_ref: str = Field(description="The sender's own conversation id; empty for one from the record.")
    channel: Channel | None
    customer: CustomerView
    moved_from: str = Field(description="Whose it was; empty: it is whose it always was.")
    moved_until: Instant | None = Field(description="Until when its owner is away; null: it moved for good, or not at all.")
    soon: bool = Field(description="Overdue, or due within the tenant's notice time.")
    update: Update | None = Field(description="What to write to the customer now; for your own promises that are soon.")

    @classmethod
    def of_owed(cls, owed: Owed) -> "PromiseView":
        names = ("conversation_ref", "channel", "moved_from", "moved_until", "soon", "update")
        promise = owed.promise.model_dump() | {"conversation_id": owed.conversation_ref or owed.promise.conversation_id}
        customer = CustomerView(id=owed.customer_ref, name=owed.customer_name)
        return cls(**promise, customer=customer, **{name: getattr(owed, name) for name in names})


class WrapUpView(BaseModel):
    """How the conversation was closed."""

    id: str
    conversation_id: str
    summary: str
    disposition: str
    resolved: bool | None
    closed_at: Instant


class ShiftView(BaseModel):
    """Your open conversations in the order of service."""

    conversations: list[OpenLine]


class HandedView(BaseModel):
    """What was offered, and what was not, with the reason."""

    offered: list[Handover]
    not_offered: list[NotOffered]


class MemoriesView(BaseModel):
    """What is remembered about a customer, newest first."""

    memories: list[Memory]


class AbsenceView(BaseModel):
    """Until when, and our id of who minds the promises; null: here."""

    until: Instant | None
    promises_to: str | None


class PromisesView(BaseModel):
    """Open promises, the most urgent first."""

    promises: list[PromiseView]


class FoundView(BaseModel):
    """Passages for a typed question, best first."""

    query: str
    passages: list[Hit]
    degraded: str = ""
    """What could not be asked; empty when all answered."""


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
