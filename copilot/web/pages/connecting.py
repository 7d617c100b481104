"""What administrators do with connections: make one, stop it, let it only watch, ask its tool. Plain forms: none of it needs a script."""

import re
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Final

from fastapi import Path, Request
from fastapi.responses import RedirectResponse, Response

from copilot.api.auth import App, Me
from copilot.api.problems import STATUS
from copilot.bootstrap import Application
from copilot.domain.channels import Missing
from copilot.domain.errors import CopilotError, Invalid, NotFound
from copilot.domain.ports.channels import Channel
from copilot.domain.staff import Caller
from copilot.services.chat_tools.connecting import NAME, ConnectionIn, Made
from copilot.web.pages.connections import Ident, address, calls, shown, title
from copilot.web.render import page
from copilot.web.sessions import page_router
from copilot.web.settings_fields import fields, given, whole

router = page_router()
Kind = Annotated[str, Path(max_length=63)]
Form = dict[str, str]
Act = Callable[[Application, Caller, str, Form], Awaitable[str]]
"""Does something to a connection; returns what to say of it (`connections.DONE`)."""


@router.get("/connections/add/{kind}")
async def asked(request: Request, app: App, kind: Kind) -> Response:
    """The form that makes one."""
    return _form(request, _channel(app, kind), {})


@router.post("/connections/add/{kind}")
async def made(request: Request, app: App, me: Me, kind: Kind) -> Response:
    """Make it, let it set itself up in the tool where that was wished, and check it. Its secret is shown once."""
    channel, form = _channel(app, kind), request.state.form
    try:
        found = await app.chat_tools.connecting.make(me, _wanted(channel, form))
    except CopilotError as error:
        return _form(request, channel, form, status_of(error), f"{error.detail} {error.todo}".strip())
    ident = found.connection.id
    installed = bool(form.get("install")) and channel.installs
    delivered = False
    if installed:
        done = await app.chat_tools.installing.install(me, ident, form.get("address", "") or address(request))
        checked, delivered = done.problems, done.delivered
    else:
        checked = await app.chat_tools.connecting.check(me.tenant_id, ident)
    known = form.get("signing") or (installed and not checked)  # then the tool has it
    secret = "" if known else await _still(app, me, found)
    about = {"fresh": True, "installed": installed, "checked": checked, "delivered": delivered}
    return await shown(request, app, me, ident, 201, **about, secret=secret)


@router.post("/connections/{connection_id}")
async def act(request: Request, app: App, me: Me, connection_id: Ident) -> Response:
    """What the pressed button says, in the field `act`."""
    form: Form = request.state.form
    name = form.get("act", "")
    try:
        if name in SHOWING:
            return await shown(request, app, me, connection_id, **await SHOWING[name](app, me, connection_id, form))
        if name not in ACTS:
            raise Invalid("There is no such button.", todo="Reload the page.")
        done = await ACTS[name](app, me, connection_id, form)
    except CopilotError as error:  # where there is no such connection, its page says so
        return await shown(request, app, me, connection_id, status_of(error), wrong=f"{error.detail} {error.todo}".strip())
    return RedirectResponse(f"/connections/{connection_id}?done={done}", 303)


def status_of(error: CopilotError) -> int:
    """As the API would answer."""
    return next(status for kind, status in STATUS if isinstance(error, kind))


def _changes(name: str, **values: Any) -> Act:
    async def change(app: Application, me: Caller, ident: str, _: Form) -> str:
        await app.chat_tools.connecting.change(me, ident, **values)
        return name

    return change


async def _poll(app: Application, me: Caller, ident: str, _: Form) -> str:
    return "poll" if await app.chat_tools.tending.poll(me, ident) else "polling"


async def _sent(app: Application, me: Caller, ident: str, form: Form) -> str:
    await app.chat_tools.tending.settle(me, ident, form.get("write", ""), "sent")
    return "sent"


async def _again(app: Application, me: Caller, ident: str, form: Form) -> str:
    await app.chat_tools.tending.settle(me, ident, form.get("write", ""), "again")
    return "again"


async def _change(app: Application, me: Caller, ident: str, form: Form) -> str:
    channel = await _of(app, me, ident)
    values = {"name": form.get("name", "").strip() or ident, "url": form.get("url", "").strip().rstrip("/")}
    await app.chat_tools.connecting.change(me, ident, **values, settings=whole(channel.settings, form))
    return "change"


