"""The running service under load: time to ready, memory, a whole turn, the first token, acknowledgements with many open streams.

It starts the real command in a process of its own, with the scripted provider as its language model, and speaks HTTP to it.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import numpy as np
import psutil

from copilot.adapters.owner import read_owner
from copilot.commands.demo import knowledge_folder, sample_conversations, sample_customers
from copilot.commands.folders import read_files
from copilot.domain.tenant import KINDS
from copilot.testing.provider import ScriptedProvider

WARM, TURNS = 12, 40
"""Turns before the clock runs: the sentences of the articles are encoded once in the life of a service, and each case has its own."""
RATE = 5
SECONDS = 60
STREAMS = 200
PROVIDER_PAUSE_S = 0.05


@dataclass
class Heard:
    """What a stream brought: when each turn was done, when each draft's first words came."""

    done: dict[str, float] = field(default_factory=dict)
    ready: dict[str, list[str]] = field(default_factory=dict)
    first_words: list[float] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    changed: asyncio.Event = field(default_factory=asyncio.Event)


async def measure(seconds: int = SECONDS) -> list[dict[str, Any]]:
    """Rows of (figure, value, target)."""
    rows = []
    with TemporaryDirectory() as folder, ScriptedProvider("auto") as provider:
        async with service(Path(folder), provider.base_url) as (client, process, ready_s):
            rows.append(row("serve → ready (empty folder)", f"{ready_s:.1f} s", "printed"))
            await load(client)
            rows.append(await _whole_turns(client, provider))
            rows.append(await _under_load(client, seconds))
            rows.append(_memory(process))
    with TemporaryDirectory() as folder, ScriptedProvider("auto", between_s=PROVIDER_PAUSE_S) as provider:
        async with service(Path(folder), provider.base_url) as (client, _, _):
            await load(client)
            rows.append(await _first_token(client, provider))
    return rows


@asynccontextmanager
async def service(folder: Path, provider: str) -> AsyncIterator[tuple[httpx.AsyncClient, psutil.Process, float]]:
    """A client of a service that has just started in `folder`, its process, and the seconds until it was ready."""
    environment = {**os.environ, "COPILOT_MODEL": "openai/scripted", "COPILOT_API_BASE": provider, "OPENAI_API_KEY": "none"}
    command = [sys.executable, "-c", "from copilot.cli import main; main()", "serve", "--port", "0", "--data", str(folder)]
    started = time.perf_counter()
    with (folder / "log").open("w") as log:
        process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=asyncio.subprocess.DEVNULL, stderr=log)
    try:
        client = await _ready(folder, process)
        try:
            yield client, psutil.Process(process.pid), time.perf_counter() - started
        finally:
            await client.aclose()
    finally:
        process.terminate()
        await process.wait()


async def _ready(folder: Path, process: asyncio.subprocess.Process) -> httpx.AsyncClient:
    while process.returncode is None:
        owner = read_owner(folder)
        if owner and owner.address:
            limits = httpx.Limits(max_connections=STREAMS * 2)
            client = httpx.AsyncClient(
                base_url=owner.address, headers={"Authorization": f"Bearer {owner.token}"}, timeout=120, limits=limits
            )
            try:
                if (await client.get("/ready")).is_success:
                    return client
            except httpx.TransportError:
                pass
            await client.aclose()
        await asyncio.sleep(0.05)
    raise RuntimeError("the service stopped: " + (folder / "log").read_text()[-2000:])


async def load(client: httpx.AsyncClient) -> None:
    """The sample company's knowledge and customers; drafting begins at once."""
    files = list(read_files(knowledge_folder(), []))
    (await client.post("/v1/knowledge/import", json={"files": files})).raise_for_status()
    (await client.post("/v1/customers/import", json={"lines": sample_customers()})).raise_for_status()
    settings = (await client.get("/v1/settings")).raise_for_status().json()
    changed = {**settings, "quiet_period_s": 0, "daily_budget_microusd": 10**12}
    (await client.put("/v1/settings", json=changed)).raise_for_status()


