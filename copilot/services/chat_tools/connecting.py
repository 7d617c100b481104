"""Accounts of chat tools: made, changed, opened with their secrets, looked after."""

import json
import secrets
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from pydantic import Field, JsonValue, ValidationError

from copilot.domain.base import Frozen
from copilot.domain.channels import SECRETS, Account, Missing
from copilot.domain.connections import Connection
from copilot.domain.conversation import BUILT_IN
from copilot.domain.errors import Conflict, CopilotError, Invalid, NotFound, Unavailable
from copilot.domain.formats import explain
from copilot.domain.ports.channels import Channel
from copilot.domain.ports.connections import Reach, Vault
from copilot.domain.ports.records import Database, Records
from copilot.domain.staff import Caller
from copilot.services.chat_tools import framing
from copilot.services.conversations.answering import person
from copilot.services.conversations.reading import actor

KNOWN: Final = timedelta(seconds=15)
"""For so long an opened account is taken as it was."""
NAME: Final = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$"


class ConnectionIn(Frozen):
    """A connection as it is made. `token`, `signing`: from the tool; a signing secret is made where none is given."""

    id: str = Field(pattern=NAME)
    kind: str
    name: str = ""
    url: str = ""
    settings: dict[str, JsonValue] = {}
    token: str = Field(default="", repr=False)
    signing: str = Field(default="", repr=False)
    signed: bool = True
    """False: the tool signs nothing. Then nothing it sends is believed before it was read from its API."""
    shadow: bool = False


class Made(Frozen):
    """A new connection, with what is shown once."""

    connection: Connection
    signing: str = Field(default="", repr=False)
    path: str
    """Where the tool sends its webhooks, under the service's own address. Empty: it sends none, it is asked."""
    sidebar: str = ""
    """Our page for the tool's own sidebar, under the service's address; empty: it has none."""
    pages: tuple[str, ...] = ()
    """Whose pages may show the panel from now on: they stand in the setting `panel_origins`."""


class OwnAccess(Frozen):
    """A tool in which one agent may send in their own name. `takes`: what they enter for it, once."""

    connection: Connection
    title: str
    takes: str
    there: bool


