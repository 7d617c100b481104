"""For the desk: an agent's day. Their own answers, what they have read, where a conversation stands, the wrap-up, the end of a shift."""

from typing import Annotated

from fastapi import Header, Request

from copilot.api import examples
from copilot.api.auth import App, Me
from copilot.api.bodies import OwnAnswerIn, SeenUntilIn, ShiftHandoverIn, WrapUpIn, example
from copilot.api.connections import Ref
from copilot.api.idempotency import HEADER
from copilot.api.routing import audience
from copilot.api.views import AnsweredView, HandedView, MessageView, ShiftView, WrapUpView, outside
from copilot.services.conversations.answering import OwnAnswer
from copilot.services.conversations.whereabouts import Where
from copilot.services.conversations.wrapping import Confirmation, Proposal
from copilot.services.handovers.shift import Recipient

router = audience("day")


@router.post("/conversations/{ref:path}/answers", status_code=201)
async def answer(
    app: App,
    me: Me,
    ref: Ref,
    given: Annotated[OwnAnswerIn, example(examples.OWN_ANSWER)],
    key: Annotated[str, Header(alias=HEADER, max_length=200, description="The same answer again is stored once.")] = "",
) -> AnsweredView:
    """Your answer to the customer, or a note for colleagues, in a conversation without a chat tool of its own.

    A conversation that belongs to a chat tool is answered there (403).
    """
    stored = await app.day.answering.answer(me, ref, OwnAnswer(**given.model_dump()), key)
    return AnsweredView(message=MessageView.of(stored.message), turn_id=stored.turn_id)


@router.post("/conversations/{ref:path}/seen-until", status_code=204)
async def seen_until(app: App, me: Me, ref: Ref, given: Annotated[SeenUntilIn, example(examples.SEEN_UNTIL)]) -> None:
    """You have read the conversation up to that message. Yours alone: nobody else is told, and it never moves back."""
    await app.day.marks.seen_until(me, ref, given.message_id)


@router.get("/conversations/{ref:path}/where")
async def where(app: App, me: Me, ref: Ref) -> Where:
    """Where it stands, in at most 120 characters: what they want, what was last said or promised, by whom and when."""
    return await app.day.whereabouts.line(me.tenant_id, ref)


@router.get("/conversations/{ref:path}/wrap-up")
async def proposal(app: App, me: Me, request: Request, ref: Ref) -> Proposal:
    """What a wrap-up would say: summary, promises, disposition, memories to approve. Nothing is stored."""
    made = await app.day.wrapping.propose(me.tenant_id, ref)
    ids = [*(one.conversation_id for one in made.promises), *(one.conversation_id for one in made.memories)]
    refs = await request.app.state.references.of(me.tenant_id, ids)
    promises, memories = (tuple(outside(one, refs) for one in some) for some in (made.promises, made.memories))
    return made.model_copy(update={"promises": promises, "memories": memories})


@router.post("/conversations/{ref:path}/wrap-up", status_code=201)
async def wrap_up(app: App, me: Me, request: Request, ref: Ref, given: Annotated[WrapUpIn, example(examples.WRAP_UP)]) -> WrapUpView:
    """Confirm the wrap-up with your changes, all of it or nothing, and close the conversation."""
    wrapped = await app.day.wrapping.confirm(me, ref, Confirmation.model_validate(given.model_dump()))
    refs = await request.app.state.references.of(me.tenant_id, [wrapped.conversation_id])
    return WrapUpView(**wrapped.model_dump(exclude={"user_id", "conversation_id"}), conversation_id=refs.get(wrapped.conversation_id, ref))


@router.get("/shift")
async def shift(app: App, me: Me) -> ShiftView:
    """Your open conversations in the order of service, each with what the next person has to know."""
    return ShiftView(conversations=await app.day.shift.mine(me))


@router.post("/shift/handover")
async def hand_over(app: App, me: Me, given: Annotated[ShiftHandoverIn, example(examples.SHIFT)]) -> HandedView:
    """Offer your open conversations to a colleague or a team, each with a brief from the record. None named: all of them."""
    handed = await app.day.shift.hand_over(me, Recipient(**given.to.model_dump()), given.conversations, given.note)
    offered = [(one, await app.reading.thread(me.tenant_id, one.conversation_id)) for one in handed.offered]
    return HandedView(
        offered=[outside(one, {thread.conversation.id: thread.conversation.external_id}) for one, thread in offered],
        not_offered=list(handed.not_offered),
    )
