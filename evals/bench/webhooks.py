"""Chat tools' deliveries against a running service: acknowledged at 50 and 200 a second, in a burst of 1,000, and from delivery to note.

Generic webhooks for the acknowledgements (nothing but our own work), a double of Chatwoot on a port of its own for the note.
"""

import asyncio
import json
import socket
import time
from base64 import b64encode
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp
import httpx
import numpy as np
import uvicorn
from fastapi import FastAPI, Request
from standardwebhooks.webhooks import Webhook

from copilot.channels import signing
from copilot.testing.provider import ScriptedProvider
from evals.bench.machine import beside
from evals.bench.service import load, row, service

SECONDS = 10
BURST, BURST_S = 1000, 5.0
NOTES, WARM = 20, 5
SECRET = "whsec_" + b64encode(b"a secret of the bench").decode()
Rows = list[dict[str, Any]]


async def measure() -> Rows:
    """Rows of (figure, value, target)."""
    rows = []
    with TemporaryDirectory() as folder, ScriptedProvider("auto") as provider:
        async with service(Path(folder), provider.base_url) as (client, _, _), _sender(client) as sender:
            await load(client)
            made = {"id": "bench", "kind": "webhook", "signing": SECRET}
            (await client.post("/v1/connections", json=made)).raise_for_status()
            await _send(sender, "warm", 20, 20)
            for rate in (50, 200):
                rows += await _acknowledged(sender, Path(folder), f"at {rate}/s for {SECONDS} s", rate * SECONDS, rate)
                await _worked_in(client)
            burst = f"{BURST:,} in {BURST_S:.0f} s"
            rows += await _acknowledged(sender, Path(folder), burst, BURST, BURST / BURST_S, "p99 ≤ 250 ms")
            started = time.perf_counter()
            await _worked_in(client)
            rows.append(row("… and worked into the record after", f"{time.perf_counter() - started:.1f} s", "printed"))
    with TemporaryDirectory() as folder, ScriptedProvider("auto") as provider:
        async with service(Path(folder), provider.base_url) as (client, _, _):
            await load(client)
            rows.append(await _notes(client))
    return rows


def _sender(client: httpx.AsyncClient) -> aiohttp.ClientSession:
    """Not httpx: its pool goes over all connections whenever a request begins or ends, once more for each idle one.

    After a short wait that opened hundreds of them it takes seconds of its own.
    """
    return aiohttp.ClientSession(str(client.base_url), connector=aiohttp.TCPConnector(limit=0))


async def _acknowledged(sender: aiohttp.ClientSession, folder: Path, name: str, count: int, rate: float, target: str = "printed") -> Rows:
    async with beside(folder) as machine:
        spent = await _send(sender, name, count, rate)
    return [row(f"webhook acknowledged, {name}", _told(spent), target), row("… the machine meanwhile, at worst", str(machine), "printed")]


async def _send(sender: aiohttp.ClientSession, name: str, count: int, rate: float) -> list[float]:
    """Milliseconds until each was acknowledged; sent at an even pace, whether earlier ones are answered or not."""

    async def one(number: int) -> float:
        await asyncio.sleep(number / rate)
        at, ident = datetime.now(UTC).replace(microsecond=0), f"{name}-{number}"
        said = {"id": "m1", "author": "bot", "text": f"Order {number} has left the house.", "sent_at": at.isoformat()}
        body = json.dumps({"type": "conversation.changed", "data": {"conversation_id": ident, "channel": "chat", "messages": [said]}})
        signature = Webhook(SECRET).sign(ident, at, body)
        signed = {"webhook-id": ident, "webhook-timestamp": f"{at.timestamp():.0f}", "webhook-signature": signature}
        started = time.perf_counter()
        async with sender.post("/hooks/default/bench", data=body, headers=signed) as answer:
            if answer.status != 204:
                raise RuntimeError(f"{answer.status}: {(await answer.text())[:200]}")
        return (time.perf_counter() - started) * 1000

    return list(await asyncio.gather(*(one(number) for number in range(count))))


