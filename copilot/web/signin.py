"""Coming in and leaving: the sign-in page, one-time links, signing out. None of it needs a script."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from copilot.api.auth import COOKIE, App, csrf_word
from copilot.domain.errors import CopilotError, NotFound, Refused, Unavailable
from copilot.web.render import page
from copilot.web.sessions import VISIT, form, keep_visit, let_in, local, visit

router = APIRouter(include_in_schema=False)
Next = Annotated[str, Query(max_length=2000, alias="next")]
Tenant = Annotated[str, Query(max_length=63)]


@router.get("/sign-in")
async def sign_in(request: Request, app: App, after: Next = "/", tenant: Tenant = "") -> Response:
    """The form; whoever is signed in goes on at once."""
    cookie = request.cookies.get(COOKIE)
    if cookie and await app.signing_in.caller(cookie):
        return RedirectResponse(local(after), 303)
    return _form(request, after, tenant)


@router.post("/sign-in")
async def signed_in(request: Request, app: App, after: Next = "/", tenant: Tenant = "") -> Response:
    """By address and password."""
    fields = await form(request, request.cookies.get(VISIT, ""))
    email, password = fields.get("email", "")[:320], fields.get("password", "")
    address = request.client.host if request.client else ""
    try:
        entered = await app.signing_in.by_password(email, password, address=address, tenant=tenant)
    except CopilotError as error:
        status = 429 if isinstance(error, Unavailable) else 403
        return _form(request, after, tenant, email=email, status=status, said=f"{error.detail} {error.todo}")
    return let_in(request, entered, after)


def _form(request: Request, after: str, tenant: str, *, email: str = "", status: int = 200, said: str = "") -> Response:
    cookie = visit(request)
    oidc = request.app.state.application.company_accounts is not None
    answer = page(
        request,
        "sign-in.html",
        status=status,
        csrf=csrf_word(cookie),
        after=local(after),
        tenant=tenant,
        email=email,
        said=said,
        oidc=oidc,
    )
    return keep_visit(request, answer, cookie)


@router.get("/enter/{secret}")
async def enter(request: Request, app: App, secret: str) -> Response:
    """Shows whom the link signs in. It is used by the button only: programs that preview links do not press it."""
    found = await app.signing_in.link(secret)
    if found is None:
        raise NotFound("This link was used, or is older than 15 minutes.", todo="Ask for a new one.")
    cookie = visit(request)
    answer = page(request, "enter.html", csrf=csrf_word(cookie), person=found[1], ends_at=found[0].ends_at)
    return keep_visit(request, answer, cookie)


@router.post("/enter/{secret}")
async def entered(request: Request, app: App, secret: str) -> Response:
    """Use the link."""
    await form(request, request.cookies.get(VISIT, ""))
    return let_in(request, await app.signing_in.by_link(secret), "/")


@router.post("/sign-out")
async def sign_out(request: Request, app: App) -> Response:
    """End the session, and the panels opened from it."""
    cookie = request.cookies.get(COOKIE, "")
    if not cookie:
        raise Refused("You are not signed in.", todo="Nothing is left to do.")
    await form(request, cookie)
    caller = await app.signing_in.caller(cookie)
    if caller is not None:
        await app.signing_in.end(caller)
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(COOKIE, path="/")
    return answer
