"""Sign-in by the company's own accounts: to the identity provider and back. What must agree waits in a cookie of this browser."""

import base64
import hmac
import json
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from copilot.api.auth import App
from copilot.domain.errors import NotFound, Refused
from copilot.domain.ports.access import ProviderTrip
from copilot.services.people.company_accounts import CompanyAccounts
from copilot.web.sessions import let_in, local

router = APIRouter(include_in_schema=False, prefix="/oidc")
TRIP: Final = "copilot_trip"
MINUTES: Final = 10
AGAIN: Final = "Go back to the sign-in page and try again."


@router.get("/start")
async def start(request: Request, app: App, after: Annotated[str, Query(max_length=2000, alias="next")] = "/") -> Response:
    """To the provider. The cookie comes back with the browser, since Lax cookies travel with a visit from elsewhere."""
    trip = await _accounts(app.company_accounts).provider.begin(_callback(request))
    answer = RedirectResponse(trip.url, 303)
    kept = base64.urlsafe_b64encode(json.dumps({**trip.model_dump(exclude={"url"}), "next": local(after)}).encode()).decode()
    secure = request.url.scheme == "https"
    answer.set_cookie(TRIP, kept, max_age=MINUTES * 60, httponly=True, samesite="lax", secure=secure, path="/oidc")
    return answer


@router.get("/callback")
async def callback(
    request: Request,
    app: App,
    code: Annotated[str, Query(max_length=4000)] = "",
    state: Annotated[str, Query(max_length=1000)] = "",
    error: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Back from the provider."""
    accounts = _accounts(app.company_accounts)
    trip, after = _trip(request)
    if not hmac.compare_digest(trip.state.encode(), state.encode()):
        raise Refused("This answer belongs to another sign-in.", todo=AGAIN)
    if error or not code:
        raise Refused("Your company's sign-in did not let you in.", todo=AGAIN)
    person = await accounts.provider.finish(_callback(request), code, trip)
    answer = let_in(request, await accounts.enter(person), after)
    answer.delete_cookie(TRIP, path="/oidc")
    return answer


def _accounts(accounts: CompanyAccounts | None) -> CompanyAccounts:
    if accounts is None:
        raise NotFound("Company accounts are not set up here.", todo="Sign in with your password.")
    return accounts


def _callback(request: Request) -> str:
    return str(request.url_for("callback"))


def _trip(request: Request) -> tuple[ProviderTrip, str]:
    try:
        kept = json.loads(base64.urlsafe_b64decode(request.cookies.get(TRIP, "")))
        after = str(kept.pop("next"))
        return ProviderTrip(url="", **kept), after
    except (ValueError, KeyError, TypeError):
        raise Refused("This sign-in took too long, or began in another browser.", todo=AGAIN) from None