async def _worked_in(client: httpx.AsyncClient) -> None:
    while True:
        (found,) = (await client.get("/v1/connections")).raise_for_status().json()["connections"]
        if not found["traffic"]["waiting"]:
            return
        await asyncio.sleep(0.2)


async def _notes(client: httpx.AsyncClient) -> dict[str, Any]:
    """From a customer's message delivered by a Chatwoot to the note written into it, one conversation after the other."""
    tool = _Tool()
    async with tool.listening() as url:
        made = {"id": "chat", "kind": "chatwoot", "url": url, "token": "t", "signing": SECRET, "settings": {"account_id": 3}}
        (await client.post("/v1/connections", json=made)).raise_for_status()
        spent = []
        for number in range(WARM + NOTES):
            noted = tool.expect(number)
            started = time.perf_counter()
            (await client.post("/hooks/default/chat", **tool.delivery(number))).raise_for_status()
            await asyncio.wait_for(noted, 60)
            spent.append((time.perf_counter() - started) * 1000)
    return row("webhook → note in the tool, scripted provider", _told(spent[WARM:]), "printed")


class _Tool:
    """As much of a Chatwoot as a note needs."""

    def __init__(self) -> None:
        self._noted: dict[str, asyncio.Future[None]] = {}

    def expect(self, number: int) -> "asyncio.Future[None]":
        self._noted[str(number + 1)] = asyncio.get_running_loop().create_future()
        return self._noted[str(number + 1)]

    def delivery(self, number: int) -> dict[str, Any]:
        told = {"event": "message_created", "account": {"id": 3}, "conversation": _conversation(number)}
        body = json.dumps(_message(number) | told).encode()
        stamp = f"{time.time():.0f}"
        made = signing.hexadecimal(SECRET, f"{stamp}.".encode() + body)
        return {"content": body, "headers": {"X-Chatwoot-Timestamp": stamp, "X-Chatwoot-Signature": f"sha256={made}"}}

    def listening(self) -> AbstractAsyncContextManager[str]:
        app, base = FastAPI(), "/api/v1/accounts/3/conversations"

        @app.get(f"{base}/{{number}}")
        async def conversation(number: int) -> Any:
            return _conversation(number - 1)

        @app.get(f"{base}/{{number}}/messages")
        async def messages(number: int, before: int | None = None) -> Any:
            return {"payload": [] if before else [_message(number - 1)]}

        @app.post(f"{base}/{{number}}/messages")
        async def note(number: int, request: Request) -> Any:
            await request.body()
            if not self._noted[str(number)].done():
                self._noted[str(number)].set_result(None)
            return {"id": 90_000 + number}

        return _serving(app)


@asynccontextmanager
async def _serving(app: FastAPI) -> AsyncIterator[str]:
    """A server of this process, for as long as the block runs; its address."""
    with socket.create_server(("127.0.0.1", 0)) as here:
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        running = asyncio.create_task(server.serve(sockets=[here]))
        try:
            yield f"http://127.0.0.1:{here.getsockname()[1]}"
        finally:
            server.should_exit = True
            await running


def _message(number: int) -> dict[str, Any]:
    text = f"My flight {number} to Lisbon was cancelled nine days ago. Where is my refund?"
    sender = {"id": 500 + number, "name": "Marta Ruiz", "email": f"marta{number}@example.com"}
    return {"id": 1000 + number, "content": text, "message_type": "incoming", "created_at": time.time(), "private": False, "sender": sender}


def _conversation(number: int) -> dict[str, Any]:
    sender = {"id": 500 + number, "name": "Marta Ruiz", "email": f"marta{number}@example.com"}
    return {"id": number + 1, "status": "open", "channel": "Channel::WebWidget", "meta": {"sender": sender, "hmac_verified": False}}


def _told(spent: Sequence[float]) -> str:
    return f"p50 {np.percentile(spent, 50):.0f} ms, p99 {np.percentile(spent, 99):.0f} ms (n = {len(spent)})"