@dataclass(frozen=True)
class Connecting:
    """Looks after connections."""

    database: Database
    channels: Mapping[str, Channel]
    vault: Vault
    reach: Reach
    clock: Callable[[], datetime]
    wake: Callable[[str], None]
    opened: dict[tuple[str, str], tuple[datetime, Account, bool, str]] = field(default_factory=dict)
    """When an account was opened, whether it is active, the secret in its path: a delivery does not wait for database and vault."""

    async def make(self, caller: Caller, given: ConnectionIn) -> Made:
        """Raises Invalid for what its tool does not know, Refused where it may not be called, Conflict for a name that is taken."""
        channel = self.channel(given.kind)
        signing = given.signing or (_new_secret() if given.signed and channel.delivers else "")
        connection = Connection(
            id=given.id,
            kind=given.kind,
            name=given.name or given.id,
            url=given.url.rstrip("/"),
            settings=_settings(channel, given.settings),
            shadow=given.shadow,
            created_at=self.clock(),
        )
        await self._reachable(connection.url, connection.settings)
        inside = Secrets(signing=(signing,) if signing else (), token=given.token, path="" if signing else secrets.token_urlsafe(24))
        async with self.database.write(caller.tenant_id) as records:
            if await records.connections.find(given.id) is not None:
                raise Conflict(f"There is a connection {given.id!r}.", todo="Choose another name, or change that one.")
            shown = await framing.shown(records, self.channels)
            await records.connections.put(connection, self._seal(inside))
            await framing.follow(records, caller, shown, await framing.shown(records, self.channels))
            await _event(records, caller, connection, "made")
        self.wake(caller.tenant_id)
        path = hook(caller.tenant_id, connection.id, inside.path) if channel.delivers else ""
        pages, sidebar = framing.pages(self.channels, connection), framing.sidebar(channel, caller.tenant_id, connection.id)
        return Made(connection=connection, signing=signing, path=path, pages=pages, sidebar=sidebar)

    async def change(self, caller: Caller, ident: str, **values: Any) -> Connection:
        """Name, address, settings (those that are named), `active`, `shadow`. Raises NotFound, Invalid, Refused.

        The tool's pages may show the panel for as long as it is active. Access tokens were given for the server that was there: where
        another one is to be called, the connection's own and those of agents are forgotten.
        """
        if "url" in values:
            values["url"] = values["url"].rstrip("/")
        await self._reachable(values.get("url", ""), values.get("settings", {}))
        async with self.database.write(caller.tenant_id) as records:
            found = await self.found(records, ident)
            if "settings" in values:
                values["settings"] = _settings(self.channel(found.kind), {**found.settings, **values["settings"]})
            changed, shown = found.model_copy(update=values), await framing.shown(records, self.channels)
            elsewhere = bool(_servers(changed) - _servers(found))
            await records.connections.put(changed, await self._without_access(records, ident) if elsewhere else None)
            await framing.follow(records, caller, shown, await framing.shown(records, self.channels))
            await _event(records, caller, changed, "changed", sorted({*values, *(["token", "own token"] if elsewhere else [])}))
        self.opened.pop((caller.tenant_id, ident), None)
        self.wake(caller.tenant_id)
        return changed

    async def new_secret(self, caller: Caller, ident: str, given: str = "") -> str:
        """One more signing secret: the one before holds until the next. Returns it, to be given to the tool."""
        made = given or _new_secret()

        def changed(inside: Secrets) -> Secrets:
            return inside.model_copy(update={"signing": (*inside.signing, made)[-SECRETS:]})

        await self._resealed(caller, ident, changed, "secret", anew=True)
        return made

    async def set_token(self, caller: Caller, ident: str, token: str) -> None:
        """The connection's own. Empty: forgotten."""
        await self._resealed(caller, ident, lambda inside: inside.model_copy(update={"token": token}), "token", anew=True)

    async def set_own_token(self, caller: Caller, ident: str, token: str) -> None:
        """The caller's own in the tool: only with it is anything sent in their name. Empty: forgotten."""
        user = person(caller)

        def changed(inside: Secrets) -> Secrets:
            others = {name: kept for name, kept in inside.agents.items() if name != user}
            return inside.model_copy(update={"agents": others | ({user: token} if token else {})})

        await self._resealed(caller, ident, changed, "own token")

    async def own_accesses(self, caller: Caller) -> list[OwnAccess]:
        """Tools in which somebody can send in the caller's name, with what it takes there."""
        user = person(caller)
        async with self.database.read(caller.tenant_id) as records:
            known = [one for one in await records.connections.all() if one.active and "reply" in framing.can(self.channels, one)]
            sealed = [await records.connections.sealed(one.id) for one in known]
        found = [(one, self.channels[one.kind], self._has(kept, user)) for one, kept in zip(known, sealed, strict=True)]
        return [OwnAccess(connection=one, title=tool.title, takes=tool.own_access, there=there) for one, tool, there in found]

    def _has(self, sealed: str, user: str) -> bool:
        try:
            return bool(self.inside(sealed).agents.get(user))
        except Unavailable:
            return False

    async def account(self, tenant: str, ident: str, *, path: str | None = None, known_for: timedelta = KNOWN) -> Account:
        """Opened. Raises NotFound for one that is not there or not active, and for another secret in the path."""
        if not self.knows(tenant, ident, known_for):  # another replica may have changed it
            async with self.database.read(tenant) as records:
                connection, sealed = await self.found(records, ident), await records.connections.sealed(ident)
            inside = self.inside(sealed)
            account = Account(
                tenant_id=tenant,
                id=ident,
                kind=connection.kind,
                name=connection.name,
                url=connection.url,
                settings=connection.settings,
                signing=inside.signing,
                token=inside.token,
                agents=inside.agents,
                shadow=connection.shadow,
            )
            self.opened[tenant, ident] = (self.clock(), account, connection.active, inside.path)
        _, account, active, secret = self.opened[tenant, ident]
        if not active or (path is not None and not secrets.compare_digest(path.encode(), secret.encode())):
            raise NotFound(f"There is no connection {ident!r}.", todo="Check the address that the tool sends to.")
        return account

    def knows(self, tenant: str, ident: str, known_for: timedelta = KNOWN) -> bool:
        """Whether it was opened lately enough: then nothing is read."""
        known = self.opened.get((tenant, ident))
        return known is not None and self.clock() - known[0] <= known_for

    async def check(self, tenant: str, ident: str) -> list[Missing]:
        """Asks the tool what is missing."""
        account = await self.account(tenant, ident)
        try:
            return await self.channel(account.kind).check(account)
        except CopilotError as error:
            return [Missing(what=error.detail, todo=error.todo)]

    async def addresses(self, account: Account, address: str) -> dict[str, str]:
        """Ours by purpose, as its tool reaches them. `address`: where it reaches this service."""
        async with self.database.read(account.tenant_id) as records:
            inside = self.inside(await records.connections.sealed(account.id))
        sidebar = framing.sidebar(self.channel(account.kind), account.tenant_id, account.id)
        paths = {"webhook": hook(account.tenant_id, account.id, inside.path), "panel": sidebar}
        return {name: address.rstrip("/") + path for name, path in paths.items()}

    async def learn(self, caller: Caller, account: Account, learned: Account) -> None:
        """What setting it up in its tool has told: secrets, settings."""
        if learned.signing and learned.signing != account.signing:
            await self._resealed(caller, account.id, lambda kept: kept.model_copy(update={"signing": learned.signing}), "secret")
        if learned.settings != account.settings:
            await self.change(caller, account.id, settings=learned.settings)

    def channel(self, kind: str) -> Channel:
        """Raises Invalid and names those there are."""
        if kind not in self.channels:
            raise Invalid(f"There is no chat tool {kind!r}.", todo=f"Choose from {', '.join(self.channels)}.")
        return self.channels[kind]

    async def _reachable(self, url: str, settings: Mapping[str, object]) -> None:
        """A connection's own address, and those that stand in its settings. Raises Invalid, Refused."""
        for given in _addresses(url, settings):
            await self.reach.check(given)

    async def found(self, records: Records, ident: str) -> Connection:
        """A configured one. Raises NotFound."""
        found = await records.connections.find(ident)
        if found is None or found.kind in BUILT_IN or found.kind not in self.channels:
            raise NotFound(f"There is no connection {ident!r}.", todo="List them: copilot connections list.")
        return found

    def inside(self, sealed: str) -> "Secrets":
        """What was sealed. Raises Unavailable when it was sealed with another key."""
        return Secrets.model_validate(json.loads(self.vault.open(sealed))) if sealed else Secrets()

    async def _resealed(self, caller: Caller, ident: str, change: "Callable[[Secrets], Secrets]", what: str, *, anew: bool = False) -> None:
        """`anew`: what was sealed with a key that is lost is given up; nothing is taken in before its new secret is entered in the tool."""
        async with self.database.write(caller.tenant_id) as records:
            found, sealed = await self.found(records, ident), await records.connections.sealed(ident)
            try:
                inside = self.inside(sealed)
            except Unavailable:
                if not anew:
                    raise
                inside = Secrets(signing=(_new_secret(),))
            await records.connections.put(found, self._seal(change(inside)))
            await _event(records, caller, found, "changed", [what])
        self.opened.pop((caller.tenant_id, ident), None)

    async def _without_access(self, records: Records, ident: str) -> str | None:
        sealed = await records.connections.sealed(ident)
        try:
            inside = self.inside(sealed)
        except Unavailable:  # whoever cannot open them sends them nowhere
            return None
        return self._seal(inside.model_copy(update={"token": "", "agents": {}})) if inside.token or inside.agents else None

    def _seal(self, inside: "Secrets") -> str:
        return self.vault.seal(inside.model_dump_json())


