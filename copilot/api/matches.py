"""One person over channels: which records are, or may be, the same person's; an agent says so, and may take it back."""

from typing import Annotated

from fastapi import Path
from pydantic import Field

from copilot.api.auth import App, Me
from copilot.api.bodies import example
from copilot.api.customers import Ref
from copilot.api.routing import audience
from copilot.domain.base import Frozen
from copilot.domain.formats import Strict
from copilot.domain.people import Match
from copilot.services.customers.matching import Known

router = audience("customers")
SAME = {"same": True}


class MatchesView(Frozen):
    """Other records of a customer: those that wait for a decision first."""

    matches: list[Known]


class SameIn(Strict):
    """What somebody decided."""

    same: bool = Field(description="Whether both records are one person's.", examples=[True])


@router.get("/customers/{ref:path}/matches")
async def matches(app: App, me: Me, ref: Ref) -> MatchesView:
    """Records that share an address with this customer's. Proven in both, they are one person's already; else somebody decides."""
    return MatchesView(matches=await app.matching.of(me, ref))


@router.post("/matches/{match_id}")
async def decide(
    app: App,
    me: Me,
    match_id: Annotated[str, Path(description="As the list of matches names it.")],
    given: Annotated[SameIn, example(SAME)],
) -> Match:
    """Say that two records are one person's, or not; also after it was said otherwise. Open conversations are drafted anew."""
    return await app.matching.decide(me, match_id, same=given.same)
