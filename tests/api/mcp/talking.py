"""The official client against the tools: over a real socket, and in memory."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import httpx2
import uvicorn
from fastapi import FastAPI
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CallToolResult, TextContent

from copilot.api.mcp.door import Inside
from copilot.api.mcp.server import server
from tests.patience import eventually


@asynccontextmanager
async def listening(app: FastAPI) -> AsyncIterator[str]:
    """The application on a free port of this machine, on this event loop; gives its address."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=5)
    serving = uvicorn.Server(config)
    task = asyncio.create_task(serving.serve())

    async def up() -> bool:
        return serving.started

    try:
        await eventually(up, "the server to listen")
        yield f"http://127.0.0.1:{serving.servers[0].sockets[0].getsockname()[1]}"
    finally:
        serving.should_exit = True
        await task


def key_of(client: httpx.AsyncClient) -> str:
    """The secret that a client of the house comes in with."""
    return client.headers["authorization"].partition(" ")[2]


@asynccontextmanager
async def over_http(address: str, key: str, **headers: str) -> AsyncIterator[Client]:
    """As a program elsewhere connects."""
    sent = {"Authorization": f"Bearer {key}", **headers}
    async with (
        httpx2.AsyncClient(headers=sent, trust_env=False, timeout=60) as http,
        Client(streamable_http_client(f"{address}/mcp", http_client=http)) as client,
    ):
        yield client


@asynccontextmanager
async def in_memory(somebody: httpx.AsyncClient) -> AsyncIterator[Client]:
    """The server itself, without a wire, asking the routes as somebody of the house."""
    async with Client(server(Inside(somebody))) as client:
        yield client


def text_of(result: CallToolResult) -> str:
    (block,) = result.content
    assert isinstance(block, TextContent)
    return block.text


def given(result: CallToolResult) -> Any:
    """What a tool gave; fails when it is an error."""
    assert not result.is_error, text_of(result)
    return result.structured_content


def refused(result: CallToolResult, *words: str) -> str:
    """The error, which says what to do in these words and shows nothing of the inside."""
    said = text_of(result)
    assert result.is_error, said
    assert result.structured_content is None
    for word in words:
        assert word in said, said
    for inside in ("Traceback", 'File "', "pydantic", "errors.pydantic.dev"):
        assert inside not in said
    return said
