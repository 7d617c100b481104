"""Suggestions: the payload of each kind, citations, checks, and what an agent did with them."""

from typing import Any, Literal

from pydantic import Field

from copilot.domain.base import Frozen, Instant

KindName = Literal["reply", "acknowledge", "cue", "questions", "options", "handover"]
State = Literal["proposed", "abstained", "withheld", "failed"]
Producer = Literal["model", "fallback", "rules"]
Verdict = Literal["pass", "flag", "withhold"]


class Citation(Frozen):
    """Which words (code points of `text`, end exclusive) stand on which source.

    `source` is passage:… memory:… message:… promise:… detail:… lever:…
    """

    span: tuple[int, int]
    source: str


class CheckResult(Frozen):
    """What one check says of a draft. `span` is the place in `text`, code points, end exclusive."""

    name: str
    outcome: Verdict
    detail: str = ""
    span: tuple[int, int] | None = None


class ReplyPayload(Frozen):
    """Warm, competent, warm: CRAFT, Replies 3."""

    acknowledgement: str
    resolution: str
    next_step: str


class AcknowledgePayload(Frozen):
    """What matters, who takes care, and the time by which they are back."""

    matter: str
    owner: str
    back_by: Instant


class CuePayload(Frozen):
    """One thing to say, one to avoid, and why. `need` is where on the path of anger they are; `moment` is warmth or solving."""

    say: str
    avoid: str
    why: str
    need: Literal["regard", "control", "goal"]
    moment: Literal["open", "solve", "close"]
    action: str
    boils_at: Instant | None = None


class Question(Frozen):
    """An advisor question: why it matters and what its answer decides."""

    question: str
    why: str
    decides: str


class QuestionsPayload(Frozen):
    """Two to four questions whose answers are not on record."""

    questions: tuple[Question, ...]


class Option(Frozen):
    """One way out within policy. `lever_id` null: the ordinary route of a cited passage."""

    title: str
    gain: str
    lever_id: str | None
    basis: str
    authority: Literal["agent", "supervisor"]
    value: str
    cost: str
    confirm_first: str


class OptionsPayload(Frozen):
    """Two or three materially different ways out; one if only one exists."""

    options: tuple[Option, ...]


class HandoverAction(Frozen):
    """What remains to be done, by whom, by when (a date in words, or empty when nobody promised one)."""

    what: str
    owner: str
    by: str


class HandoverPayload(Frozen):
    """I-PASS for conversations: CRAFT, Handovers."""

    urgency: str
    reason: str
    story: tuple[str, ...]
    tried: tuple[str, ...]
    promises: tuple[str, ...]
    emotion: str
    known: tuple[str, ...]
    actions: tuple[HandoverAction, ...]
    if_then: tuple[str, ...]
    risks: tuple[str, ...]
    introduction: str


Payload = ReplyPayload | AcknowledgePayload | CuePayload | QuestionsPayload | OptionsPayload | HandoverPayload


class Draft(Frozen):
    """What a kind makes from a Turn: the text a person reads or sends, its structure, and where its words come from."""

    text: str
    payload: Payload
    citations: tuple[Citation, ...] = ()


class Abstention(Frozen):
    """Silence, with the reason and what would help (an honest one-liner for the agent)."""

    reason: str


class Usage(Frozen):
    """Tokens of one answer; zero where no model took part."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    calls: int = 0


class Suggestion(Frozen):
    """One draft of a kind for one turn."""

    id: str
    turn_id: str
    kind: KindName
    variant: int = 0
    state: State
    reason: str = ""
    text: str = ""
    payload: dict[str, Any] = Field(default_factory=dict)
    citations: tuple[Citation, ...] = ()
    checks: tuple[CheckResult, ...] = ()
    producer: Producer
    model: str = ""
    prompt: str = ""
    usage: Usage = Usage()
    cost_microusd: int = 0
    latency_ms: float = 0.0
    stale: bool = False
    outdated_by: str = ""
    """The article that it quotes (or whose lever it offers) and that was changed since; empty: none."""
    experiment_id: str = ""
    """The experiment it was drafted in; empty: none."""
    arm: Literal["", "control", "variant"] = ""
    """Its arm there. Agents are not told: who knows it judges otherwise."""


class Decision(Frozen):
    """What an agent did with a suggestion. `id` is the client's: the same again returns the same answer."""

    id: str
    suggestion_id: str
    user_id: str
    action: Literal["used", "edited", "dismissed"]
    text: str = ""
    """The edited text; empty for used and dismissed."""
    reason: str = ""
    """For a dismissal: knowledge_wrong, knowledge_missing, tone, not_needed, wrong_fact, other …"""
    part: int | None = None
    """Which question or option, counted from 0; None: the whole."""
    displayed_at: Instant | None = None
    copied_at: Instant | None = None
    decided_at: Instant
    stale: bool = False
