"""Intercom's inbox card. No key: each request is verified by its signature, on the very bytes, and answered from what is on record."""

from typing import Any, Final

from fastapi import APIRouter, Request

from copilot.channels import intercom_canvas
from copilot.channels.intercom import Intercom
from copilot.channels.intercom_canvas import Opened
from copilot.domain.channels import Account, Webhook
from copilot.domain.errors import NotFound
from copilot.domain.triage import Act, Shown
from copilot.services.chat_tools.inbox_card import InboxCard

WATCHES: Final = "Rapport only watches here for now."
router = APIRouter(prefix="/intercom", include_in_schema=False)
DECIDES: Final[dict[str, Act]] = {
    intercom_canvas.USE: "used",
    intercom_canvas.SAVE: "edited",
    intercom_canvas.DISMISS: "dismissed",
}


@router.post("/{tenant}/{connection}/initialize")
@router.post("/{tenant}/{connection}/submit")
async def card(request: Request, tenant: str, connection: str) -> dict[str, Any]:
    """The canvas."""
    app = request.app.state.application
    account: Account = await app.chat_tools.connecting.account(tenant, connection)
    if account.kind != Intercom.kind:
        raise NotFound(f"There is no connection {connection!r} with Intercom.", todo="Check the address in Intercom's Developer Hub.")
    headers = {name.lower(): value for name, value in request.headers.items()}
    opened = intercom_canvas.read(account, Webhook(headers=headers, body=await request.body(), at=app.clock()))
    return await _answer(app.chat_tools.inbox_card, account, opened)


async def _answer(inbox: InboxCard, account: Account, opened: Opened) -> dict[str, Any]:
    where, subject = opened.conversation_id, opened.subject
    if account.shadow:
        return intercom_canvas.canvas(Shown(key="", heading=WATCHES))
    if opened.pressed == intercom_canvas.EDIT:
        try:
            return intercom_canvas.form(await inbox.offer(account, where, subject))
        except NotFound as error:
            return intercom_canvas.canvas(await inbox.shown(account, where), str(error))
    if (action := DECIDES.get(opened.pressed)) is not None:
        shown, told = await inbox.decide(account, where, opened.colleague, subject, action, opened.words)
        return intercom_canvas.canvas(shown, told)
    return intercom_canvas.canvas(await inbox.shown(account, where))
