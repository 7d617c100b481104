"""For chat tools and desks: conversations and messages in, their state, drafts on demand, checks of an agent's own words."""

from datetime import datetime
from typing import Annotated

from copilot.api import examples
from copilot.api.auth import App, Me
from copilot.api.bodies import KindsIn, ReviewIn, example
from copilot.api.connections import Connection, Ref
from copilot.api.routing import audience
from copilot.api.views import ConversationView, Requested, ReviewView, TurnView
from copilot.domain.conversation import DEFAULT_CONNECTION
from copilot.domain.errors import Invalid
from copilot.domain.formats import ConversationIn, MessageIn
from copilot.domain.times import parse_when
from copilot.services.conversations.ingest import Received
from copilot.services.conversations.reading import actor
from copilot.services.conversations.status import Change
from copilot.services.customers.taking_in import Card

router = audience("conversations")
TIMES = ("sent_at", "edited_at", "deleted_at")


@router.post("/conversations", status_code=202)
async def receive_conversation(
    app: App, me: Me, given: Annotated[ConversationIn, example(examples.CONVERSATION)], connection: Connection = ""
) -> Received:
    """Take in a conversation, or what is new of one that is known.

    Answered after one transaction stored it with its turn; suggestions follow (stream, or GET …/suggestions). Without `assurance` the
    customer's identity counts as not proven.
    """
    check_times(given.messages, app.clock())
    if given.as_of is not None:
        raise Invalid("as_of belongs to a replay, which stores nothing.", todo="Leave it out, or use POST /v1/suggest.")
    return await app.ingest.conversation(me.tenant_id, given, connection=connection or DEFAULT_CONNECTION, actor=actor(me))


@router.post("/conversations/{ref:path}/messages", status_code=202)
async def receive_message(app: App, me: Me, ref: Ref, given: Annotated[MessageIn, example(examples.MESSAGE)]) -> Received:
    """Take in one message. Idempotent by the sender's message id; another text under the same id is an edit."""
    check_times([given], app.clock(), place="body")
    return await app.ingest.message(me.tenant_id, ref, given, actor=actor(me))


@router.get("/conversations/{ref:path}/suggestions")
async def current_suggestions(app: App, me: Me, ref: Ref) -> TurnView:
    """The current turn (else the newest) with its evidence and suggestions."""
    return TurnView.of(await app.reading.current(me, ref))


@router.post("/conversations/{ref:path}/suggestions", status_code=202)
async def request_suggestions(app: App, me: Me, ref: Ref, given: Annotated[KindsIn, example(examples.KINDS)]) -> Requested:
    """Ask for kinds now, whether the turn wants them or not; `fresh`, with what articles and records say now."""
    kinds = list(dict.fromkeys(given.kinds))
    stored = await app.drafting.request(me.tenant_id, ref, kinds, actor(me), fresh=given.fresh)
    return Requested(turn_id=stored.id, requested=list(kinds))


@router.post("/conversations/{ref:path}/review")
async def review(app: App, me: Me, ref: Ref, given: Annotated[ReviewIn, example(examples.REVIEW)]) -> ReviewView:
    """Run the checks on an agent's own words. Private: nothing is stored, nothing is blocked."""
    return ReviewView.of(given.text, await app.suggest.review(me.tenant_id, ref, given.text))


@router.get("/conversations/{ref:path}/card")
async def card(app: App, me: Me, ref: Ref) -> Card:
    """The card of whoever speaks in a conversation, for words that are said there. Each look is noted in the audit.

    Refused until they have proven who they are, and where others read along.
    """
    shown = await app.customers.card_for(me.tenant_id, ref)
    await app.curating.viewed(me, shown.customer_id, "card")
    return shown


@router.get("/turns/{turn_id}")
async def turn(app: App, me: Me, turn_id: str) -> TurnView:
    """A turn with its evidence and suggestions."""
    return TurnView.of(await app.reading.turn(me, turn_id))


def check_times(messages: list[MessageIn], counted_from: datetime, place: str = "") -> None:
    """Raises Invalid naming the message and field whose time cannot be read, before anything is stored."""
    for number, message in enumerate(messages):
        for name in TIMES:
            try:
                if value := getattr(message, name):
                    parse_when(value, counted_from)
            except Invalid as error:
                where = f"{place}.{name}" if place else f"body.messages.{number}.{name}"
                raise Invalid(f"{where}: {error.detail}", todo=error.todo) from None


@router.get("/conversations/{ref:path}")
async def conversation(app: App, me: Me, ref: Ref) -> ConversationView:
    """A conversation with its messages."""
    return ConversationView.of(await app.reading.thread(me.tenant_id, ref))


@router.patch("/conversations/{ref:path}")
async def change_conversation(app: App, me: Me, ref: Ref, given: Annotated[Change, example(examples.CHANGE)]) -> ConversationView:
    """Set the status, who takes care of it, or how sure you are who is speaking. What is not named stays."""
    await app.conversations.change(me, ref, given)
    return ConversationView.of(await app.reading.thread(me.tenant_id, ref))