async def _whole_turns(client: httpx.AsyncClient, provider: ScriptedProvider) -> dict[str, Any]:
    """From sending a message to the last of all kinds saved, one conversation after the other; and the provider's part of it."""
    heard, listening = await _listen(client)
    spent, asked = [], []
    for number in range(WARM + TURNS):
        given, before = conversation(number), len(provider.requests)
        started = time.perf_counter()
        received = (await client.post("/v1/conversations", json=given)).raise_for_status().json()
        (await client.post(f"/v1/conversations/{received['conversation_id']}/suggestions", json={"kinds": list(KINDS)})).raise_for_status()
        while len(set(heard.ready.get(received["turn_id"], []))) < len(KINDS):
            heard.changed.clear()
            await asyncio.wait_for(heard.changed.wait(), 60)
        spent.append((time.perf_counter() - started) * 1000)
        asked.append([request.body for request in provider.requests[before:]])
    listening.cancel()
    own = [turn - await _provider_alone(provider, bodies) for turn, bodies in zip(spent[WARM:], asked[WARM:], strict=True)]
    value = f"{p95(own):.0f} ms (median {median(own):.0f}); with the provider {p95(spent[WARM:]):.0f} ({median(spent[WARM:]):.0f})"
    return row("turn with all kinds, no provider delay: the service's own time, p95", value, "≤ 200 ms")


async def _provider_alone(provider: ScriptedProvider, bodies: list[Mapping[str, Any]]) -> float:
    """Milliseconds that the provider takes for a turn's questions, asked again all at once by a client that does nothing else."""

    async def ask(client: httpx.AsyncClient, body: Mapping[str, Any]) -> None:
        async with client.stream("POST", f"{provider.base_url}/chat/completions", json=body) as answer:
            async for _ in answer.aiter_raw():
                pass

    async with httpx.AsyncClient(timeout=60, trust_env=False) as client:
        started = time.perf_counter()
        await asyncio.gather(*(ask(client, body) for body in bodies))
    return (time.perf_counter() - started) * 1000


async def _under_load(client: httpx.AsyncClient, seconds: int) -> dict[str, Any]:
    desks = await keys(client)
    listening = [await _listen(client)]
    listening += [await _desk(client, desks[number % len(desks)], f"bench-{number % TURNS}") for number in range(STREAMS - 1)]
    acknowledged: list[float] = []
    errors: list[str] = []

    async def send(number: int) -> None:
        started = time.perf_counter()
        try:
            (await client.post("/v1/conversations", json=conversation(10_000 + number))).raise_for_status()
        except httpx.HTTPError as error:
            errors.append(repr(error))
        acknowledged.append((time.perf_counter() - started) * 1000)

    sending = []
    begun = time.perf_counter()
    for number in range(RATE * seconds):
        await asyncio.sleep(max(0.0, begun + number / RATE - time.perf_counter()))
        sending.append(asyncio.create_task(send(number)))
    await asyncio.gather(*sending)
    heard = listening[0][0]
    until = time.perf_counter() + 120
    while len(heard.done) < RATE * seconds and time.perf_counter() < until:
        heard.changed.clear()
        try:
            await asyncio.wait_for(heard.changed.wait(), 5)
        except TimeoutError:
            continue
    late = time.perf_counter() - begun - seconds
    for _, task in listening:
        task.cancel()
    value = f"{p95(acknowledged):.0f} ms (median {median(acknowledged):.0f}); {len(errors)} errors; "
    value += f"{len(heard.done)}/{RATE * seconds} turns done, the last {late:.1f} s after the last message"
    return row(f"acknowledgement p95, {RATE} turns/s for {seconds} s, {STREAMS} streams", value, "≤ 100 ms, no error")


async def _first_token(client: httpx.AsyncClient, provider: ScriptedProvider) -> dict[str, Any]:
    """From the moment the provider sent the first chunk that holds words of the draft to its arrival on the stream."""
    heard, listening = await _listen(client)
    delays = []
    for number in range(15):
        before, already = len(heard.first_words), len(provider.requests)
        given = conversation(number)
        received = (await client.post("/v1/conversations", json=given)).raise_for_status().json()
        while received["turn_id"] not in heard.done:
            heard.changed.clear()
            await asyncio.wait_for(heard.changed.wait(), 60)
        firsts = [r.sent_at[0] for r in provider.requests[already:] if r.sent_at]
        delays += [(min(heard.first_words[before:]) - min(firsts)) * 1000] if firsts and heard.first_words[before:] else []
    listening.cancel()
    value = f"{p95(delays):.1f} ms (median {median(delays):.1f}, {len(delays)} drafts)" if delays else "not measured: no draft was streamed"
    return row("first words: provider sent → stream received, p95", value, "≤ 30 ms")


