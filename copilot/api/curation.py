"""What use and people say about articles: flags of agents, health."""

from typing import Annotated, Literal

from fastapi import Query
from pydantic import Field

from copilot.api.auth import App, Me
from copilot.api.bodies import example
from copilot.api.routing import audience
from copilot.domain.base import Frozen
from copilot.domain.curation import Flag, FlagReason
from copilot.domain.formats import Strict
from copilot.services.knowledge.health import Overview

router = audience("curation")


class FlagIn(Strict):
    """A passage (or an article, by its id) that is wrong; `conversation` names the one it was seen in."""

    passage_id: str = Field(min_length=1, max_length=300)
    reason: FlagReason
    note: str = Field(default="", max_length=2_000)
    conversation: str = Field(default="", max_length=300)


class FlagAnswerIn(Strict):
    """What became of it."""

    state: Literal["fixed", "kept"]
    answer: str = Field(min_length=1, max_length=2_000)


class FlagsView(Frozen):
    """Newest first."""

    flags: list[Flag]


@router.post("/flags", status_code=201)
async def flag(app: App, me: Me, given: Annotated[FlagIn, example({"passage_id": "refunds", "reason": "outdated"})]) -> Flag:
    """Say that a passage is wrong. Editors see it, and you hear back (`article.flag_answered`)."""
    return await app.flags.raise_(me, given.passage_id, given.reason, given.note, given.conversation)


@router.get("/flags")
async def flags(
    app: App,
    me: Me,
    only_open: Annotated[bool, Query(alias="open")] = False,
    article: Annotated[str, Query(max_length=200)] = "",
) -> FlagsView:
    """For editors all flags, for others their own."""
    return FlagsView(flags=await app.flags.of(me, only_open=only_open, article_id=article))


@router.post("/flags/{flag_id}/answer")
async def answer(
    app: App, me: Me, flag_id: str, given: Annotated[FlagAnswerIn, example({"state": "fixed", "answer": "It says ten working days now."})]
) -> Flag:
    """Tell the agent what became of it, once."""
    return await app.flags.answer(me, flag_id, given.state, given.answer)


@router.get("/knowledge/health")
async def health(app: App, me: Me) -> Overview:
    """Each published article: how it served in 30 days, what is wrong with it; those with worries first."""
    return await app.healths.overview(me.tenant_id)