class Secrets(Frozen):
    """What is sealed. `path`: part of the address, where the tool signs nothing."""

    signing: tuple[str, ...] = ()
    token: str = ""
    agents: dict[str, str] = {}
    path: str = ""


def _addresses(url: str, settings: Mapping[str, object]) -> list[str]:
    return [*([url] if url else []), *(one for one in settings.values() if isinstance(one, str) and "://" in one)]


def _servers(connection: Connection) -> set[tuple[str, str]]:
    """That are called for it."""
    parts = [urlsplit(given) for given in _addresses(connection.url, connection.settings)]
    return {(one.scheme.lower(), one.netloc.lower()) for one in parts}


def _settings(channel: Channel, given: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return channel.settings.model_validate(given).model_dump(mode="json")
    except ValidationError as error:
        raise explain(error, "settings") from None


def _new_secret() -> str:
    """As Standard Webhooks writes one; any tool takes it as text."""
    return f"whsec_{b64encode(secrets.token_bytes(24)).decode()}"


def hook(tenant: str, ident: str, secret: str) -> str:
    """Where a connection's tool delivers, under the service's own address."""
    return f"/hooks/{tenant}/{ident}" + (f"/{secret}" if secret else "")


async def _event(records: Records, caller: Caller, connection: Connection, what: str, changed: list[str] | None = None) -> None:
    data = {"kind": connection.kind, **({"changed": changed} if changed else {})}
    await records.log.event(f"connection.{what}", subject_id=connection.id, actor=actor(caller), data=data)
