"""A program that starts its tool servers itself: `copilot mcp` beside a running service, with the official client."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from mcp import Client as Model
from mcp import StdioServerParameters

import copilot
from copilot.client import Client
from tests.api.mcp.talking import given, refused
from tests.commands.cli import CommandLine
from tests.e2e.service import Service
from tests.e2e.talk import LOST_CARD, conversation

PROGRAM = [sys.executable, "-c", "from copilot.cli import main; main()", "mcp"]
NORA = {"id": "cus-nora", "name": "Nora Ekström"}


def surroundings(**settings: str) -> dict[str, str]:
    """The program's environment: ours without settings, and these."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("COPILOT_")}
    return plain | {"PYTHONPATH": str(Path(copilot.__file__).parent.parent)} | settings


@pytest.fixture
def service(company: Path) -> Service:
    return Service(company)


def test_the_tools_on_standard_input_are_those_of_the_service(service: Service, cli: CommandLine) -> None:
    with service:
        key = cli.ok("keys", "create", "--role", "integrator", "--name", "bot").out.splitlines()[0]
        with Client(service.owner.address, key) as chat_tool:
            chat_tool.send(conversation("chat-1", LOST_CARD, customer=NORA))
            service.drafted("chat-1")
            env = surroundings(COPILOT_KEY=key, COPILOT_ADDRESS=service.owner.address)
            told = asyncio.run(_use(StdioServerParameters(command=PROGRAM[0], args=PROGRAM[1:], env=env)))
            found = [hit.model_dump(mode="json") for hit in chat_tool.search(LOST_CARD, 3)]
            draft = chat_tool.request("GET", f"/v1/suggestions/{told['draft']['id']}")
            (waiting,) = chat_tool.request("GET", "/v1/conversations/chat-1/handovers")["handovers"]
        assert told["names"] == ["search_knowledge", "customer_card", "draft", "hand_over"]
        assert found
        assert told["found"]["passages"] == found
        assert told["draft"] == draft
        assert told["offered"]["id"] == waiting["id"]


async def _use(program: StdioServerParameters) -> dict[str, Any]:
    async with Model(program) as model:
        refused(await model.call_tool("customer_card", {"conversation": "chat-1"}), "not proven")
        return {
            "names": [tool.name for tool in (await model.list_tools()).tools],
            "found": given(await model.call_tool("search_knowledge", {"question": LOST_CARD, "limit": 3})),
            "draft": given(await model.call_tool("draft", {"conversation": "chat-1"})),
            "offered": given(await model.call_tool("hand_over", {"conversation": "chat-1", "to_team": "cards"})),
        }


def test_what_hinders_it_is_one_line_and_an_exit_code(service: Service) -> None:
    def start(**settings: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(PROGRAM, env=surroundings(**settings), input="", capture_output=True, text=True, check=False)  # noqa: S603

    with service:
        address = service.owner.address
        hindered = [(2, "COPILOT_KEY", start(COPILOT_ADDRESS=address))]
        hindered.append((1, "revoked", start(COPILOT_ADDRESS=address, COPILOT_KEY="rk_nobody")))
    hindered.append((3, "does not answer", start(COPILOT_ADDRESS=address, COPILOT_KEY="rk_nobody")))
    for code, words, done in hindered:
        assert (done.returncode, done.stdout) == (code, ""), done.stderr
        assert words in done.stderr
        assert len(done.stderr.splitlines()) == 1
