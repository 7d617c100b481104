"""Connections: how each chat tool's account does, what of it somebody has to look at, and what was delivered and written last."""

from typing import Annotated, Any, Final

from fastapi import Path, Query, Request
from fastapi.responses import Response

from copilot.api.auth import App, Me
from copilot.bootstrap import Application
from copilot.domain.base import Frozen
from copilot.domain.channels import Ability
from copilot.domain.connections import EARLIER, POLLED, Action, Delivered, InboxState, SendState
from copilot.domain.ports.channels import Channel
from copilot.domain.staff import Caller
from copilot.services.chat_tools.framing import sidebar
from copilot.services.chat_tools.standing import Standing, State
from copilot.services.chat_tools.writing import REFERRED
from copilot.web.render import page
from copilot.web.sessions import page_router
from copilot.web.settings_fields import fields

router = page_router()
Ident = Annotated[str, Path(max_length=63)]
STATES: Final[dict[State, str]] = {"live": "Live", "shadow": "Shadow", "stopped": "Stopped", "attention": "Needs attention"}
DELIVERY: Final[dict[InboxState, str]] = {"waiting": "waits", "done": "taken in", "failed": "not taken in"}
ASKED: Final = {EARLIER: "Earlier conversation", POLLED: "Found by a poll"}
"""What no tool delivered, by what its id begins with."""
WRITE: Final[dict[SendState, str]] = {
    "waiting": "waits",
    "sent": "sent",
    "unsure": "unsure",
    "failed": "given up",
    "shadow": "kept back",
}
ACTION: Final[dict[Action, str]] = {
    "note": "Note",
    "reply": "Reply",
    "event": "Event",
    "thread": "Thread",
    "card": "Drafts",
    "mark": "Outcome",
    "words": "Words to copy",
    "unsent": "Remark",
}
ABILITIES: Final[dict[Ability, tuple[str, str]]] = {
    "history": ("Gives a conversation’s past.", "Gives no past: only what it delivers is known."),
    "poll": ("Is asked every minute what changed, so what it fails to deliver comes in too.", "Cannot be asked what changed."),
    "note": ("Takes one short private note for each turn.", "Takes no notes."),
    "reply": ("Sends in an agent’s own name, with that agent’s own token.", "Nothing can be sent from here."),
    "draft": (
        "Its panel puts drafts into the composer.",
        "No draft can be put into its composer from here; the browser side panel can.",
    ),
    "events": ("Is told of drafts, cues, handovers and promises as they happen.", ""),
    "triage": ("Shows cues and drafts in a channel of colleagues, who decide there.", ""),
}
"""What a tool can do, and what it means when it cannot; empty where nobody would look for it."""
DONE: Final = {
    "stop": "Stopped: nothing is taken in and nothing is written.",
    "start": "Started.",
    "watch": "In shadow from now on: it reads, drafts and measures, and writes nothing.",
    "write": "It writes from now on.",
    "poll": "The tool is being asked now.",
    "polling": "The tool is being asked already.",
    "sent": "Noted as sent.",
    "again": "It is being written again.",
    "change": "Changed.",
    "token": "The new access token is kept.",
}
"""What is said after something was done, by its name in the address."""
Done = Annotated[str, Query(max_length=20)]


class Able(Frozen):
    """One ability in plain words."""

    can: bool
    text: str


class Tool(Frozen):
    """A chat tool that can be connected."""

    kind: str
    title: str
    can: str


def title(channel: Channel) -> str:
    """As it is called in a list: the generic one is no tool of that name."""
    return "Webhook" if channel.kind == "webhook" else channel.title


def abilities(channel: Channel, standing: Standing) -> list[Able]:
    """What it can do first. What its settings or shadow mode keep back is said with it."""
    found = []
    for ability, (can, cannot) in ABILITIES.items():
        able, text = ability in channel.can, can if ability in channel.can else cannot
        if ability == "note" and able and not standing.connection.settings.get("notes"):
            able, text = False, "Notes are switched off in its settings."
        elif ability == "events" and able and not standing.connection.settings.get("events_to"):
            able, text = False, "Is told nothing: no address for events is set."
        elif ability in ("note", "reply", "events") and able and standing.connection.shadow:
            text = f"{text} Not while it is in shadow."
        found.append(Able(can=able, text=text))
    return sorted((one for one in found if one.text), key=lambda one: not one.can)


