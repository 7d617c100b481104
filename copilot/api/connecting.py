"""Accounts of chat tools: for administrators, and for agents who send in their own name."""

from typing import Annotated

from fastapi import Header, Path
from pydantic import BaseModel, Field, JsonValue

from copilot.api.auth import App, Me
from copilot.api.bodies import example
from copilot.api.connections import Ref
from copilot.api.idempotency import HEADER
from copilot.api.routing import audience
from copilot.domain.channels import Missing
from copilot.domain.connections import Connection
from copilot.domain.errors import Invalid
from copilot.domain.formats import Strict
from copilot.services.chat_tools.connecting import ConnectionIn, Made
from copilot.services.chat_tools.installing import Installed
from copilot.services.chat_tools.sending import Leaving, Words
from copilot.services.chat_tools.standing import Standing, Whole
from copilot.services.chat_tools.tending import Outcome

router = audience("connections")
Ident = Annotated[str, Path(description="The connection's name.", examples=["chatwoot-eu"])]


class ConnectionsView(BaseModel):
    """All that were configured. `kinds`: the chat tools there are."""

    connections: list[Standing]
    kinds: dict[str, str]


class ConnectionChange(Strict):
    """Only what is given changes."""

    name: str | None = None
    url: str | None = None
    settings: dict[str, JsonValue] | None = None
    active: bool | None = None
    shadow: bool | None = None


class SecretIn(Strict):
    """Left out: a new one is made."""

    secret: str = Field(default="", max_length=500)


class SecretView(BaseModel):
    """Shown once. The one before holds until the next is made."""

    secret: str


class TokenIn(Strict):
    """Empty: forgotten."""

    token: str = Field(max_length=4000)


class InstallIn(Strict):
    """Where the tool reaches this service."""

    address: str = Field(max_length=500, pattern=r"^https?://")


class ProblemsView(BaseModel):
    """What an operator has to mend; none: it works."""

    problems: list[Missing]


class PollView(BaseModel):
    """False: it is being asked already."""

    started: bool


class OutcomeIn(Strict):
    """`sent`: it is there. `again`: it is not, write it now; what may be there all the same is looked for once more."""

    outcome: Outcome


@router.get("/connections")
async def connections(app: App, me: Me) -> ConnectionsView:
    """Accounts of chat tools and how they do."""
    tools = app.chat_tools
    kinds = {kind: channel.title for kind, channel in tools.connecting.channels.items()}
    return ConnectionsView(connections=await tools.standings.all(me.tenant_id), kinds=kinds)


@router.get("/connections/{connection_id}")
async def connection(app: App, me: Me, connection_id: Ident) -> Whole:
    """One of them, with its newest deliveries and writes: what became of them, never what they said."""
    return await app.chat_tools.standings.one(me.tenant_id, connection_id)


@router.post("/connections", status_code=201)
async def connect(
    app: App, me: Me, given: Annotated[ConnectionIn, example({"id": "chatwoot-eu", "kind": "chatwoot", "settings": {"account_id": 3}})]
) -> Made:
    """A new one. Its signing secret is shown once."""
    return await app.chat_tools.connecting.make(me, given)


@router.patch("/connections/{connection_id}")
async def change(app: App, me: Me, connection_id: Ident, given: Annotated[ConnectionChange, example({"shadow": True})]) -> Connection:
    """Change it, stop it (`active: false`), or let it only watch (`shadow: true`). For another server, access tokens are forgotten."""
    values = given.model_dump(exclude_unset=True)
    if None in values.values():
        raise Invalid("Nothing can be set to null.", todo="Leave out what stays as it is.")
    return await app.chat_tools.connecting.change(me, connection_id, **values)


@router.post("/connections/{connection_id}/secret")
async def secret(app: App, me: Me, connection_id: Ident, given: Annotated[SecretIn, example({})]) -> SecretView:
    """One more signing secret, for the tool to go over to."""
    return SecretView(secret=await app.chat_tools.connecting.new_secret(me, connection_id, given.secret))


@router.put("/connections/{connection_id}/token", status_code=204)
async def token(app: App, me: Me, connection_id: Ident, given: Annotated[TokenIn, example({"token": "…"})]) -> None:
    """The tool's access token of the connection."""
    await app.chat_tools.connecting.set_token(me, connection_id, given.token)


@router.put("/connections/{connection_id}/own-token", status_code=204)
async def own_token(app: App, me: Me, connection_id: Ident, given: Annotated[TokenIn, example({"token": "…"})]) -> None:
    """Your own access token in the tool: what you send from here goes out in your name."""
    await app.chat_tools.connecting.set_own_token(me, connection_id, given.token)


@router.post("/conversations/{ref:path}/send", status_code=202)
async def send(
    app: App,
    me: Me,
    ref: Ref,
    given: Annotated[Words, example({"text": "Dear Marta, your refund is on its way."})],
    key: Annotated[str, Header(alias=HEADER, max_length=200, description="The same words again are sent once.")] = "",
) -> Leaving:
    """Send your words in the chat tool, in your name. A draft is sent once."""
    return await app.chat_tools.sending.send(me, ref, given, key)


@router.get("/connections/{connection_id}/problems")
async def problems(app: App, me: Me, connection_id: Ident) -> ProblemsView:
    """Asks the tool what is missing."""
    return ProblemsView(problems=await app.chat_tools.connecting.check(me.tenant_id, connection_id))


@router.post("/connections/{connection_id}/install")
async def install(
    app: App, me: Me, connection_id: Ident, given: Annotated[InstallIn, example({"address": "https://copilot.example.com"})]
) -> Installed:
    """Make in the tool what the connection needs: webhook, panel. Where it can be made to deliver something, that is waited for."""
    return await app.chat_tools.installing.install(me, connection_id, given.address)


@router.post("/connections/{connection_id}/poll", status_code=202)
async def poll(app: App, me: Me, connection_id: Ident) -> PollView:
    """Have the tool asked now what changed, instead of within a minute."""
    return PollView(started=await app.chat_tools.tending.poll(me, connection_id))


@router.post("/connections/{connection_id}/writes/{write_id}", status_code=204)
async def settle(app: App, me: Me, connection_id: Ident, write_id: str, given: Annotated[OutcomeIn, example({"outcome": "sent"})]) -> None:
    """Say what became of a write that is unsure or was given up, after looking into the tool."""
    await app.chat_tools.tending.settle(me, connection_id, write_id, given.outcome)
