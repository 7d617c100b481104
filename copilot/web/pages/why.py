"""Why this draft: everything that is stored of how a suggestion came about, in words. Who looked at whom is in the audit."""

from typing import Any

from fastapi import Request
from fastapi.responses import Response

from copilot.api.auth import App, Me
from copilot.bootstrap import Application
from copilot.domain.base import Frozen
from copilot.domain.errors import NotFound
from copilot.domain.experiments import Experiment
from copilot.domain.staff import Caller
from copilot.domain.suggestion import CheckResult, Suggestion
from copilot.domain.turn import Turn
from copilot.retrieval.passages import plain_text
from copilot.web.panel.view import words_of
from copilot.web.panel.words import written
from copilot.web.render import page
from copilot.web.sessions import page_router

router = page_router()
MADE_BY = {"model": "a language model", "fallback": "the articles and records, without a language model", "rules": "rules"}
STATES = {"proposed": "Offered", "abstained": "Silent", "withheld": "Withheld", "failed": "Failed"}


class Passage(Frozen):
    """A passage that was found. `score`: 0–100, how likely it answers."""

    article_id: str
    title: str
    heading: str
    text: str
    score: int
    internal: bool
    cited: bool


class Lever(Frozen):
    """An allowance, whether it applied, and why."""

    offer: str
    limit: str
    authority: str
    applies: str
    reason: str


async def shown(app: Application, me: Caller, suggestion_id: str) -> dict[str, Any]:
    """What `quality/why.html` shows, as its variable `view`. Raises NotFound."""
    drafted = await app.reading.suggestion(me, suggestion_id)
    stored = drafted.stored
    if stored is None or stored.turn is None:
        raise NotFound("What this draft was made of is gone.", todo="It was erased, or not kept any longer.")
    turn, suggestion = stored.turn, drafted.suggestions[0]
    if turn.person is not None:
        await app.curating.viewed(me, turn.person.id, "card")
    offered = suggestion.state == "proposed"
    cited = {citation.source for citation in suggestion.citations}
    return {
        "turn": turn,
        "suggestion": suggestion,
        "state": STATES[suggestion.state],
        "made_by": MADE_BY[suggestion.producer],
        "written": written(turn, suggestion) if offered else None,
        "id": suggestion.id,
        "passages": _passages(turn, cited),
        "levers": _levers(turn),
        "checks": [check for check in suggestion.checks if check.outcome != "pass"],
        "passed": _passed(suggestion),
        "spent": _spent(suggestion),
        "experiment": await _experiment(app, me, suggestion),
        "times": [(name.replace("_", " "), f"{ms:.0f} ms") for name, ms in turn.timings_ms.items()],
        "waiting": turn.waiting,
    }


async def _experiment(app: Application, me: Caller, suggestion: Suggestion) -> Experiment | None:
    async with app.database.read(me.tenant_id) as records:
        return await records.experiments.get(suggestion.experiment_id) if suggestion.experiment_id else None


def _passages(turn: Turn, cited: set[str]) -> list[Passage]:
    return [
        Passage(
            article_id=hit.article_id,
            title=hit.title,
            heading=hit.heading,
            text=plain_text(hit.text),
            score=round(100 * hit.score),
            internal=hit.audience == "internal",
            cited=f"passage:{hit.passage_id}" in cited,
        )
        for hit in turn.evidence.passages
    ]


def _levers(turn: Turn) -> list[Lever]:
    return [
        Lever(offer=one.offer, limit=words_of(one.limit), authority=one.authority, applies=one.applies, reason=one.reason)
        for one in turn.evidence.levers
    ]


def _passed(suggestion: Suggestion) -> list[str]:
    failed = {check.name for check in suggestion.checks if check.outcome != "pass"}
    passed: list[CheckResult] = [check for check in suggestion.checks if check.outcome == "pass" and check.name not in failed]
    return list(dict.fromkeys(check.name for check in passed))


def _spent(suggestion: Suggestion) -> list[tuple[str, str]]:
    usage = suggestion.usage
    spent = [("time", f"{suggestion.latency_ms:.0f} ms")]
    if usage.calls:
        spent += [
            ("calls", str(usage.calls)),
            ("tokens read", f"{usage.input_tokens} ({usage.cached_tokens} of them from the cache)"),
            ("tokens written", str(usage.output_tokens)),
            ("cost", f"${suggestion.cost_microusd / 1_000_000:.6f}"),
        ]
    return spent


@router.get("/quality/drafts/{suggestion_id}")
async def why(request: Request, app: App, me: Me, suggestion_id: str) -> Response:
    """The page."""
    return page(request, "quality/why.html", view=await shown(app, me, suggestion_id))


@router.get("/quality/drafts/{suggestion_id}/f/sent")
async def sent(request: Request, app: App, me: Me, suggestion_id: str) -> Response:
    """Exactly what a provider received. Each look is noted."""
    return page(request, "fragments/provider-call.html", messages=await app.reading.provider_call(me, suggestion_id))
