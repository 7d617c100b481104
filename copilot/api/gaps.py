"""For knowledge editors: what customers ask and knowledge does not answer; and what a draft would change."""

from typing import Annotated

from fastapi import Query
from pydantic import Field

from copilot.api.auth import App, Me
from copilot.api.bodies import example
from copilot.api.routing import audience
from copilot.domain.base import Frozen
from copilot.domain.editing import ArticleDraft
from copilot.domain.formats import Strict
from copilot.domain.topics import Topics
from copilot.services.searching.trying import MOST, Tried

router = audience("gaps")
LONG = 500


class AsideIn(Strict):
    """Why articles need not answer it."""

    reason: str = Field(min_length=1, max_length=LONG)


class HistoryIn(Strict):
    """`again`: from the first conversation on, because knowledge has changed since."""

    again: bool = False


class TryIn(Strict):
    """How many of the latest turns to ask again."""

    turns: int = Field(default=100, ge=1, le=MOST)


class ClosedView(Frozen):
    """Ids of the gaps that were closed."""

    closed: list[str]


class RunView(Frozen):
    """The run that was begun; its gaps appear in the list."""

    run: str


@router.get("/gaps/topics")
async def topics(
    app: App,
    me: Me,
    offset: Annotated[int, Query(ge=0, lt=2**31)] = 0,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Topics:
    """Open gaps that ask for the same thing, the most asked first, with what colleagues answered."""
    return await app.gaps.topics.page(me.tenant_id, offset, limit)


@router.post("/gaps/history", status_code=202)
async def history(app: App, me: Me, given: Annotated[HistoryIn, example({})]) -> RunView:
    """Look through stored conversations for questions that knowledge does not cover. It goes on in the background."""
    return RunView(run=await app.gaps.history.ask(me, again=given.again))


@router.post("/gaps/{gap_id}/draft", status_code=201)
async def draft(app: App, me: Me, gap_id: str) -> ArticleDraft:
    """Begin an article from the topic of this gap, out of what colleagues answered; or the draft that was begun before."""
    return await app.gaps.drafts.write(me, gap_id)


@router.post("/gaps/{gap_id}/dismiss")
async def dismiss(app: App, me: Me, gap_id: str, given: Annotated[AsideIn, example({"reason": "Asked once."})]) -> ClosedView:
    """It is no gap: the whole topic of this gap is closed, with the reason."""
    return ClosedView(closed=await app.gaps.topics.set_aside(me, gap_id, given.reason))


@router.post("/drafts/{draft_id}/try")
async def try_draft(app: App, me: Me, draft_id: str, given: Annotated[TryIn, example({"turns": 20})]) -> Tried:
    """Ask the latest turns again, with the draft in the place of what is published. Nothing is stored or published."""
    return await app.gaps.trying.run(me, draft_id, given.turns)
