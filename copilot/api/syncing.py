"""For folders of articles that are kept in step with the record, as `copilot knowledge sync` does."""

from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, Field

from copilot.api import examples
from copilot.api.auth import App, Me
from copilot.api.bodies import example
from copilot.api.routing import audience
from copilot.domain.formats import Strict
from copilot.domain.syncing import Brought, Landed, ManifestLine, Past
from copilot.services.conversations.reading import actor

router = audience("knowledge")
MOST = 500
"""Articles of one request."""


class ManifestView(BaseModel):
    """Articles by id, each named by the digest of what it says. `next`: the id to go on behind; empty at the end."""

    articles: list[ManifestLine]
    next: str = ""


class RevisionsIn(Strict):
    """Whose past is asked for."""

    ids: list[Annotated[str, Field(min_length=1, max_length=200)]] = Field(min_length=1, max_length=MOST)


class PastsView(BaseModel):
    """In the order asked."""

    articles: list[Past]


class AgreedIn(Strict):
    """A revision that the folder holds too."""

    id: str = Field(min_length=1, max_length=200)
    revision: int = Field(ge=1, lt=2**31)


class SyncIn(Strict):
    """What a folder brings. `agreed`: what it took over, or had already."""

    files: list[Brought] = Field(default=[], max_length=MOST)
    agreed: list[AgreedIn] = Field(default=[], max_length=10_000)


class SyncedView(BaseModel):
    """What became of the files, in their order."""

    files: list[Landed]


@router.get("/knowledge/manifest")
async def manifest(
    app: App,
    me: Me,
    after: Annotated[str, Query(max_length=200, description="The article id to go on behind.")] = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = MOST,
) -> ManifestView:
    """What the record holds, to compare a folder with."""
    found = await app.syncing.manifest(me.tenant_id, after, limit)
    return ManifestView(articles=found, next=found[-1].id if len(found) == limit else "")


@router.post("/knowledge/revisions")
async def revisions(app: App, me: Me, given: Annotated[RevisionsIn, example(examples.REVISIONS)]) -> PastsView:
    """Every revision of some articles by digest, and the present article whole."""
    return PastsView(articles=await app.syncing.pasts(me.tenant_id, given.ids))


@router.post("/knowledge/sync")
async def sync(app: App, me: Me, given: Annotated[SyncIn, example(examples.SYNC)]) -> SyncedView:
    """Take a folder's files as next revisions, each only if nobody saved the article meanwhile; note what folder and record agree on."""
    landed = await app.syncing.bring(me.tenant_id, given.files, actor(me)) if given.files else []
    if given.agreed:
        await app.syncing.agreed(me.tenant_id, {one.id: one.revision for one in given.agreed})
    return SyncedView(files=landed)
