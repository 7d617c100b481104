"""Cases that were born in the desk, and the figures of runs: what QA people see and decide on."""

from typing import Any, Literal, get_args

from pydantic import Field

from copilot.domain.base import Frozen, Instant

CaseState = Literal["candidate", "approved", "rejected"]
CaseSource = Literal["made", "harvested"]
Found = Literal["said_wrong", "flagged", "rewritten", "agreed"]
"""Why a real draft is worth a case: it was said to be wrong; a check flagged it and it went out; what went out says it otherwise; it went
out as it was drafted."""
FOUND: tuple[Found, ...] = get_args(Found)
"""The dangerous ones first."""
Side = Literal["must", "must_not"]
Ability = Literal[
    "empathy", "de-escalation", "memory", "handover", "questions", "options", "honesty", "abstention", "identity", "safety", "fairness",
    "retrieval",
]  # fmt: skip
"""What a case is about, as `evals` names it."""
ABILITIES: tuple[Ability, ...] = get_args(Ability)
Severity = Literal["high", "medium", "low"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
SENT_AS_DRAFTED: float = 0.1
"""Edit distance (0–1) up to which what left is the draft."""
REWRITTEN: float = 0.4
"""From which it says it otherwise."""


class CaseDraft(Frozen):
    """The draft a case was made from, and what left for the customer, both with invented personal data."""

    kind: str
    text: str
    sent: str = ""


class QualityCase(Frozen):
    """A case in waiting, approved or rejected.

    `body`: as it is written in YAML (`copilot/schemas/case.schema.json`), with every personal value replaced. `conversation_id` to
    `customer_id`: where it came from, so that an erasure finds it. `origin`: what it must not be made from twice.
    """

    id: str
    name: str
    state: CaseState = "candidate"
    source: CaseSource
    found: Found | None = None
    origin: str
    conversation_id: str | None = None
    turn_id: str | None = None
    suggestion_id: str | None = None
    customer_id: str | None = None
    draft: CaseDraft
    body: dict[str, Any]
    made_by: str = ""
    decided_by: str = ""
    note: str = ""
    made_at: Instant
    decided_at: Instant | None = None


class MetricFigure(Frozen):
    """A metric over the samples of a run, with its 95 % interval. `k`: how many count, where each counts or not."""

    metric: str = Field(min_length=1, max_length=100)
    version: int = Field(ge=1, lt=2**31)
    value: float = Field(allow_inf_nan=False)
    low: float = Field(allow_inf_nan=False)
    high: float = Field(allow_inf_nan=False)
    n: int = Field(ge=1, lt=2**31)
    k: int | None = Field(default=None, ge=0, lt=2**31)
    better: Literal["higher", "lower"] = "higher"
    unit: Literal["share", "score", "count", "ms", "tokens", "dollars", "points"] = "share"


class QualityRun(Frozen):
    """A run of a suite, as `copilot eval publish` sent it. `tried`: model, prompts, knowledge, beyond what ships."""

    id: str
    name: str
    made_at: Instant
    tried: dict[str, str] = {}
    figures: tuple[MetricFigure, ...] = ()
    posted_by: str = ""
    posted_at: Instant