def tools(app: Application) -> list[Tool]:
    """All there are, the one for any other last."""
    short = {
        "history": "history",
        "note": "notes",
        "reply": "replies",
        "draft": "drafts in the composer",
        "triage": "drafts in a channel of colleagues",
    }
    found = [
        Tool(
            kind=kind,
            title="Any other tool" if kind == "webhook" else channel.title,
            can=", ".join(word for ability, word in short.items() if ability in channel.can) or "by signed webhook",
        )
        for kind, channel in app.chat_tools.connecting.channels.items()
    ]
    return sorted(found, key=lambda one: one.kind == "webhook")


def calls(channel: Channel) -> bool:
    """Whether it has an API, with an address and a token; a listener's address is one of its settings."""
    return bool(channel.can - {"events"})


def address(request: Request) -> str:
    """Where tools reach this service: as it is set up, else as this page was asked for."""
    app: Application = request.app.state.application
    return (app.settings.address or str(request.base_url)).rstrip("/")


async def listed(app: Application, me: Caller) -> dict[str, Any]:
    """What `fragments/connections.html` shows, as its variable `listed`."""
    channels = app.chat_tools.connecting.channels
    rows = await app.chat_tools.standings.all(me.tenant_id)
    return {"rows": [(one, title(channels[one.connection.kind]), STATES[one.state]) for one in rows]}


async def one(request: Request, app: Application, me: Caller, ident: str) -> dict[str, Any]:
    """What `fragments/connection.html` shows, as its variable `view`. Raises NotFound."""
    whole = await app.chat_tools.standings.one(me.tenant_id, ident)
    channel = app.chat_tools.connecting.channel(whole.connection.kind)
    here = address(request)
    places = {"webhook": here + whole.path, "panel": here + sidebar(channel, me.tenant_id, ident)}
    return {
        "one": whole,
        "tool": title(channel),
        "installs": channel.installs,
        "calls": calls(channel),
        "polls": "poll" in channel.can,
        "state": STATES[whole.state],
        "abilities": abilities(channel, whole),
        "steps": [(step.text, places.get(step.paste, "")) for step in channel.steps],
        "webhook": places["webhook"],
        "fields": fields(channel.settings, whole.connection.settings),
        "address": here,
        "deliveries": [(delivery, _asked(delivery)) for delivery in whole.deliveries],
        "words": {"delivery": DELIVERY, "write": WRITE, "action": ACTION},
        "referred": REFERRED,
    }


def _asked(delivery: Delivered) -> str:
    """What it is where the tool did not deliver it itself; empty where it did."""
    return next((words for begin, words in ASKED.items() if delivery.delivery_id.startswith(begin)), "")


async def shown(request: Request, app: Application, me: Caller, ident: str, status: int = 200, **said: Any) -> Response:
    """The page of a connection. `done`, `wrong`, `secret`, `checked`: what was done just now."""
    around: dict[str, Any] = {"done": "", "wrong": "", "secret": "", "checked": None}
    around |= {"fresh": False, "installed": False, "delivered": False}
    return page(request, "connections/one.html", status=status, view=await one(request, app, me, ident), **{**around, **said})


@router.get("/connections")
async def connections(request: Request, app: App, me: Me) -> Response:
    """The list, and the tools that can be connected."""
    return page(request, "connections/list.html", listed=await listed(app, me), tools=tools(app))


@router.get("/connections/f/list")
async def fragment(request: Request, app: App, me: Me) -> Response:
    """The list alone."""
    return page(request, "fragments/connections.html", listed=await listed(app, me))


@router.get("/connections/{connection_id}")
async def connection(request: Request, app: App, me: Me, connection_id: Ident, done: Done = "") -> Response:
    """One connection."""
    return await shown(request, app, me, connection_id, done=DONE.get(done, ""))


@router.get("/connections/{connection_id}/f/state")
async def inside(request: Request, app: App, me: Me, connection_id: Ident) -> Response:
    """How it does, alone."""
    return page(request, "fragments/connection.html", view=await one(request, app, me, connection_id))
