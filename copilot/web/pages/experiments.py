"""Experiments: what is tried on a share of the conversations, and what it came to, in plain words and as a picture."""

from collections.abc import Sequence
from typing import Any, Final

from fastapi import Request
from fastapi.responses import Response

from copilot.api.auth import App, Me
from copilot.bootstrap import Application
from copilot.domain.base import Frozen
from copilot.domain.experiments import MOST_SHARE, ArmFigures, Difference, Estimate, Experiment, Over, Results
from copilot.domain.staff import Caller
from copilot.services.quality.experiments import DRAWN
from copilot.web.render import page
from copilot.web.sessions import page_router

router = page_router()
OVER: Final[dict[Over, str]] = {
    "planned": "It has as many conversations as were planned.",
    "budget": "Its budget is spent.",
    "date": "Its time is over.",
    "harm": "It was stopped by its rule: the variant did worse.",
    "hand": "Somebody stopped it.",
}
SHARES: Final = {
    "used": ("Drafts that were used", "higher"),
    "changed": ("Changed before sending", "lower"),
    "flagged": ("A check found something", "lower"),
    "withheld": ("Withheld by a check", "lower"),
    "abstained": ("Silent, with the reason", ""),
}
"""All between 0 and 1: drawn on one scale. Which side is better; silence may be right or wrong."""
COSTS: Final = {
    "input_tokens": "Tokens read",
    "output_tokens": "Tokens written",
    "cost_microusd": "Cost of a draft",
    "latency_ms": "Time of a draft",
}


class Bar(Frozen):
    """An arm's figure on the scale from 0 to 100 %: `at`, and the range `low` to `high`, in percent of the width."""

    arm: str
    at: float
    low: float
    high: float
    value: str
    of: str


class Shown(Frozen):
    """A figure of both arms. `said`: how they differ, in words; `mood`: good, bad or plain."""

    name: str
    bars: tuple[Bar, ...]
    said: str
    mood: str


class Cost(Frozen):
    """A figure that is no share."""

    name: str
    control: str
    variant: str
    said: str


class Row(Frozen):
    """An experiment in the list."""

    experiment: Experiment
    state: str
    settled: int
    tried: str


def state(experiment: Experiment) -> str:
    """In a word or two."""
    return {"running": "Running", "ended": "Ended", "stopped": "Stopped"}[experiment.state]


def tried(experiment: Experiment) -> str:
    """What the variant is made with."""
    prompts = [f"another prompt for {name}" for name in sorted(experiment.prompts)]
    return " and ".join([*prompts, *([f"the model {experiment.model}"] if experiment.model else [])])


def percent(value: float) -> str:
    """A share as it is read."""
    return f"{100 * value:.0f} %" if value == 0 or value >= 0.1 else f"{100 * value:.1f} %"


def points(value: float) -> str:
    """A difference of shares."""
    return f"{abs(100 * value):.1f}".removesuffix(".0")


def written(name: str, value: float) -> str:
    """A figure that is no share, with its unit."""
    if name == "cost_microusd":
        return f"${value / 1_000_000:.5f}"
    return f"{value:.0f} ms" if name == "latency_ms" else f"{value:.0f}"


def shares(results: Results) -> list[Shown]:
    """The figures that are drawn."""
    differences = {one.figure: one for one in results.differences}
    found = []
    for name, (label, better) in SHARES.items():
        bars = [_bar(arm, getattr(arm, name)) for arm in (results.control, results.variant)]
        said, mood = _said(differences.get(name), better)
        found.append(Shown(name=label, bars=tuple(bar for bar in bars if bar is not None), said=said, mood=mood))
    return found


def costs(results: Results) -> list[Cost]:
    """The figures that stand in a table."""
    differences = {one.figure: one for one in results.differences}
    return [
        Cost(
            name=label,
            control=_mean(name, getattr(results.control, name)),
            variant=_mean(name, getattr(results.variant, name)),
            said=_moved(name, differences.get(name)),
        )
        for name, label in COSTS.items()
    ]


def summary(experiment: Experiment) -> list[str]:
    """What somebody has to know who reads nothing else."""
    results = experiment.results
    used = next((one for one in results.differences if one.figure == "used"), None) if results else None
    if results is None or used is None or results.control.used is None or results.variant.used is None:
        return ["Nothing can be said yet: no conversation of both arms is settled."]
    now, was = percent(results.variant.used.value), percent(results.control.used.value)
    said = [f"Drafts of the variant were used in {now} of the turns, those of what ran before in {was}."]
    if experiment.state == "running":
        return said + _so_far(results, used)
    if results.harm:
        what = {"used": "fewer of its drafts were used", "withheld": "more of its drafts were withheld by checks"}
        return [*said, f"It did harm: {' and '.join(what[name] for name in results.harm)}. Chance alone does that in fewer than one of 20."]
    if experiment.over == "hand":
        return [*said, "It was stopped before its plan was done: read the ranges with that in mind."]
    return [*said, _said(used, "higher")[0]]


