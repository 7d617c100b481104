"""Experiments: another prompt or another model drafts for a share of the conversations, until enough is known or it does harm."""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal

from pydantic import Field

from copilot.domain.base import Frozen, Instant
from copilot.domain.suggestion import KindName, Producer, State

Arm = Literal["control", "variant"]
ExperimentState = Literal["running", "ended", "stopped"]
"""ended: as planned (size, money, date); stopped: by a person, or because it did harm."""
Over = Literal["planned", "budget", "date", "harm", "hand"]
"""Why it is over."""
Watched = Literal["used", "withheld"]
"""The shares that the stop rule looks at: fewer drafts used, or more withheld by checks, is harm."""
MOST_SHARE: Final = 0.9
"""Some conversations stay with what ran before: without them nothing could be compared, and no harm be seen."""
_SPACE: Final = 2**64


class Estimate(Frozen):
    """A share (`k` of `n`), or a mean over `n` drafts, with its 95 % interval; drafts of one conversation count as alike."""

    value: float
    low: float
    high: float
    n: int
    k: int | None = None


class ArmFigures(Frozen):
    """What one arm came to. `drafts`: every time a kind was drafted, whatever came of it; `settled`: of them, those whose turn is over.

    None: nothing to measure yet. `changed`: how much of a draft was changed before it left, 0–1. Means are per draft. `made_with`: how
    many were made by which model with which prompt, as "model, prompt".
    """

    arm: Arm
    conversations: int = 0
    drafts: int = 0
    settled: int = 0
    used: Estimate | None = None
    """Of the settled: taken as it was, edited, or recognised in what was sent."""
    changed: Estimate | None = None
    flagged: Estimate | None = None
    withheld: Estimate | None = None
    abstained: Estimate | None = None
    input_tokens: Estimate | None = None
    output_tokens: Estimate | None = None
    cost_microusd: Estimate | None = None
    latency_ms: Estimate | None = None
    spent_microusd: int = 0
    made_with: dict[str, int] = Field(default_factory=dict)


class Difference(Frozen):
    """Variant less control, with its 95 % interval for who looks once, at the end.

    `least_seen`: the least difference that so many conversations would show four times of five. `at_any_time`: of what the stop rule
    watches, the interval that holds however often somebody looks.
    """

    figure: str
    value: float
    low: float
    high: float
    least_seen: float
    at_any_time: tuple[float, float] | None = None

    @property
    def seen(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0


class Results(Frozen):
    """Both arms, and how they differ. `settled`: conversations of both arms with a settled draft."""

    as_of: Instant
    conversations: int
    control: ArmFigures
    variant: ArmFigures
    differences: tuple[Difference, ...] = ()
    harm: tuple[Watched, ...] = ()
    """In what the variant is worse, whatever chance and however many looks."""


class Experiment(Frozen):
    """One experiment.

    `prompts`: texts of prompt files by name, in place of those that run; they are kept here, so that every replica drafts with the same
    words for as long as it runs. `model`: asked first; empty: as configured.
    `share`: of the conversations that are to get the variant, 0–1. `conversations`: after how many it has what it was planned for.
    `budget_microusd`: what the variant's drafts may cost; 0: no limit of their own.
    """

    id: str
    name: str
    reason: str
    kinds: tuple[KindName, ...]
    prompts: dict[str, str] = Field(default_factory=dict)
    model: str = ""
    share: float = Field(gt=0, le=MOST_SHARE)
    salt: str
    conversations: int = Field(gt=0)
    budget_microusd: int = Field(default=0, ge=0)
    begins_at: Instant
    ends_at: Instant | None = None
    state: ExperimentState = "running"
    made_by: str = ""
    made_at: Instant
    looked_at: Instant | None = None
    over: Over | None = None
    over_at: Instant | None = None
    over_by: str = ""
    note: str = ""
    results: Results | None = None
    """As they stood at the last look; once it is over, for good."""


class Assigned(Frozen):
    """What a draft is made with, and as part of which experiment. The control's `prompts` and `model` are empty."""

    experiment_id: str
    arm: Arm
    prompts: dict[str, str] = Field(default_factory=dict)
    model: str = ""


class Outcome(Frozen):
    """A stored draft of an experiment, and what became of it. `settled`: decided on, sent, or its turn is over."""

    conversation_id: str
    turn_id: str
    kind: KindName
    arm: Arm
    state: State
    flagged: bool
    producer: Producer
    model: str
    prompt: str
    input_tokens: int
    output_tokens: int
    cost_microusd: int
    latency_ms: float
    settled: bool
    used: bool
    changed: float | None


def arm_of(experiment: Experiment, conversation_id: str) -> Arm:
    """The conversation's arm: the same on every replica and after every restart, and nobody can tell it from the ids alone.

    A keyed hash gives each conversation a place in [0, 1); the variant takes those below its share. So a greater share only adds
    conversations to the variant, and places in two experiments have nothing to do with each other (Kohavi, Tang & Xu, "Trustworthy Online
    Controlled Experiments", 2020, ch. 14).
    """
    digest = hmac.new(bytes.fromhex(experiment.salt), conversation_id.encode(), hashlib.sha256).digest()
    return "variant" if int.from_bytes(digest[:8], "big") < experiment.share * _SPACE else "control"


def assigned(experiment: Experiment, conversation_id: str) -> Assigned:
    """What a draft for this conversation is made with."""
    arm = arm_of(experiment, conversation_id)
    if arm == "control":
        return Assigned(experiment_id=experiment.id, arm=arm)
    return Assigned(experiment_id=experiment.id, arm=arm, prompts=experiment.prompts, model=experiment.model)


def active(experiments: Sequence[Experiment], kind: str, now: datetime) -> Experiment | None:
    """The one that drafts of this kind belong to now."""
    for one in experiments:
        begun = one.begins_at <= now and (one.ends_at is None or now < one.ends_at)
        if one.state == "running" and kind in one.kinds and begun:
            return one
    return None
