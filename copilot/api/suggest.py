"""For integrators and evals: the whole graph once, on one conversation. Nothing is stored."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Query

from copilot.api import examples
from copilot.api.auth import App, Me
from copilot.api.bodies import example
from copilot.api.conversations import check_times
from copilot.api.roles import OWNER
from copilot.api.routing import audience
from copilot.domain.errors import Refused
from copilot.domain.formats import ConversationIn, SuggestOut
from copilot.domain.output import written
from copilot.domain.people import Assurance
from copilot.domain.times import parse_when

router = audience("suggest")


@router.post("/suggest")
async def suggest(
    app: App,
    me: Me,
    given: Annotated[ConversationIn, example(examples.REPLAY)],
    kinds: Annotated[str, Query(max_length=200, description="Comma-separated; those that want the turn when left out.")] = "",
    source: Annotated[
        Literal["api", "file"],
        Query(description="file (local owner only): a customer without assurance counts as proven, and the last message is now."),
    ] = "api",
) -> SuggestOut:
    """The turn and its suggestions for one conversation. With `as_of`, what is later does not exist for this run."""
    now = app.clock()
    check_times(given.messages, now)
    if source == "file":
        if me.key_id != OWNER:
            raise Refused("Only the local owner may vouch for who spoke in a file.", todo="Leave out source, and send assurance.")
    else:
        given = live(given, now)
    chosen = [kind.strip() for kind in kinds.split(",") if kind.strip()]
    turn, suggestions = await app.suggest.once(me.tenant_id, given, chosen)
    return written(turn, suggestions)


def live(given: ConversationIn, now: datetime) -> ConversationIn:
    """What is absent over the API means: identity not proven, and judged at present (or at the last message, if clocks differ)."""
    update: dict[str, object] = {}
    if given.customer is not None and given.customer.assurance is None:
        update["customer"] = given.customer.model_copy(update={"assurance": Assurance.NONE})
    if given.as_of is None:
        update["as_of"] = max([now, *(parse_when(m.sent_at, now) for m in given.messages)]).isoformat()
    return given.model_copy(update=update)
