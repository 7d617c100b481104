"""Judged metrics as Inspect's scorers."""

from inspect_ai.scorer import Scorer
from inspect_ai.solver import TaskState

from copilot.adapters.prompts import FilePrompts
from evals.judge.judging import identity, judged
from evals.judge.model import NoVerdict
from evals.judge.rubrics import CATALOGUE, PROMPTS
from evals.metrics import BY_JUDGE
from evals.metrics.base import Reading
from evals.metrics.judged import JudgedMetric
from evals.metrics.scoring import Read, as_scorer
from evals.outcome import outcome_of
from evals.session import session


def versions(name: str) -> dict[str, str]:
    """Of the judged metrics as this judge and the present prompts make them."""
    prompts = FilePrompts(PROMPTS)
    return {one.name: one.version_by(identity(name, prompts, CATALOGUE[one.rubric])) for one in BY_JUDGE}


def judges(name: str, base: str) -> list[Scorer]:
    """One for each judged metric. A judge that cannot be asked fails the sample, so that it is asked when the run goes on."""
    present = versions(name)
    return [as_scorer(one, _read(one, name, base), present[one.name]) for one in BY_JUDGE]


def _read(metric: JudgedMetric, name: str, base: str) -> Read:
    async def read(state: TaskState) -> Reading | None:
        material = metric.material(str(state.sample_id), outcome_of(state))
        if material is None:
            return None
        try:
            found = await judged(session().judge(name, base), CATALOGUE[metric.rubric], material)
        except NoVerdict:
            return None  # the purse has noted it, and the command says so
        return Reading(found.value, found.why)

    return read
