"""For the desk: who is served next."""

from typing import Annotated

from fastapi import Query

from copilot.api.auth import App, Me
from copilot.api.routing import audience
from copilot.api.views import QueueView

router = audience("queue")


@router.get("/queue")
async def queue(
    app: App, me: Me, mine: Annotated[bool, Query(description="Only what is assigned to you; a colleague's cannot be picked out.")] = False
) -> QueueView:
    """Open conversations in the order of service: those who wait first; heat counts, with a cap."""
    lines = await app.queue.lines(me.tenant_id)
    if mine:
        own = await app.reading.names(me)
        lines = [line for line in lines if line.assignee in own]
    return QueueView(lines=lines)