async def _token(app: Application, me: Caller, ident: str, form: Form) -> str:
    if not form.get("token", "").strip():
        raise Invalid("There is no token.", todo="Paste the tool's access token.")
    await app.chat_tools.connecting.set_token(me, ident, form["token"].strip())
    return "token"


async def _secret(app: Application, me: Caller, ident: str, form: Form) -> dict[str, Any]:
    own = form.get("secret", "").strip()
    secret = await app.chat_tools.connecting.new_secret(me, ident, own)
    return {"done": "Its signing secret holds from now on, beside the one before."} if own else {"secret": secret}


async def _check(app: Application, me: Caller, ident: str, _: Form) -> dict[str, Any]:
    found: list[Missing] = await app.chat_tools.connecting.check(me.tenant_id, ident)
    return {"checked": found}


async def _install(app: Application, me: Caller, ident: str, form: Form) -> dict[str, Any]:
    where = form.get("address", "").strip()
    if not where.startswith(("http://", "https://")):
        raise Invalid(
            "The address does not begin with https:// or http://.", todo="Write the one under which the tool reaches this service."
        )
    done = await app.chat_tools.installing.install(me, ident, where)
    return {"checked": done.problems, "delivered": done.delivered}


ACTS: Final[dict[str, Act]] = {
    "stop": _changes("stop", active=False),
    "start": _changes("start", active=True),
    "watch": _changes("watch", shadow=True),
    "write": _changes("write", shadow=False),
    "poll": _poll,
    "sent": _sent,
    "again": _again,
    "change": _change,
    "token": _token,
}
SHOWING: Final[dict[str, Callable[[Application, Caller, str, Form], Awaitable[dict[str, Any]]]]] = {
    "secret": _secret,
    "check": _check,
    "install": _install,
}
"""Those whose answer is shown at once, and stands in no address."""


def _channel(app: Application, kind: str) -> Channel:
    try:
        return app.chat_tools.connecting.channel(kind)
    except Invalid as error:
        raise NotFound(error.detail, todo=error.todo) from None


async def _of(app: Application, me: Caller, ident: str) -> Channel:
    async with app.database.read(me.tenant_id) as records:
        return app.chat_tools.connecting.channel((await app.chat_tools.connecting.found(records, ident)).kind)


def _wanted(channel: Channel, form: Form) -> ConnectionIn:
    ident = form.get("id", "").strip()
    if not re.fullmatch(NAME, ident):
        raise Invalid(f"{ident!r} cannot be a name.", todo="Use letters, digits, '.', '_' and '-'; at most 63.")
    return ConnectionIn(
        id=ident,
        kind=channel.kind,
        url=form.get("url", "").strip(),
        settings=given(channel.settings, form),
        token=form.get("token", "").strip(),
        signing=form.get("signing", "").strip(),
        signed=not form.get("unsigned"),
        shadow=bool(form.get("shadow")),
    )


async def _still(app: Application, me: Caller, found: Made) -> str:
    """The secret that was made, unless the tool's own took its place; one that was given is known."""
    if not found.signing:
        return ""
    account = await app.chat_tools.connecting.account(me.tenant_id, found.connection.id)
    return found.signing if found.signing in account.signing else ""


def _form(request: Request, channel: Channel, form: Form, status: int = 200, wrong: str = "") -> Response:
    """Fields keep what was typed, but for secrets."""
    settings = {} if not form else _typed(channel, form)
    typed = {name: form.get(name, "") for name in ("id", "url", "shadow", "unsigned", "address")}
    about = {"kind": channel.kind, "title": title(channel), "name": channel.title, "calls": calls(channel), "installs": channel.installs}
    return page(
        request,
        "connections/add.html",
        status=status,
        tool=about,
        fields=fields(channel.settings, settings),
        typed=typed | {"id": typed["id"] or channel.kind, "address": typed["address"] or address(request)},
        again=bool(form),
        install=not form or bool(form.get("install")),
        wrong=wrong,
    )


def _typed(channel: Channel, form: Form) -> dict[str, Any]:
    try:
        return given(channel.settings, form)
    except Invalid:
        return {}
