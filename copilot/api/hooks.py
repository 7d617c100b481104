"""Where chat tools deliver. No key: what comes in is verified by its signature, on the very bytes."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from copilot.domain.channels import Webhook

router = APIRouter(prefix="/hooks", include_in_schema=False)


@router.post("/{tenant}/{connection}")
@router.post("/{tenant}/{connection}/{secret}")
async def deliver(request: Request, tenant: str, connection: str, secret: str = "") -> Response:
    """204 when it is kept; what the tool asked for where it asks for something, be it an empty 200."""
    app = request.app.state.application
    headers = {name.lower(): value for name, value in request.headers.items()}
    webhook = Webhook(headers=headers, body=await request.body(), at=app.clock())
    answer = await app.chat_tools.receiving.receive(tenant, connection, secret, webhook)
    if answer == "":
        return Response(status_code=200)
    return Response(status_code=204) if answer is None else JSONResponse(answer)


@router.head("/{tenant}/{connection}")
@router.head("/{tenant}/{connection}/{secret}")
async def there() -> Response:
    """Some tools look whether the address is there before they take it. It says nothing of the connection."""
    return Response(status_code=200)
