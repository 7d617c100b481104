"""For those who hand a conversation over and those who take it: offered → accepted with read-back → introduced → returned."""

from typing import Annotated

from copilot.api import examples
from copilot.api.auth import App, Me
from copilot.api.bodies import AcceptIn, BriefIn, NoteIn, example
from copilot.api.connections import Ref
from copilot.api.routing import audience
from copilot.api.views import HandoversView, outside
from copilot.bootstrap import Application
from copilot.domain.case import Handover
from copilot.domain.staff import Caller
from copilot.services.handovers.offering import Offer

router = audience("handovers")


async def _outside(app: Application, me: Caller, handover: Handover) -> Handover:
    thread = await app.reading.thread(me.tenant_id, handover.conversation_id)
    shown: Handover = outside(handover, {thread.conversation.id: thread.conversation.external_id})
    return shown


@router.post("/conversations/{ref:path}/handovers", status_code=201)
async def offer(app: App, me: Me, ref: Ref, given: Annotated[Offer, example(examples.OFFER)]) -> Handover:
    """Offer a conversation to a person, a team or another channel, with a brief: a suggestion's, or your own."""
    return await _outside(app, me, await app.handovers.offer(me, ref, given))


@router.get("/conversations/{ref:path}/handovers")
async def handovers(app: App, me: Me, ref: Ref) -> HandoversView:
    """A conversation's handovers, oldest first."""
    found = await app.handovers.of_conversation(me, ref)
    return HandoversView(handovers=[await _outside(app, me, one) for one in found])


@router.get("/handovers")
async def waiting(app: App, me: Me) -> HandoversView:
    """Offers that wait for you: to you, to your team, or to anybody at the desk; oldest first."""
    return HandoversView(handovers=[await _outside(app, me, one) for one in await app.handovers.waiting(me)])


@router.get("/handovers/{handover_id}")
async def handover(app: App, me: Me, handover_id: str) -> Handover:
    """One handover."""
    return await _outside(app, me, await app.handovers.get(me, handover_id))


@router.patch("/handovers/{handover_id}")
async def correct(app: App, me: Me, handover_id: str, given: Annotated[BriefIn, example(examples.BRIEF)]) -> Handover:
    """Correct the brief, while it is offered or accepted. The parts that changed are marked for the receiver."""
    return await _outside(app, me, await app.handovers.correct(me, handover_id, given.brief))


@router.post("/handovers/{handover_id}/accept")
async def accept(app: App, me: Me, handover_id: str, given: Annotated[AcceptIn, example(examples.ACCEPT)]) -> Handover:
    """Take it over, and say in a line what you take over. Only now are there words that introduce both people."""
    return await _outside(app, me, await app.handovers.accept(me, handover_id, given.read_back))


@router.post("/handovers/{handover_id}/introduced")
async def introduced(app: App, me: Me, handover_id: str, given: Annotated[NoteIn, example(examples.NOTE)]) -> Handover:
    """The customer has read the introduction."""
    return await _outside(app, me, await app.handovers.move(me, handover_id, "introduced", given.note))


@router.post("/handovers/{handover_id}/decline")
async def decline(app: App, me: Me, handover_id: str, given: Annotated[NoteIn, example(examples.NOTE)]) -> Handover:
    """It cannot be taken over; the note says why."""
    return await _outside(app, me, await app.handovers.move(me, handover_id, "declined", given.note))


@router.post("/handovers/{handover_id}/return")
async def give_back(app: App, me: Me, handover_id: str, given: Annotated[NoteIn, example(examples.NOTE)]) -> Handover:
    """Back to whom it came from."""
    return await _outside(app, me, await app.handovers.move(me, handover_id, "returned", given.note))
