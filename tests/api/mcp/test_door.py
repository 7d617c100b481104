"""`POST /mcp` itself: who is let in, from where, and what the wire looks like."""

import dataclasses
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from copilot.api import create_app
from copilot.api.mcp.door import hosts
from copilot.settings import Settings
from tests.api.house import OWNER, House, assert_problem
from tests.api.mcp.talking import given, key_of, listening

AT = "http://127.0.0.1:8321"
LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
PLAIN = {"Accept": "application/json, text/event-stream"}
"""What the guide's curl sends beside the key."""


async def post(house: House, body: Any = LIST, app: Any = None, **headers: str) -> httpx.Response:
    transport = httpx.ASGITransport(app or house.app)
    async with httpx.AsyncClient(transport=transport, base_url=AT, headers=PLAIN | headers) as client:
        return await client.post("/mcp", json=body)


async def key(house: House, role: str = "integrator") -> str:
    return (await house.enter(role)).headers["authorization"]


async def test_one_request_without_a_session_is_answered_as_json(house: House) -> None:
    answer = await post(house, Authorization=await key(house))
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.headers["cache-control"] == "no-store"
    assert "mcp-session-id" not in answer.headers
    assert [tool["name"] for tool in answer.json()["result"]["tools"]] == ["search_knowledge", "customer_card", "draft", "hand_over"]


async def test_without_a_key_nothing_is_answered(house: House) -> None:
    for headers in ({}, {"Authorization": "Bearer rk_nobody"}, {"Authorization": "Basic dG9t"}, {"Cookie": "copilot_session=x"}):
        answer = await post(house, **headers)
        assert_problem(answer, 401, "key")
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_session_of_a_browser_is_not_enough(house: House) -> None:
    """Whoever is signed in on the desk: their cookie, which a browser sends by itself, opens nothing here."""
    answer = await post(house, Cookie="copilot_session=whatever", **{"X-Copilot-CSRF": "whatever"})
    assert_problem(answer, 401, "Authorization: Bearer")


@pytest.mark.parametrize("host", ["evil.example.com", "127.0.0.1.evil.example.com", "localhost.evil.example.com:80", ""])
async def test_a_request_for_another_host_is_refused(house: House, host: str) -> None:
    assert_problem(await post(house, Authorization=await key(house), Host=host), 421, "COPILOT_MCP_HOSTS")


@pytest.mark.parametrize(
    "origin", ["https://evil.example.com", "null", "http://localhost.evil.example.com", "http://127.0.0.1@evil.example.com"]
)
async def test_a_page_of_another_site_is_refused(house: House, origin: str) -> None:
    assert_problem(await post(house, Authorization=await key(house), Origin=origin), 403, "another site")


async def test_this_machine_and_the_names_an_operator_gave_are_let_in(house: House) -> None:
    bearer = await key(house)
    for host, origin in (("localhost:8321", "http://localhost:8321"), ("127.0.0.1:1", "http://127.0.0.1:5"), ("[::1]:8321", "")):
        assert (await post(house, Authorization=bearer, Host=host, **({"Origin": origin} if origin else {}))).status_code == 200
    settings = house.application.settings.model_copy(update={"mcp_hosts": ("desk.example.com",)})
    named = create_app(dataclasses.replace(house.application, settings=settings), owner=OWNER, lifespan=False)
    for host in ("desk.example.com", "desk.example.com:8443", "localhost:1"):
        assert (await post(house, app=named, Authorization=bearer, Host=host, Origin="https://desk.example.com")).status_code == 200
    assert_problem(await post(house, app=named, Authorization=bearer, Host="example.com"), 421)


def test_which_names_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPILOT_MCP_HOSTS", "desk.example.com, copilot.internal")
    everywhere = "0.0.0.0"  # noqa: S104 - no name
    named = hosts(Settings(host=everywhere))
    assert {"desk.example.com", "copilot.internal:*", "127.0.0.1:*", "localhost", "[::1]:*"} <= set(named)
    assert not [one for one in named if one.startswith((everywhere, "*"))]
    assert "copilot.example.com:*" in hosts(Settings(address="https://copilot.example.com"))
    assert "[fd00::7]:*" in hosts(Settings(host="fd00::7"))


