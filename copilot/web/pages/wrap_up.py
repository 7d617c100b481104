"""The wrap-up: summary, promises, how it ended and what to remember, confirmed in one screen."""

from fastapi import Request
from fastapi.responses import Response

from copilot.api.auth import App, Me
from copilot.web.handing import CHANNELS
from copilot.web.render import page
from copilot.web.sessions import page_router

router = page_router()


@router.get("/wrap-up/{ref:path}")
async def wrap_up(request: Request, app: App, me: Me, ref: str) -> Response:
    """Everything that is proposed, to be changed and confirmed."""
    thread = await app.reading.thread(me.tenant_id, ref)
    proposal = await app.day.wrapping.propose(me.tenant_id, ref)
    here = thread.conversation
    return page(
        request,
        "wrap-up.html",
        conversation=here,
        customer=(thread.customer.name if thread.customer else "") or "A customer we do not know yet",
        channel=CHANNELS.get(here.channel, here.channel),
        proposal=proposal,
        open_promises=[one for one in proposal.promises if one.state in ("open", "overdue")],
        settled=[one for one in proposal.promises if one.state == "kept"],
        # Closed in its chat tool, and nobody has said here what it came to.
        closed_there=await app.day.wrapping.waits(me.tenant_id, ref),
        last=next((m for m in reversed(here.messages) if not m.deleted_at and m.visibility == "public"), None),
    )
