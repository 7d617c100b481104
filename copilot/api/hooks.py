"""Where chat tools deliver. No key: what comes in is verified by its signature, on the very bytes."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from copilot.domain.channels import Webhook

router = APIRouter(prefix="/hooks", include_in_schema=False)


@router.post("/{tenant}/{connection}")
@router.post("/{tenant}/{connection}/{secret}")
async def deliver(request: Request, tenant: str, connection: str, secret: str = "") -> Response:
    """204 when it is kept; what the tool asked for where it asks for something."""
    app = request.app.state.application
    headers = {name.lower(): value for name, value in request.headers.items()}
    webhook = Webhook(headers=headers, body=await request.body(), at=app.clock())
    answer = await app.chat_tools.receiving.receive(tenant, connection, secret, webhook)
    return Response(status_code=204) if answer is None else JSONResponse(answer)