async def test_other_methods_and_bodies_are_refused_with_what_to_do(house: House) -> None:
    bearer = await key(house)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(house.app), base_url=AT, headers={"Authorization": bearer}) as client:
        for method in ("GET", "DELETE", "PUT"):
            assert_problem(await client.request(method, "/mcp"), 405)
        assert_problem(await client.post("/mcp", content=b"{}", headers={"Content-Type": "text/plain"}), 400, "application/json")
        large = await client.post("/mcp", content=b" " * (1024 * 1024 + 1), headers=PLAIN | {"Content-Type": "application/json"})
        assert large.status_code == 413
        for content in (
            b"",
            b"{",
            b"[]",
            b"null",
            b'{"jsonrpc": "2.0"}',
            b"[" * 10_000,
            b'{"jsonrpc":"2.0","id":1,"method":"no/such"}',
            b"\xff",
        ):
            answer = await client.post("/mcp", content=content, headers=PLAIN | {"Content-Type": "application/json"})
            assert answer.status_code < 500, (content[:40], answer.text)
            assert "Traceback" not in answer.text


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_clients_of_before_and_of_now_are_served(furnished: House, mode: str) -> None:
    """With the handshake of the older protocol, and with the newer one that has none."""
    bearer = await key(furnished)
    async with (
        listening(furnished.app) as address,
        httpx2.AsyncClient(headers={"Authorization": bearer}, trust_env=False) as http,
        Client(streamable_http_client(f"{address}/mcp", http_client=http), mode=mode) as client,
    ):
        assert client.server_info is not None
        assert client.server_info.name == "rapport"
        assert given(await client.call_tool("search_knowledge", {"question": "refund"}))["passages"]


async def test_the_log_names_the_address_and_the_routes_that_were_asked(furnished: House, capsys: pytest.CaptureFixture[str]) -> None:
    bearer = await key(furnished)
    capsys.readouterr()
    body = LIST | {"method": "tools/call", "params": {"name": "search_knowledge", "arguments": {"question": "my secret words"}}}
    (await post(furnished, body, Authorization=bearer, **{"X-Request-ID": "asked-1"})).raise_for_status()
    said = capsys.readouterr().out
    lines = [json.loads(line) for line in said.splitlines()]
    assert [(line["route"], line["request_id"], line["tenant"]) for line in lines if line["event"] == "request"] == [
        ("/v1/knowledge/search", "asked-1", "default"),
        ("/mcp", "asked-1", "default"),
    ]
    assert "secret words" not in said


async def test_the_local_owner_comes_in_for_a_tenant(house: House) -> None:
    await house.furnish("other")
    body = LIST | {"method": "tools/call", "params": {"name": "search_knowledge", "arguments": {"question": "refund"}}}
    for tenant, there in (("other", True), ("default", False)):
        answer = await post(house, body, Authorization=f"Bearer {OWNER.token}", **{"X-Copilot-Tenant": tenant})
        assert bool(answer.json()["result"]["structuredContent"]["passages"]) == there


def test_nothing_of_it_is_loaded_before_a_model_comes(sqlite_template: Path) -> None:
    """The SDK takes a second: neither the command line nor the service's start waits for it, and importing it asks no network."""
    program = (
        "import socket, sys\n"
        "def never(*_, **__): raise AssertionError('network')\n"
        "socket.socket.connect = socket.getaddrinfo = never\n"
        "import copilot.cli, copilot.commands.mcp, copilot.api, copilot.api.mcp.door, copilot.client\n"
        "copilot.api._audiences()\n"
        "before = sorted({name.partition('.')[0] for name in sys.modules} & {'mcp', 'mcp_types', 'sse_starlette'})\n"
        "import copilot.api.mcp.server\n"
        "print(before, 'mcp' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603 - our own words
    assert done.stdout.strip() == "[] True"


async def test_a_key_names_the_caller_and_no_header_changes_that(furnished: House) -> None:
    somebody = await furnished.enter("integrator")
    answer = await post(furnished, Authorization=f"Bearer {key_of(somebody)}", **{"X-Copilot-User": "ada.novak"})
    assert len(answer.json()["result"]["tools"]) == 4
    editor = await post(furnished, Authorization=await key(furnished, "editor"), **{"X-Copilot-User": "ada.novak"})
    assert [tool["name"] for tool in editor.json()["result"]["tools"]] == ["search_knowledge"]
