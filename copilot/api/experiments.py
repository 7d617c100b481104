"""For those who look after quality: prompts and models that are tried on a share of the conversations, and what they came to.

Figures are of drafts, never of agents: no route and no page tells who decided on which arm.
"""

from typing import Annotated, Any

from pydantic import Field

from copilot.api.auth import App, Me
from copilot.api.bodies import example
from copilot.api.routing import audience
from copilot.domain.base import Frozen, Instant
from copilot.domain.experiments import MOST_SHARE, Experiment, ExperimentState, Over, Results
from copilot.domain.formats import Strict
from copilot.domain.suggestion import KindName
from copilot.services.quality.experiments import LONGEST, Started

router = audience("quality")
STARTED: dict[str, Any] = {
    "name": "Shorter replies",
    "reason": "Agents cut the third paragraph of most replies: a shorter draft should be changed less.",
    "kinds": ["reply"],
    "model": "openai/gpt-4.1-mini",
    "share": 0.1,
    "conversations": 400,
    "budget_microusd": 20_000_000,
}


class StartedIn(Strict):
    """What is to be tried. `prompts`: texts of prompt files by name; `model`: a model that the operator allows; one of both, or both."""

    name: str = Field(min_length=3, max_length=120)
    reason: str = Field(min_length=10, max_length=1_000, description="What you expect, and why: read again when it is over.")
    kinds: list[KindName] = Field(min_length=1, max_length=6)
    prompts: dict[str, Annotated[str, Field(max_length=LONGEST)]] = Field(default={}, max_length=6)
    model: str = Field(default="", max_length=200)
    share: float = Field(gt=0, le=MOST_SHARE, description="Of the conversations that get the variant, 0–1.")
    conversations: int = Field(default=400, ge=50, le=1_000_000, description="Of both arms; once so many are settled, it ends.")
    budget_microusd: int = Field(default=0, ge=0, le=10**12, description="What the variant's drafts may cost; 0: no limit of their own.")
    begins_at: Instant | None = None
    ends_at: Instant | None = None


class ShareIn(Strict):
    """A greater share: conversations that have the variant keep it."""

    share: float = Field(gt=0, le=MOST_SHARE)


class StopIn(Strict):
    """Why it is stopped, for those who read of it later."""

    note: str = Field(default="", max_length=1_000)


class ExperimentView(Frozen):
    """An experiment. `prompts`: the names of those that are replaced."""

    id: str
    name: str
    reason: str
    kinds: list[KindName]
    prompts: list[str]
    model: str
    share: float
    conversations: int
    budget_microusd: int
    begins_at: Instant
    ends_at: Instant | None
    state: ExperimentState
    over: Over | None
    over_at: Instant | None
    note: str
    made_at: Instant
    results: Results | None

    @classmethod
    def of(cls, experiment: Experiment) -> "ExperimentView":
        given = {name: getattr(experiment, name) for name in cls.model_fields}
        return cls.model_validate(given | {"kinds": list(experiment.kinds), "prompts": sorted(experiment.prompts)})


class ExperimentsView(Frozen):
    """Newest first; results as of the last look."""

    experiments: list[ExperimentView]


@router.post("/quality/experiments", status_code=201)
async def start(app: App, me: Me, given: Annotated[StartedIn, example(STARTED)]) -> ExperimentView:
    """Try another prompt, or another model, on a share of the conversations. One experiment at a time for a kind."""
    return ExperimentView.of(await app.quality.experiments.start(me, Started.model_validate(given.model_dump())))


@router.get("/quality/experiments")
async def experiments(app: App, me: Me) -> ExperimentsView:
    """All experiments."""
    return ExperimentsView(experiments=[ExperimentView.of(one) for one in await app.quality.experiments.all(me.tenant_id)])


@router.get("/quality/experiments/{experiment_id}")
async def experiment(app: App, me: Me, experiment_id: str) -> ExperimentView:
    """One experiment, with its results as of now."""
    return ExperimentView.of(await app.quality.experiments.get(me.tenant_id, experiment_id))


@router.patch("/quality/experiments/{experiment_id}")
async def widen(app: App, me: Me, experiment_id: str, given: Annotated[ShareIn, example({"share": 0.25})]) -> ExperimentView:
    """Let more conversations get the variant."""
    return ExperimentView.of(await app.quality.experiments.widen(me, experiment_id, given.share))


@router.post("/quality/experiments/{experiment_id}/stop")
async def stop(app: App, me: Me, experiment_id: str, given: Annotated[StopIn, example({"note": "The tone was off."})]) -> ExperimentView:
    """Stop it at once: every conversation gets the control from then on."""
    return ExperimentView.of(await app.quality.experiments.stop(me, experiment_id, given.note))
