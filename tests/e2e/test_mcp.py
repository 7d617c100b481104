"""A program that starts its tool servers itself: `copilot mcp` beside a running service, with the official client."""

import os
import subprocess
import sys
from pathlib import Path

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


def surroundings(**given_: str) -> dict[str, str]:
    """What the program's environment is: ours without settings, and these."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("COPILOT_")}
    return plain | {"PYTHONPATH": str(Path(copilot.__file__).parent.parent)} | given_


@pytest.fixture
def service(company: Path) -> Service:
    return Service(company)


async def test_the_tools_on_standard_input_are_those_of_the_service(service: Service, cli: CommandLine) -> None:
    with service:
        key = cli.ok("keys", "create", "--role", "integrator", "--name", "bot").out.splitlines()[0]
        address = service.owner.address
        chat_tool = Client(address, key)
        chat_tool.send(conversation("chat-1", LOST_CARD, customer=NORA))
        service.drafted("chat-1")
        program = StdioServerParameters(command=PROGRAM[0], args=PROGRAM[1:], env=surroundings(COPILOT_KEY=key, COPILOT_ADDRESS=address))
        async with Model(program) as model:
            names = [tool.name for tool in (await model.list_tools()).tools]
            assert names == ["search_knowledge", "customer_card", "draft", "hand_over"]
            found = given(await model.call_tool("search_knowledge", {"question": LOST_CARD, "limit": 3}))
            assert found["passages"] == [hit.model_dump(mode="json") for hit in chat_tool.search(LOST_CARD, 3)]
            refused(await model.call_tool("customer_card", {"conversation": "chat-1"}), "not proven")
            draft = given(await model.call_tool("draft", {"conversation": "chat-1"}))
            assert draft == chat_tool.request("GET", f"/v1/suggestions/{draft['id']}")
            offered = given(await model.call_tool("hand_over", {"conversation": "chat-1", "to_team": "cards"}))
        (waiting,) = chat_tool.request("GET", "/v1/conversations/chat-1/handovers")["handovers"]
        assert waiting["id"] == offered["id"]


def test_what_hinders_it_is_one_line_and_an_exit_code(service: Service, cli: CommandLine) -> None:
    def start(**given_: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(PROGRAM, env=surroundings(**given_), input="", capture_output=True, text=True, check=False)  # noqa: S603 - our own

    with service:
        address = service.owner.address
        for code, words, environment in (
            (2, "COPILOT_KEY", {"COPILOT_ADDRESS": address}),
            (1, "revoked", {"COPILOT_ADDRESS": address, "COPILOT_KEY": "rk_nobody"}),
        ):
            done = start(**environment)
            assert (done.returncode, done.stdout) == (code, "")
            assert words in done.stderr
            assert len(done.stderr.splitlines()) == 1
    done = start(COPILOT_ADDRESS=address, COPILOT_KEY="rk_nobody")
    assert done.returncode == 3
    assert "does not answer" in done.stderr
