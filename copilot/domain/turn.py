"""The Turn: the only thing a suggestion is made from. Stored whole, so that every suggestion can be replayed."""

from typing import Literal

from copilot.domain.base import Frozen, Instant
from copilot.domain.conversation import Channel, Message, Party
from copilot.domain.emotion import Emotion
from copilot.domain.knowledge import Applies, Ask, Authority, Condition, Hit, Limit
from copilot.domain.memory import KnownDetail, Promise, RankedMemory
from copilot.domain.people import Assurance
from copilot.domain.tenant import TenantSettings

SCHEMA_VERSION = 1


class TurnLever(Frozen):
    """A lever of an article that was found, and whether it applies to this case."""

    id: str
    article_id: str
    offer: str
    limit: Limit | None
    authority: Authority
    when: Condition
    until: Instant | None
    applies: Applies
    reason: str = ""
    """Why it applies or not, or what the agent has to confirm."""
    grant_id: str | None = None
    """Set for a supervisor's grant: allowed in this conversation, once."""


class Need(Frozen):
    """A field that a resolution requires, and the article that says so."""

    field: str
    article_id: str


class GuideAsk(Frozen):
    """An advisor question from a guide that was found."""

    article_id: str
    ask: Ask
    answered_by: str | None = None
    """Source of the fact or preference on record that already answers it."""


class Fault(Frozen):
    """Whose mistake the record shows: the evidence an apology needs."""

    party: Party
    text: str
    source: str
    """memory:… or promise:…"""


class Person(Frozen):
    """The customer as a draft may know them."""

    id: str
    name: str = ""
    since: Instant | None = None
    tier: str = ""
    locale: str = ""

    @property
    def first_name(self) -> str:
        """The name to greet by; empty when none is on record."""
        return self.name.split()[0] if self.name.split() else ""


class Agent(Frozen):
    """The person the drafts are for."""

    id: str = ""
    name: str = ""
    role: Literal["agent", "supervisor"] = "agent"


class Coverage(Frozen):
    """Does knowledge cover the question? `score` 0–1 against `threshold`; the query that was searched."""

    covered: bool
    score: float
    threshold: float
    query: str
    reason: str = ""
    conflict: tuple[str, ...] = ()
    """Ids of passages that contradict each other on this question."""


class Evidence(Frozen):
    """What was found before any draft, frozen."""

    passages: tuple[Hit, ...] = ()
    memories: tuple[RankedMemory, ...] = ()
    known_details: tuple[KnownDetail, ...] = ()
    promises: tuple[Promise, ...] = ()
    emotion: Emotion
    levers: tuple[TurnLever, ...] = ()
    coverage: Coverage
    asks: tuple[GuideAsk, ...] = ()
    needs: tuple[Need, ...] = ()
    fault: Fault | None = None
    bot_failed: tuple[str, ...] = ()
    """Ids of the bot's messages that came before the human and did not help."""


class Turn(Frozen):
    """The customer's unanswered messages plus the frozen evidence."""

    schema_version: int = SCHEMA_VERSION
    id: str
    tenant_id: str
    conversation_id: str
    conversation_ref: str
    """The conversation's own id, as its sender writes it."""
    channel: Channel
    language: str
    person: Person | None
    assurance: Assurance
    agent: Agent
    window: tuple[Message, ...]
    """The transcript, oldest first; private notes included, deleted messages not."""
    unanswered: tuple[str, ...]
    """Ids of the customer messages nobody answered yet, oldest first."""
    as_of: Instant
    settings: TenantSettings
    evidence: Evidence
    timings_ms: dict[str, float] = {}

    @property
    def waiting(self) -> tuple[Message, ...]:
        """The messages that wait for an answer."""
        ids = set(self.unanswered)
        return tuple(m for m in self.window if m.id in ids)

    @property
    def said_by_customer(self) -> str:
        """Everything the customer wrote in this conversation, one message a line."""
        return "\n".join(m.text for m in self.window if m.author == "customer")
