"""How articles serve: what worries about each, how often it was shown and cited, what became of the drafts, what agents said."""

from typing import Any, Final

from fastapi import Request
from fastapi.responses import Response

from copilot.api.auth import App, Me
from copilot.bootstrap import Application
from copilot.domain.base import Frozen
from copilot.domain.curation import Flag
from copilot.domain.staff import Caller
from copilot.services.knowledge.health import Health
from copilot.web.render import page
from copilot.web.sessions import page_router
from copilot.web.trends import Trend, trend

router = page_router()
ROWS: Final = 50
REASONS: Final = {
    "knowledge_wrong": "knowledge is wrong",
    "knowledge_missing": "knowledge is missing",
    "wrong_fact": "a fact is wrong",
    "tone": "tone",
    "too_long": "too long",
    "not_needed": "not needed",
    "other": "another reason",
}


class Row(Frozen):
    """An article's line. `kept`: of the decided drafts that cite it, how many were taken, in words; empty when none was decided."""

    health: Health
    drawn: Trend
    kept: str
    reasons: tuple[str, ...]


def _row(health: Health, highest: int) -> Row:
    served = health.served
    decided = served.used + served.edited + served.dismissed
    return Row(
        health=health,
        drawn=trend(served.weeks, 0, max(1, highest)),
        kept=f"{served.used + served.edited} of {decided}" if decided else "",
        reasons=tuple(f"{REASONS.get(name, name)} ({times})" for name, times in sorted(served.reasons.items(), key=lambda r: -r[1])),
    )


async def shown(request: Request, app: Application, me: Caller) -> dict[str, Any]:
    """What `fragments/health.html` shows, as its variable `healths`."""
    everything = request.query_params.get("all") == "1"
    found = await app.healths.overview(me.tenant_id)
    worrying = [one for one in found.articles if one.worries]
    calm = [one for one in found.articles if not one.worries]
    highest = max((max(one.served.weeks, default=0) for one in found.articles), default=0)
    flags = [flag for one in found.articles for flag in one.flags]
    return {
        "flags": await _titled(app, me, flags),
        "worrying": [_row(one, highest) for one in worrying[: None if everything else ROWS]],
        "calm": [_row(one, highest) for one in calm[: None if everything else ROWS]],
        "all": everything,
        "more": not everything and max(len(worrying), len(calm)) > ROWS,
        "counts": (len(worrying), len(calm)),
        "drawn": trend(found.weeks, 0, max([1, *found.weeks])),
        "shown": sum(one.served.shown for one in found.articles),
        "days": found.days,
        "src": "/knowledge/health/f/list" + ("?all=1" if everything else ""),
    }


async def _titled(app: Application, me: Caller, flags: list[Flag]) -> list[tuple[Flag, str]]:
    """Flags with the words that were flagged: the passage, while the article still has it."""
    async with app.database.read(me.tenant_id) as records:
        titles = {ident: article.title for ident, article in (await records.articles.many([f.article_id for f in flags])).items()}
    return [(flag, titles.get(flag.article_id, flag.article_id)) for flag in sorted(flags, key=lambda f: f.flagged_at)]


@router.get("/knowledge/health")
async def health(request: Request, app: App, me: Me) -> Response:
    """The page."""
    async with app.database.read(me.tenant_id) as records:
        after = await records.log.last_event()
    return page(request, "knowledge/health.html", after=after, healths=await shown(request, app, me))


@router.get("/knowledge/health/f/list")
async def fragment(request: Request, app: App, me: Me) -> Response:
    """The list alone."""
    return page(request, "fragments/health.html", healths=await shown(request, app, me))
