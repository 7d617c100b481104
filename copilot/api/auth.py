"""Who asks.

- `Authorization: Bearer …`: an API key, a panel token (`panel_…`), or the local owner token with the tenant in a header;
- without that header, the cookie of a session. A browser sends cookies whoever makes it ask, so everything that changes something then
  needs `X-Copilot-CSRF`: a word that follows from the cookie, which only our own pages can read (`<meta name="csrf">`).
"""

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Annotated, cast
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from copilot.adapters.owner import Owner
from copilot.api.problems import Unknown
from copilot.api.roles import OWNER
from copilot.bootstrap import DEFAULT_TENANT, Application
from copilot.domain.errors import NotFound, Refused
from copilot.domain.staff import Caller
from copilot.services.people.panels import PREFIX as PANEL
from copilot.services.people.panels import is_origin

TENANT_HEADER = "X-Copilot-Tenant"
USER_HEADER = "X-Copilot-User"
COOKIE = "copilot_session"
CSRF_HEADER = "X-Copilot-CSRF"
READING = frozenset({"GET", "HEAD", "OPTIONS"})
BEARER = HTTPBearer(auto_error=False, description="An API key (`copilot keys create`), or the local owner token from owner.json.")


@dataclass
class Gate:
    """Lets callers in."""

    application: Application
    owner: Owner | None
    _tenants: set[str] = field(default_factory=set)

    async def caller(self, request: Request, *, by_form: bool = False) -> Caller:
        """Raises Unknown for a missing or unknown key, Refused for a change by cookie without its CSRF word.

        `by_form`: that word stood in a form, and was checked there.
        """
        given = request.headers.get("authorization", "")
        if not given and (cookie := request.cookies.get(COOKIE)):
            return await self._session(request, cookie, by_form=by_form)
        scheme, _, secret = given.partition(" ")
        secret = secret.strip()
        if scheme.lower() != "bearer" or not secret:
            raise Unknown("There is no key in this request.", todo="Send it as Authorization: Bearer <key>.")
        if secret.startswith(PANEL):
            return await self._panel(secret)
        if self.owner is not None and self.owner.token and hmac.compare_digest(secret.encode(), self.owner.token.encode()):
            return await self._owner(request.headers.get(TENANT_HEADER) or DEFAULT_TENANT, request.headers.get(USER_HEADER, ""))
        caller = await self.application.staff.caller(secret)
        if caller is None:
            raise Unknown("This key is unknown or was revoked.", todo="Ask an administrator for a key.")
        return caller

    async def _session(self, request: Request, cookie: str, *, by_form: bool) -> Caller:
        caller = await self.application.signing_in.caller(cookie)
        if caller is None:
            raise Unknown("You are no longer signed in.", todo="Sign in again.")
        if request.method not in READING and not by_form:
            check_csrf(cookie, request.headers.get(CSRF_HEADER, ""))
        return caller

    async def _panel(self, secret: str) -> Caller:
        caller = await self.application.panels.caller(secret)
        if caller is None:
            raise Unknown("This panel is no longer signed in.", todo="Sign in again.")
        return caller

    async def _owner(self, tenant: str, user: str) -> Caller:
        """The local owner is an administrator of any tenant, and may act for one of its users (whom they could give a key anyway)."""
        if tenant not in self._tenants:
            self._tenants = set(await self.application.staff.tenants())
        if tenant not in self._tenants:
            raise NotFound(f"There is no tenant {tenant!r}.", todo="See: copilot tenants list")
        if not user:
            return Caller(tenant_id=tenant, role="admin", key_id=OWNER, name="local owner")
        async with self.application.database.read(tenant) as records:
            person = await records.admin.user(user)
        if person is None:
            raise NotFound(f"There is no user {user!r}.", todo=f"Correct the header {USER_HEADER}, or create the user.")
        return Caller(tenant_id=tenant, role="admin", key_id=OWNER, user_id=person.id, name=person.name)


def is_ours(request: Request, origin: str) -> bool:
    """Whether it is the origin of our own pages, as the browser reaches them: what ends TLS before us may hide the scheme."""
    return is_origin(origin) and urlsplit(origin).netloc == request.url.netloc


def csrf_word(cookie: str) -> str:
    """What a page sends beside the cookie to show that it is ours. It follows from the cookie, which no script can read."""
    return hashlib.sha256(f"csrf {cookie}".encode()).hexdigest()


def check_csrf(cookie: str, word: str) -> None:
    """Raises Refused."""
    if not hmac.compare_digest(csrf_word(cookie).encode(), word.encode()):
        raise Refused("This did not come from one of our pages.", todo=f"Reload the page; programs send {CSRF_HEADER}.")


def _caller(request: Request) -> Caller:
    return cast("Caller", request.state.caller)


def _application(request: Request) -> Application:
    return cast("Application", request.app.state.application)


Me = Annotated[Caller, Depends(_caller)]
"""Who asks; put there by the route before anything else runs."""
App = Annotated[Application, Depends(_application)]
