"""For those who look after quality: cases that were born in the desk, what becomes of them, and figures of runs.

Nobody is named: neither the customer, whose values are invented ones, nor the agent, who decided on the draft or made the case.
"""

from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import Field

from copilot.api.auth import App, Me
from copilot.api.bodies import example
from copilot.api.routing import audience
from copilot.domain.base import Frozen, Instant
from copilot.domain.formats import Strict
from copilot.domain.quality import Ability, CaseDraft, CaseSource, CaseState, Found, MetricFigure, QualityCase, QualityRun, Severity, Side
from copilot.services.quality.candidates import Correction, RunGiven
from copilot.services.quality.case_making import Marked
from copilot.services.quality.harvesting import MOST, USUAL, Harvested

router = audience("quality")
Words = Annotated[str, Field(min_length=1, max_length=4_000)]
Tag = Annotated[str, Field(min_length=1, max_length=60)]
MARKED: dict[str, Any] = {
    "suggestion_id": "0198c0de-0000-7000-8000-000000000001",
    "side": "must_not",
    "words": "Your refund arrives tomorrow.",
    "ability": "honesty",
    "severity": "high",
    "tags": ["refund"],
}
CORRECTED: dict[str, Any] = {
    "name": "A refund has no date that nobody gave",
    "severity": "high",
    "must_not": [{"say": "tomorrow", "in": "reply"}],
}
RUN: dict[str, Any] = {
    "name": "cases-20260301",
    "made_at": "2026-03-01T10:00:00+01:00",
    "tried": {"prompts": "shorter"},
    "figures": [{"metric": "expected", "version": 1, "value": 0.94, "low": 0.89, "high": 0.97, "n": 150, "k": 141}],
}


class MarkedIn(Strict):
    """Words of a draft that must or must not be said in such a case."""

    suggestion_id: str = Field(min_length=1, max_length=200)
    side: Side
    words: Words
    ability: Ability = "honesty"
    severity: Severity = "medium"
    tags: list[Tag] = Field(default=[], max_length=20)
    why: str = Field(default="", max_length=1_000, description="What goes wrong without it.")


class CorrectionIn(Strict):
    """What is changed in a candidate; what is left out stays. `must`, `must_not`: as a file of cases writes them, each one a word."""

    name: str | None = Field(default=None, min_length=3, max_length=120)
    why: str | None = Field(default=None, max_length=1_000)
    ability: Ability | None = None
    severity: Severity | None = None
    tags: list[Tag] | None = Field(default=None, max_length=20)
    must: list[dict[str, Any]] | None = Field(default=None, max_length=50)
    must_not: list[dict[str, Any]] | None = Field(default=None, max_length=50)


class DecidedIn(Strict):
    """What becomes of a candidate."""

    state: Literal["approved", "rejected"]
    note: str = Field(default="", max_length=1_000)


class HarvestIn(Strict):
    """How many candidates to make at most."""

    limit: int = Field(default=USUAL, ge=1, le=MOST)


class RunIn(Strict):
    """Figures of a run; the same name again replaces them."""

    name: str = Field(min_length=1, max_length=200)
    made_at: Instant
    tried: dict[str, str] = Field(default={}, max_length=20, description="Model, prompts, knowledge, beyond what ships.")
    figures: list[MetricFigure] = Field(max_length=500)


class MadeView(Frozen):
    """A case that was born."""

    id: str
    name: str
    state: CaseState


class CaseView(MadeView):
    """A case. `body`: as it is written in YAML; `draft`: the draft it was made from; personal data in both is invented."""

    source: CaseSource
    found: Found | None
    suggestion_id: str | None
    draft: CaseDraft
    body: dict[str, Any]
    note: str
    made_at: Instant
    decided_at: Instant | None

    @classmethod
    def of(cls, case: QualityCase) -> "CaseView":
        return cls.model_validate({name: getattr(case, name) for name in cls.model_fields})


class CasesView(Frozen):
    """Candidates from dangerous drafts first, then newest first."""

    cases: list[CaseView]
    counts: dict[CaseState, int]


class ApprovedView(Frozen):
    """By name."""

    cases: list[dict[str, Any]]


class RunView(Frozen):
    """A published run."""

    name: str
    made_at: Instant
    tried: dict[str, str]
    figures: list[MetricFigure]

    @classmethod
    def of(cls, run: QualityRun) -> "RunView":
        return cls(name=run.name, made_at=run.made_at, tried=run.tried, figures=list(run.figures))


class RunsView(Frozen):
    """Newest first."""

    runs: list[RunView]


@router.post("/quality/cases", status_code=201)
async def make(app: App, me: Me, given: Annotated[MarkedIn, example(MARKED)]) -> MadeView:
    """A candidate case of words that were marked in a draft. It waits for a person who approves it."""
    case = await app.quality.making.mark(me, Marked.model_validate(given.model_dump()))
    return MadeView(id=case.id, name=case.name, state=case.state)


@router.get("/quality/cases")
async def cases(app: App, me: Me, state: CaseState = "candidate", limit: Annotated[int, Query(ge=1, le=MOST)] = MOST) -> CasesView:
    """Cases in a state."""
    found = await app.quality.cases.cases(me.tenant_id, state, limit)
    return CasesView(cases=[CaseView.of(case) for case in found], counts=await app.quality.cases.counts(me.tenant_id))


@router.get("/quality/approved")
async def approved(app: App, me: Me) -> ApprovedView:
    """All approved cases as a file of cases writes them (JSON is YAML, too). Nothing that nobody approved is in it."""
    return ApprovedView(cases=[case.body for case in await app.quality.cases.approved(me.tenant_id)])


@router.get("/quality/cases/{quality_id}")
async def case(app: App, me: Me, quality_id: str) -> CaseView:
    """One case."""
    return CaseView.of(await app.quality.cases.case(me.tenant_id, quality_id))


@router.patch("/quality/cases/{quality_id}")
async def correct(app: App, me: Me, quality_id: str, given: Annotated[CorrectionIn, example(CORRECTED)]) -> CaseView:
    """Change a candidate before it is decided on."""
    return CaseView.of(await app.quality.cases.correct(me, quality_id, Correction.model_validate(given.model_dump())))


@router.post("/quality/cases/{quality_id}/decide")
async def decide(app: App, me: Me, quality_id: str, given: Annotated[DecidedIn, example({"state": "approved"})]) -> CaseView:
    """Approve or reject it, once."""
    return CaseView.of(await app.quality.cases.decide(me, quality_id, given.state, given.note))


@router.post("/quality/harvest")
async def harvest(app: App, me: Me, given: Annotated[HarvestIn, example({"limit": 20})]) -> Harvested:
    """Candidates of what became of real drafts, the dangerous ones first; never twice the same."""
    return await app.quality.harvesting.harvest(me, given.limit)


@router.post("/quality/runs", status_code=201)
async def publish(app: App, me: Me, given: Annotated[RunIn, example(RUN)]) -> RunView:
    """Show a run's figures in the desk (`copilot eval publish`)."""
    return RunView.of(await app.quality.cases.publish(me, RunGiven.model_validate(given.model_dump())))


@router.get("/quality/runs")
async def runs(app: App, me: Me) -> RunsView:
    """Published runs."""
    return RunsView(runs=[RunView.of(run) for run in await app.quality.cases.runs(me.tenant_id)])
