"""For the desk: who is served next."""

from typing import Annotated

from fastapi import Query

from copilot.api.auth import App, Me
from copilot.api.routing import audience
from copilot.domain.conversation import Channel
from copilot.services.conversations.queue import QueueFilter, QueuePage

router = audience("queue")


@router.get("/queue")
async def queue(
    app: App,
    me: Me,
    mine: Annotated[bool, Query(description="Only what is assigned to you; a colleague's cannot be picked out.")] = False,
    channel: Annotated[Channel | None, Query(description="Only this channel.")] = None,
    needs_human: Annotated[bool, Query(description="Only those who asked for a person, or whom only a bot has answered.")] = False,
    promise_due: Annotated[bool, Query(description="Only those with a promise that is overdue or due soon.")] = False,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> QueuePage:
    """Open conversations in the order of service: those who wait first; heat counts, with a cap. `unread` is yours."""
    wanted = QueueFilter(mine=mine, channel=channel, needs_human=needs_human, promise_due=promise_due)
    return await app.queue.page(me, wanted, offset, limit)
