"""copilot mcp: the tools of `/mcp` over standard input and output, for programs that start their tool servers themselves."""

import asyncio
from collections.abc import Mapping
from typing import Any

from copilot.client import Client
from copilot.domain.errors import Invalid


class Outside:
    """The routes of a running service, asked over HTTP. One request at a time: the client is for one thread."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._alone = asyncio.Lock()

    async def __call__(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, headers: Mapping[str, str] | None = None, **params: Any
    ) -> Any:
        async with self._alone:
            return await asyncio.to_thread(self._client.request, method, path, body, headers=headers, **params)


def serve(address: str, key: str) -> int:
    """Until the program that started us closes our input. Raises Refused for a wrong key, Unavailable when no service answers."""
    from copilot.adapters.logs import configure_logs

    if not key.strip():
        raise Invalid("There is no key.", todo="Set COPILOT_KEY to one that was made with: copilot keys create")
    configure_logs("error")
    with Client(address, key.strip()) as client:
        client.request("GET", "/v1/me")  # a wrong key or address is told now, not at the first call of a tool
        asyncio.run(_serve(client))
    return 0


async def _serve(client: Client) -> None:
    from mcp.server.stdio import stdio_server

    from copilot.api.mcp.server import server

    serving = server(Outside(client))
    async with stdio_server() as (reading, writing):
        await serving.run(reading, writing, serving.create_initialization_options())
