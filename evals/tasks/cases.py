"""The cases, through the whole copilot."""

from pathlib import Path

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import ModelOutput
from inspect_ai.solver import Generate, Solver, TaskState, solver

from evals.casebook.building import ident
from evals.casebook.format import Case
from evals.casebook.reading import read_cases
from evals.judge.scoring import judges
from evals.metrics import ON_CASES
from evals.metrics.base import CaseMetric, Reading
from evals.metrics.scoring import Read, as_scorer
from evals.outcome import OUTCOME, Outcome, outcome_of
from evals.subject import Variant, subject

CASE = "case"


@task
def cases(
    where: str = "",
    tags: str = "",
    ability: str = "",
    model: str = "",
    api_base: str = "",
    prompts: str = "",
    knowledge: str = "",
    embedder: str = "",
    judge: str = "",
    judge_base: str = "",
) -> Task:
    """Cases of `where` (comma-separated files and folders; default: those that ship), of these tags or this ability only.

    `model`, `api_base`, `prompts`, `knowledge`, `embedder`: what is tried; empty: what ships, without a language model.
    `judge`, `judge_base`: the model that judges, and where it answers; empty: nothing is judged.
    """
    variant = variant_of(model, api_base, prompts, knowledge, embedder)
    chosen = [case for case in read_cases([Path(place) for place in where.split(",") if place]) if _wanted(case, tags, ability)]
    return Task(
        dataset=MemoryDataset([sample(case) for case in chosen], name="cases"),
        solver=suggests(variant),
        scorer=[*(as_scorer(one, _reading(one)) for one in ON_CASES), *(judges(judge, judge_base) if judge else ())],
        version=1,
    )


def variant_of(model: str = "", api_base: str = "", prompts: str = "", knowledge: str = "", embedder: str = "", **_: object) -> Variant:
    """What is tried, from what a task is given."""
    return Variant(model, api_base, Path(prompts) if prompts else None, Path(knowledge) if knowledge else None, embedder)


def sample(case: Case) -> Sample:
    """As Inspect keeps it: the case as it was written stands in its metadata."""
    said = case.conversation if isinstance(case.conversation, str) else "\n".join(f"{one.author}: {one.text}" for one in case.conversation)
    facts = {
        "ability": case.ability,
        "severity": case.severity,
        "tags": list(case.tags),
        "channel": case.channel,
        "language": case.language,
        "human": case.human,
    }
    return Sample(id=ident(case).removeprefix("case-"), input=said, metadata={**facts, CASE: case.model_dump(mode="json")})


@solver
def suggests(variant: Variant) -> Solver:
    """The copilot reads the conversation and suggests."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        case = Case.model_validate(state.metadata[CASE])
        outcome = await (await subject(variant)).run(case)
        state.store.set(OUTCOME, outcome.model_dump(mode="json"))
        state.output = ModelOutput.from_content(variant.model or "without a model", _as_text(outcome))
        state.completed = True
        return state

    return solve


def _reading(measured: CaseMetric) -> Read:
    def read(state: TaskState) -> Reading | None:
        return measured.read(Case.model_validate(state.metadata[CASE]), outcome_of(state))

    return read


def _wanted(case: Case, tags: str, ability: str) -> bool:
    named = {tag.strip() for tag in tags.split(",") if tag.strip()}
    return (not named or bool(named & set(case.tags))) and (not ability or case.ability == ability)


def _as_text(outcome: Outcome) -> str:
    return "\n\n".join(f"## {one.kind} ({one.state})\n{one.text or one.reason}" for one in outcome.suggestions)
