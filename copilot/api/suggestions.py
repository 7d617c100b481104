"""For the desk: a suggestion, what a provider received for it, and what the agent did with it."""

from typing import Annotated

from fastapi import Response
from pydantic import BaseModel

from copilot.api import examples
from copilot.api.auth import App, Me
from copilot.api.bodies import DecisionBody, SeenIn, SentIn, example
from copilot.api.routing import audience
from copilot.api.views import SuggestionView, suggestion_view
from copilot.domain.case import SentText
from copilot.domain.ports.models import ChatMessage
from copilot.domain.suggestion import Decision
from copilot.services.conversations.decisions import DecisionIn

router = audience("suggestions")


class ProviderCall(BaseModel):
    """Exactly what a provider received; empty when no model took part."""

    suggestion_id: str
    messages: list[ChatMessage]


@router.get("/suggestions/{suggestion_id}")
async def suggestion(app: App, me: Me, suggestion_id: str) -> SuggestionView:
    """One suggestion."""
    found = await app.reading.suggestion(me, suggestion_id)
    return suggestion_view(found, found.suggestions[0])


@router.get("/suggestions/{suggestion_id}/provider-call")
async def provider_call(app: App, me: Me, suggestion_id: str) -> ProviderCall:
    """What exactly was sent to a model provider for this suggestion. Each look is noted in the audit."""
    return ProviderCall(suggestion_id=suggestion_id, messages=await app.reading.provider_call(me, suggestion_id))


@router.post(
    "/suggestions/{suggestion_id}/decisions",
    status_code=201,
    responses={200: {"model": Decision, "description": "The same decision again: the same answer."}},
)
async def decide(
    app: App, me: Me, response: Response, suggestion_id: str, given: Annotated[DecisionBody, example(examples.DECISION)]
) -> Decision:
    """Record what you did with a suggestion. A stale one can still be decided, and the decision says so."""
    stored, new = await app.decisions.decide(me, suggestion_id, DecisionIn(**given.model_dump()))
    response.status_code = 201 if new else 200
    return stored


@router.post("/suggestions/{suggestion_id}/seen", status_code=204)
async def seen(app: App, me: Me, suggestion_id: str, given: Annotated[SeenIn, example(examples.SEEN)]) -> None:
    """The draft was shown, or its text copied. The first time counts."""
    await app.decisions.seen(me, suggestion_id, given.what)


@router.post("/suggestions/{suggestion_id}/sent", status_code=201)
async def sent(app: App, me: Me, suggestion_id: str, given: Annotated[SentIn, example(examples.SENT)]) -> SentText:
    """The text that left for the customer: stored as your public message, promises in it are kept in the ledger."""
    stored = await app.decisions.sent(me, suggestion_id, given.text, given.message_id, given.sent_at)
    return stored if stored.user_id == me.user_id else stored.model_copy(update={"edit_distance": None, "user_id": None})