def _so_far(results: Results, used: Difference) -> list[str]:
    said = "No harm is seen so far." if not results.harm else "It does harm, and is stopped at the next look."
    if used.at_any_time is None:
        return [said]
    low, high = used.at_any_time
    return [said, f"However often you look, the difference lies between {_signed(low)} and {_signed(high)} points."]


def _signed(value: float) -> str:
    return f"{'−' if value < 0 else '+'}{points(value)}"


def _bar(arm: ArmFigures, figure: Estimate | None) -> Bar | None:
    if figure is None:
        return None
    of = f"{figure.k} of {figure.n}" if figure.k is not None else f"{figure.n} drafts"
    places = {"at": 100 * figure.value, "low": 100 * figure.low, "high": 100 * figure.high}
    return Bar(arm=arm.arm, value=percent(figure.value), of=of, **{name: round(place, 2) for name, place in places.items()})


def _said(found: Difference | None, better: str) -> tuple[str, str]:
    if found is None:
        return "", "plain"
    if not found.seen:
        return f"No difference is seen; one of {points(found.least_seen)} points would be.", "plain"
    more = found.value > 0
    between = f"between {_signed(found.low)} and {_signed(found.high)}"
    mood = "plain" if not better else "good" if more == (better == "higher") else "bad"
    return f"{points(found.value)} points {'more' if more else 'less'} ({between})", mood


def _mean(name: str, figure: Estimate | None) -> str:
    return written(name, figure.value) if figure else "–"


def _moved(name: str, found: Difference | None) -> str:
    if found is None:
        return ""
    if not found.seen:
        return "no difference is seen"
    ends = dict.fromkeys(written(name, end) for end in sorted((abs(found.low), abs(found.high))))
    return f"{' to '.join(ends)} {'more' if found.value > 0 else 'less'}"


def made_with(arm: ArmFigures) -> Sequence[tuple[str, int]]:
    """How many drafts were made with what, the most first."""
    return sorted(arm.made_with.items(), key=lambda one: -one[1])


async def listed(app: Application, me: Caller) -> dict[str, Any]:
    """What `fragments/experiments.html` shows, as its variable `listed`."""
    found = await app.quality.experiments.all(me.tenant_id)
    rows = [
        Row(experiment=one, state=state(one), settled=one.results.conversations if one.results else 0, tried=tried(one)) for one in found
    ]
    models = [name for name in app.quality.experiments.models if name != app.models.configured]
    return {"rows": rows, "kinds": DRAWN, "models": models, "now": app.models.configured, "most": round(100 * MOST_SHARE)}


async def one(app: Application, me: Caller, experiment_id: str) -> dict[str, Any]:
    """What `fragments/experiment.html` shows, as its variable `view`."""
    found = await app.quality.experiments.get(me.tenant_id, experiment_id)
    async with app.database.read(me.tenant_id) as records:
        maker = await records.admin.user(found.made_by)
    results = found.results
    return {
        "experiment": found,
        "state": state(found),
        "tried": tried(found),
        "maker": maker.name if maker else "",
        "over": OVER[found.over] if found.over else "",
        "summary": summary(found),
        "results": results,
        "shares": shares(results) if results else [],
        "costs": costs(results) if results else [],
        "made_with": [(label, made_with(arm)) for label, arm in _arms(results)],
        "spent": f"${results.variant.spent_microusd / 1_000_000:.2f}" if results else "$0.00",
        "budget": f"${found.budget_microusd / 1_000_000:.2f}" if found.budget_microusd else "",
    }


def _arms(results: Results | None) -> list[tuple[str, ArmFigures]]:
    return [("What ran before", results.control), ("The variant", results.variant)] if results else []


@router.get("/quality/experiments")
async def experiments(request: Request, app: App, me: Me) -> Response:
    """The list, and the form that starts one."""
    async with app.database.read(me.tenant_id) as records:
        after = await records.log.last_event()
    return page(request, "quality/experiments.html", after=after, listed=await listed(app, me))


@router.get("/quality/experiments/f/list")
async def fragment(request: Request, app: App, me: Me) -> Response:
    """The list alone."""
    return page(request, "fragments/experiments.html", listed=await listed(app, me))


@router.get("/quality/experiments/{experiment_id}")
async def experiment(request: Request, app: App, me: Me, experiment_id: str) -> Response:
    """One experiment."""
    async with app.database.read(me.tenant_id) as records:
        after = await records.log.last_event()
    return page(request, "quality/experiment.html", after=after, view=await one(app, me, experiment_id))


@router.get("/quality/experiments/{experiment_id}/f/state")
async def inside(request: Request, app: App, me: Me, experiment_id: str) -> Response:
    """Its inside alone."""
    return page(request, "fragments/experiment.html", view=await one(app, me, experiment_id))
