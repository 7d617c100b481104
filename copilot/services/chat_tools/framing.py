"""What a connection's tool can, and whose pages may show the panel: those of the tools that are connected, for as long as they are."""

from collections.abc import Iterable, Mapping
from urllib.parse import quote

from copilot.domain.channels import Ability
from copilot.domain.connections import Connection
from copilot.domain.ports.channels import Channel
from copilot.domain.ports.records import Records
from copilot.domain.staff import Caller
from copilot.services.conversations.reading import actor
from copilot.services.people.panels import is_origin


def can(channels: Mapping[str, Channel], connection: Connection) -> frozenset[Ability]:
    """Nothing, where its tool is not here."""
    channel = channels.get(connection.kind)
    return channel.can if channel else frozenset()


def pages(channels: Mapping[str, Channel], connection: Connection) -> tuple[str, ...]:
    """Origins of a connection's tool, exact ones by https only."""
    channel = channels.get(connection.kind)
    found = channel.pages(connection.url, connection.settings) if channel else ()
    return tuple(one for one in found if is_origin(one))


def sidebar(channel: Channel, tenant: str, connection: str) -> str:
    """The path of our page for the tool's own sidebar; empty: it has none."""
    return channel.panel.format(tenant=quote(tenant, safe=""), connection=quote(connection, safe=""))


async def shown(records: Records, channels: Mapping[str, Channel]) -> set[str]:
    """Origins of all tools that are in service."""
    return {one for connection in await records.connections.all() if connection.active for one in pages(channels, connection)}


async def follow(records: Records, caller: Caller, before: Iterable[str], after: Iterable[str]) -> None:
    """The setting `panel_origins` gets what came, and loses what went. What stayed is left as an administrator has it."""
    came, went = set(after) - set(before), set(before) - set(after)
    settings = await records.admin.settings()
    kept = [one for one in settings.panel_origins if one not in went]
    wanted = (*kept, *sorted(came - set(kept)))
    if wanted == settings.panel_origins:
        return
    stored = await records.admin.put_settings(settings.model_copy(update={"panel_origins": wanted}))
    await records.log.event("settings.changed", actor=actor(caller), data={"version": stored.version})