async def _listen(client: httpx.AsyncClient) -> tuple[Heard, "asyncio.Task[None]"]:
    heard, opened = Heard(), asyncio.Event()

    async def listen() -> None:
        async with client.stream("GET", "/v1/stream", timeout=None) as answer:
            opened.set()
            kind = ""
            async for line in answer.aiter_lines():
                if line.startswith("event:"):
                    kind = line[6:].strip()
                elif line.startswith("data:"):
                    _note(heard, kind, line[5:])

    task = asyncio.create_task(listen())
    await asyncio.wait_for(opened.wait(), 30)
    return heard, task


async def keys(client: httpx.AsyncClient) -> list[str]:
    """Keys of agents, enough that none holds more streams than a key may."""
    secrets = []
    for number in range(STREAMS // 20 + 1):
        body = {"name": f"desk {number}", "role": "agent", "user": f"Agent {number}"}
        secrets.append((await client.post("/v1/keys", json=body)).raise_for_status().json()["secret"])
    return secrets


async def _desk(client: httpx.AsyncClient, key: str, opened: str) -> tuple[Heard, "asyncio.Task[None]"]:
    """A page with one conversation open, as an agent has it all day. What arrives is taken and not read: that is the browser's work."""
    begun, headers = asyncio.Event(), {"Authorization": f"Bearer {key}"}

    async def listen() -> None:
        async with client.stream("GET", "/v1/stream", params={"open": opened}, headers=headers, timeout=None) as answer:
            begun.set()
            async for _ in answer.aiter_raw():
                pass

    task = asyncio.create_task(listen())
    await asyncio.wait_for(begun.wait(), 30)
    return Heard(), task


def _note(heard: Heard, kind: str, data: str) -> None:
    now = time.monotonic()
    if kind not in ("turn.done", "turn.failed", "suggestion.ready", "suggestion.delta"):
        return
    given = json.loads(data)
    if kind == "suggestion.delta":
        if given["suggestion"] not in heard.seen:
            heard.seen.add(given["suggestion"])
            heard.first_words.append(now)
        return
    if kind == "suggestion.ready":
        heard.ready.setdefault(given["turn"], []).append(given["kind"])
    else:
        heard.done[given["subject"]] = now
    heard.changed.set()


def conversation(number: int) -> dict[str, Any]:
    """A sample conversation under its own id. Its last message is worded as no other: nobody's new message was encoded before."""
    sample = sample_conversations()
    given = json.loads(json.dumps(sample[number % len(sample)]))
    given["conversation_id"] = f"bench-{number}"
    for message in given["messages"]:
        message["id"] = f"{message['id']}-{number}"
    given["messages"][-1]["text"] += f" Regards, customer {_letters(number)}"
    return dict(given)


def _letters(number: int) -> str:
    return "".join(chr(ord("A") + int(digit)) for digit in str(number))


def _memory(process: psutil.Process) -> dict[str, Any]:
    """Of the service and its helpers: proportional set size, which counts a shared page once."""
    sizes = [one.memory_full_info().pss / 1e9 for one in (process, *process.children(recursive=True))]
    value = f"{sum(sizes):.2f} GB, all processes ({sizes[0]:.2f} the service, {sum(sizes[1:]):.2f} drafts and models)"
    return row("memory of the running service after that load", value, "≤ 1.5 GB")


def p95(values: list[float]) -> float:
    """What 19 of 20 values stay below."""
    return float(np.percentile(values, 95))


def median(values: list[float]) -> float:
    """Half of the values are below."""
    return float(np.median(values))


def row(figure: str, value: str, target: str = "") -> dict[str, Any]:
    """A line of a bench."""
    return {"figure": figure, "value": value, "target": target}


if __name__ == "__main__":
    for line in asyncio.run(measure(*[int(a) for a in sys.argv[1:]])):
        sys.stdout.write(f"{line['figure']:<64} {line['value']:<60} {line['target']}\n")
