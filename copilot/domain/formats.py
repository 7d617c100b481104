"""The files and answers that integrations rely on, as they are written. JSON Schemas are made from these types."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from copilot.domain.base import Instant, new_id
from copilot.domain.conversation import Attachment, Author, Channel, Conversation, Message, Outcome, Party, Status, Visibility
from copilot.domain.emotion import Label, Trend
from copilot.domain.errors import Invalid
from copilot.domain.knowledge import Applies, Audience, Authority, Condition, Limit
from copilot.domain.linting import Finding
from copilot.domain.memory import Freshness, MemoryKind, PromiseState, Use
from copilot.domain.people import Assurance, Customer, Identity
from copilot.domain.people import Field as ProfileField
from copilot.domain.suggestion import CheckResult, Citation, KindName, Producer, State, Usage
from copilot.domain.syncing import SyncLine
from copilot.domain.times import parse_day, parse_when

MAX_TEXT = 2_000_000
"""Characters of one message. More is refused with a clear error; less is kept whole, however long."""

DATED_FIELDS = ("_date", "_on", "_checkin", "_opened")
"""Ends of field names whose value may be a duration counted from import (`P9D`: nine days ahead)."""


class Strict(BaseModel):
    """Unknown fields are an error that names them."""

    model_config = ConfigDict(extra="forbid")


class MessageIn(Strict):
    """A message as files and the API write it."""

    id: str = Field(min_length=1, max_length=200)
    author: Author
    text: str = Field(max_length=MAX_TEXT)
    sent_at: str = Field(description="ISO-8601 with offset, or a negative duration such as -PT3H.")
    author_id: str = ""
    author_name: str = ""
    visibility: Visibility = "public"
    attachments: list[dict[str, Any] | str] = []
    edited_at: str | None = None
    deleted_at: str | None = None

    def to_message(self, counted_from: datetime) -> Message:
        """As a domain message; our own id is new."""
        return Message(
            id=new_id(),
            external_id=self.id,
            author=self.author,
            text=self.text,
            sent_at=parse_when(self.sent_at, counted_from),
            author_id=self.author_id,
            author_name=self.author_name,
            visibility=self.visibility,
            attachments=tuple(_attachment(a) for a in self.attachments),
            edited_at=parse_when(self.edited_at, counted_from) if self.edited_at else None,
            deleted_at=parse_when(self.deleted_at, counted_from) if self.deleted_at else None,
        )


class CustomerIn(BaseModel):
    """The customer of a conversation: `id`, and whatever is known. Further fields are kept and become known details."""

    model_config = ConfigDict(extra="allow")

    id: str = Field(min_length=1, max_length=200)
    name: str = ""
    email: str | None = None
    phone: str | None = None
    since: str | None = None
    tier: str = ""
    locale: str = ""
    preferences: list[str] = []
    identities: list[Identity] = []
    assurance: Assurance | None = None

    def to_customer(self, counted_from: datetime, source: str = "profile") -> Customer:
        """As a domain customer; our own id is new."""
        extra = {k: v for k, v in (self.model_extra or {}).items() if k != "interactions" and v not in (None, "")}
        identities = list(self.identities)
        for type_, value in (("email", self.email), ("phone", self.phone)):
            if value and not any(i.value == value for i in identities):
                identities.append(Identity.model_validate({"type": type_, "value": value, "verified": False}))
        return Customer(
            id=new_id(),
            external_id=self.id,
            name=self.name.strip(),
            since=parse_day(self.since, counted_from) if self.since else None,
            tier=self.tier,
            locale=self.locale,
            preferences=tuple(self.preferences),
            identities=tuple(identities),
            fields=tuple(
                ProfileField(name=name, value=_field_value(name, value, counted_from), source=source, as_of=counted_from)
                for name, value in extra.items()
            ),
        )


class ConversationIn(Strict):
    """A conversation as files and the API write it."""

    conversation_id: str = Field(min_length=1, max_length=200)
    channel: Channel
    status: Status = "open"
    language: str = ""
    assignee: str = ""
    customer: CustomerIn | None = None
    messages: list[MessageIn]
    as_of: str | None = Field(default=None, description='The "now" of a replay: what is later does not exist for this run.')

    @field_validator("messages")
    @classmethod
    def _ids_differ(cls, messages: list[MessageIn]) -> list[MessageIn]:
        twice = _repeated(m.id for m in messages)
        if twice:
            raise ValueError(f"the message id {twice!r} stands twice; every message needs its own")
        return messages

    def to_conversation(self, counted_from: datetime) -> Conversation:
        """As a domain conversation without its customer; messages in the order they were sent."""
        messages = sorted((m.to_message(counted_from) for m in self.messages), key=lambda m: m.sent_at)
        return Conversation(
            id=new_id(),
            external_id=self.conversation_id,
            channel=self.channel,
            status=self.status,
            language=self.language,
            assignee=self.assignee,
            assurance=(self.customer and self.customer.assurance) or Assurance.NONE,
            messages=tuple(messages),
        )


class OutcomeIn(Strict):
    """How an interaction ended."""

    text: str = ""
    resolved: bool | None = None
    fault: Party | None = None


class InteractionIn(ConversationIn):
    """An earlier conversation of a customer, with how it ended."""

    status: Status = Field(default="closed", description="An earlier conversation is over unless the file says otherwise.")
    customer: CustomerIn | None = None
    outcome: str | OutcomeIn | None = None
    csat: int | None = Field(default=None, ge=1, le=5)

    def to_conversation(self, counted_from: datetime) -> Conversation:
        """As ConversationIn, with the outcome."""
        outcome = OutcomeIn(text=self.outcome) if isinstance(self.outcome, str) else self.outcome
        return (
            super()
            .to_conversation(counted_from)
            .model_copy(update={"outcome": Outcome(**outcome.model_dump()) if outcome else None, "csat": self.csat})
        )


class CustomerLine(CustomerIn):
    """One line of a customers file: the person, and their earlier interactions."""

    interactions: list[InteractionIn] = []

    @field_validator("interactions")
    @classmethod
    def _ids_differ(cls, interactions: list[InteractionIn]) -> list[InteractionIn]:
        twice = _repeated(i.conversation_id for i in interactions)
        if twice:
            raise ValueError(f"the conversation id {twice!r} stands twice")
        return interactions


class PassageOut(Strict):
    """A passage of the evidence."""

    article_id: str
    title: str
    passage_id: str
    text: str
    score: float
    audience: Audience


class MemoryOut(Strict):
    """A memory of the evidence, with why it was chosen."""

    id: str
    kind: MemoryKind
    text: str
    source: str
    score: float
    why: str
    use: Use


class DetailOut(Strict):
    """A known detail."""

    field: str
    value: str
    source: str
    as_of: Instant
    state: Freshness


class PromiseOut(Strict):
    """A promise as it stands at `as_of`."""

    id: str
    text: str
    owner: str
    due: Instant | None
    state: PromiseState
    source: str


class TrajectoryOut(Strict):
    """Emotion at one customer message."""

    message_id: str
    label: Label | None
    intensity: float
    heat: float
    why: str


class EmotionOut(Strict):
    """How the customer feels and how long they have waited."""

    label: Label | None
    intensity: float
    trend: Trend
    heat: float
    waiting_seconds: float
    contacts_7d: int
    contacts_30d: int
    trigger_message_id: str | None
    why: str
    measured: bool
    trajectory: list[TrajectoryOut]


class LeverOut(Strict):
    """A lever, and whether it applies."""

    id: str
    article_id: str
    offer: str
    limit: Limit | None
    authority: Authority
    when: Condition
    until: Instant | None
    applies: Applies


class EvidenceOut(Strict):
    """What was found before any draft."""

    passages: list[PassageOut]
    memories: list[MemoryOut]
    known_details: list[DetailOut]
    promises: list[PromiseOut]
    emotion: EmotionOut
    levers: list[LeverOut]


class TurnOut(Strict):
    """The turn a suggestion was made from."""

    id: str
    conversation_id: str
    language: str
    evidence: EvidenceOut
    timings_ms: dict[str, float]


class SuggestionOut(Strict):
    """One suggestion."""

    id: str
    kind: KindName
    variant: int
    state: State
    reason: str = ""
    text: str
    payload: dict[str, Any]
    citations: list[Citation]
    checks: list[CheckResult]
    producer: Producer
    model: str
    prompt: str
    usage: Usage
    cost_microusd: int
    latency_ms: float


class SuggestOut(Strict):
    """What `copilot suggest --json` prints."""

    schema_version: Literal[1] = 1
    turn: TurnOut
    suggestions: list[SuggestionOut]


class LintOut(Strict):
    """What `copilot knowledge lint --json` prints."""

    schema_version: Literal[1] = 1
    files: int
    errors: int
    warnings: int
    findings: list[Finding]


class SyncOut(Strict):
    """What `copilot knowledge sync --json` prints. `wrote`: files and records were changed (not with `--dry-run` or `--check`)."""

    schema_version: Literal[1] = 1
    wrote: bool
    in_step: int
    imported: int
    exported: int
    archived: int
    open: int
    """Lines that are not done, because somebody has to decide or to mend a file."""
    left_out: list[str]
    """Files that are not Markdown: they can be imported, but not kept in step."""
    articles: list[SyncLine]


def explain(error: ValidationError, where: str) -> Invalid:
    """A validation error as one clear line that names the place and what to do."""
    first = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    more = f" ({error.error_count() - 1} more)" if error.error_count() > 1 else ""
    if first["type"] == "extra_forbidden":
        return Invalid(f"{where}: unknown field {place!r}{more}.", todo="Remove it, or check its spelling against the schema.")
    if first["type"] == "missing":
        return Invalid(f"{where}: {place!r} is missing{more}.", todo="Add it.")
    message = str(first["msg"]).removeprefix("Value error, ")
    return Invalid(f"{where}: {place}: {message}{more}." if place else f"{where}: {message}{more}.")


def _attachment(given: dict[str, Any] | str) -> Attachment:
    if isinstance(given, str):
        return Attachment(name=given)
    return Attachment(**{k: str(given.get(k) or "") for k in ("name", "type", "url")})


def _field_value(name: str, value: Any, counted_from: datetime) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(_field_value(name, item, counted_from) for item in value)
    if isinstance(value, dict):
        return ", ".join(f"{k}: {_field_value(name, v, counted_from)}" for k, v in value.items())
    text = str(value).strip()
    if name.endswith(DATED_FIELDS) and text.lstrip("-").startswith("P") and any(c.isdigit() for c in text):
        return f"{parse_day(text, counted_from):%Y-%m-%d}"
    return text


def _repeated(ids: Iterable[str]) -> str | None:
    seen: set[str] = set()
    for one in ids:
        if one in seen:
            return one
        seen.add(one)
    return None
