"""Who is at the page: the session's cookie, how it is set, and the routes that need one."""

import secrets
from collections.abc import Callable, Coroutine
from typing import Any, Final
from urllib.parse import parse_qs, quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute

from copilot.api.auth import COOKIE, check_csrf, csrf_word
from copilot.api.problems import Unknown
from copilot.api.roles import name_of
from copilot.domain.errors import Invalid
from copilot.domain.staff import Caller
from copilot.services.people.signing_in import SESSION, Entered
from copilot.web import rooms

VISIT: Final = "copilot_visit"
"""A cookie for pages before sign-in, so that their forms too come from our own pages only."""
LARGEST_FORM = 20_000
"""Bytes."""
FRAGMENT: Final = "/f/"
"""In the address of a region of a page."""


class PageRoute(APIRoute):
    """A page of somebody who is signed in: others are sent to sign in first; a fragment answers them with a problem instead.

    What is sent by POST to a page itself is a form; its fields are in `request.state.form`.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        name = name_of(self)

        async def guarded(request: Request) -> Response:
            sent = request.method == "POST" and FRAGMENT not in request.url.path
            if sent:  # a form, which says in a field that it came from our page
                request.state.form = await form(request, request.cookies.get(COOKIE, ""))
            try:
                caller: Caller = await request.app.state.gate.caller(request, by_form=sent)
            except Unknown:
                if FRAGMENT in request.url.path or request.method != "GET":
                    raise
                return RedirectResponse(f"/sign-in?next={quote(here(request))}", 303)
            request.state.caller = caller
            rooms.allow(caller, name)
            request.state.settings = await request.app.state.application.administration.settings(caller.tenant_id)
            return await handle(request)

        return guarded


def page_router() -> APIRouter:
    """A router for pages and fragments of people who are signed in; each is named in `rooms.PAGES`."""
    return APIRouter(route_class=PageRoute, include_in_schema=False)


def here(request: Request) -> str:
    """The address asked for, without the host."""
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def local(path: str) -> str:
    """`path` if it leads to a page of ours, else the home page: nobody is sent elsewhere after signing in."""
    plain = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if plain else "/"


def word_of(request: Request) -> str:
    """The CSRF word of the page's forms and requests; empty without a cookie to derive it from."""
    cookie = request.cookies.get(COOKIE) or request.cookies.get(VISIT)
    return csrf_word(cookie) if cookie else ""


def visit(request: Request) -> str:
    """The cookie of a visitor who is not signed in: theirs, or a new one, which `keep_visit` has to set."""
    return request.cookies.get(VISIT) or secrets.token_urlsafe(32)


def keep_visit(request: Request, answer: Response, cookie: str) -> Response:
    """Set the visitor's cookie."""
    answer.set_cookie(VISIT, cookie, httponly=True, samesite="strict", secure=request.url.scheme == "https", path="/")
    return answer


def let_in(request: Request, entered: Entered, to: str) -> Response:
    """Set the session's cookie and go on."""
    answer = RedirectResponse(local(to), 303)
    seconds, secure = int(SESSION.total_seconds()), request.url.scheme == "https"
    answer.set_cookie(COOKIE, entered.secret, max_age=seconds, httponly=True, samesite="lax", secure=secure, path="/")
    answer.delete_cookie(VISIT, path="/")
    return answer


async def form(request: Request, cookie: str) -> dict[str, str]:
    """A form's fields. Raises Refused unless it came from the page that holds `cookie`, Invalid when it is too large."""
    body = await request.body()
    if len(body) > LARGEST_FORM:
        raise Invalid("This form is too large.", todo="Send less.")
    fields = {name: values[-1] for name, values in parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True).items()}
    check_csrf(cookie, fields.pop("csrf", "") if cookie else "")
    return fields
