"""For agents and their leads: a supervisor's yes to one gesture – asked for, granted, denied or countered, and used once."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Query

from copilot.api import examples
from copilot.api.asked import GrantsView, GrantView
from copilot.api.auth import App, Me
from copilot.api.bodies import GrantDecisionIn, GrantIn, example
from copilot.api.connections import Ref
from copilot.api.routing import audience
from copilot.bootstrap import Application
from copilot.domain.grants import Grant
from copilot.domain.staff import Caller
from copilot.services.conversations.grants import AskedFor, Decided

router = audience("grants")


async def _shown(app: Application, me: Caller, grants: Sequence[Grant]) -> list[GrantView]:
    refs: dict[str, str] = {}
    for ident in {grant.conversation_id for grant in grants}:
        refs[ident] = (await app.reading.thread(me.tenant_id, ident)).conversation.external_id
    return [GrantView.of(grant, refs[grant.conversation_id], me, app.clock()) for grant in grants]


@router.post("/conversations/{ref:path}/grants", status_code=201)
async def ask_for(app: App, me: Me, ref: Ref, given: Annotated[GrantIn, example(examples.GRANT)]) -> GrantView:
    """Ask a supervisor: for a lever that needs one, for more than a lever allows, or for a sum, with the reason."""
    limit = given.limit.as_limit("body.limit") if given.limit else None
    grant = await app.grants.ask(me, ref, AskedFor(lever_id=given.lever_id, offer=given.offer, limit=limit, reason=given.reason))
    return (await _shown(app, me, [grant]))[0]


@router.get("/conversations/{ref:path}/grants")
async def of_conversation(app: App, me: Me, ref: Ref) -> GrantsView:
    """What was asked for in a conversation and what became of it, oldest first."""
    return GrantsView(grants=await _shown(app, me, await app.grants.of_conversation(me, ref)))


@router.get("/grants")
async def grants(
    app: App,
    me: Me,
    state: Annotated[str, Query(max_length=20, description="asked, granted, denied, countered or used; all, when left out.")] = "",
) -> GrantsView:
    """Grants of all conversations, newest first: `state=asked` is what waits for a decision."""
    return GrantsView(grants=await _shown(app, me, await app.grants.in_state(me, state)))


@router.post("/grants/{grant_id}/decide")
async def decide(app: App, me: Me, grant_id: str, given: Annotated[GrantDecisionIn, example(examples.GRANT_DECISION)]) -> GrantView:
    """Grant it as asked for, deny it, or counter with other terms: those may then be given. Nobody decides what they asked for."""
    limit = given.limit.as_limit("body.limit") if given.limit else None
    said = Decided(decision=given.decision, limit=limit, expires_at=given.expires_at, note=given.note)
    return (await _shown(app, me, [await app.grants.decide(me, grant_id, said)]))[0]
