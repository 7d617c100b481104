"""A house with one chat tool: its double delivers, signed, and what became of it can be asked."""

import json
from datetime import datetime
from typing import Any

import httpx

from copilot.domain.conversation import Conversation
from copilot.domain.ports.channels import Channel
from tests.api.house import House
from tests.channels.doubles.base import Double
from tests.channels.tools import EXAMPLES, NEW, STORIES, Example, delivered_to
from tests.services.conftest import Open


class ToolHouse:
    """A house with one chat tool, and what comes from it."""

    def __init__(self, house: House, example: Example, double: Double) -> None:
        self.house, self.example, self.double = house, example, double
        self.name = example.account.id
        self._nobody = house.nobody()

    @property
    def channel(self) -> Channel:
        return self.house.application.chat_tools.connecting.channel(self.example.tool.kind)

    def signed(self, body: dict[str, Any], at: datetime | None = None) -> tuple[bytes, dict[str, str]]:
        """The very bytes of a delivery."""
        sent, at = json.dumps(body).encode(), (at or self.house.clock()).replace(microsecond=0)
        assert self.example.sign is not None
        return sent, self.example.sign(sent, at, NEW)

    async def post(self, delivery: tuple[bytes, dict[str, str]]) -> httpx.Response:
        sent, headers = delivery
        return await self._nobody.post(f"/hooks/default/{self.name}", content=sent, headers=headers)

    def listens(self) -> None:
        """From now on what the tool was made to do by its API is delivered here."""
        self.double.hears = delivered_to(self.house.app, self.example.tool.kind, self.house.clock)

    async def deliver(self, *bodies: dict[str, Any]) -> None:
        """One after the other, then everything that follows."""
        for body in bodies:
            answer = await self.post(self.signed(body))
            assert answer.status_code == 204, answer.text
        await self.house.settle()
        self.house.clock.forward(seconds=5)

    async def conversation(self, number: int) -> Conversation:
        async with self.house.application.database.read("default") as records:
            found = await records.conversations.find(str(number), self.name)
        assert found is not None
        return found

    async def turn(self, number: int) -> dict[str, Any]:
        program = await self.house.enter("integrator")
        at = f"/v1/conversations/{(await self.conversation(number)).id}/suggestions"
        found: dict[str, Any] = (await program.get(at)).raise_for_status().json()
        return found


async def with_tool(name: str, opened: Open, *, given: dict[str, Any] | None = None, **overrides: Any) -> ToolHouse:
    """By its name in `STORIES`: connected, its secret known, nothing said there yet. `given`: settings beside its own."""
    example, double = EXAMPLES[name], STORIES[name]()
    house = await opened(http=double.client(), **overrides)
    double.clock = house.clock
    account = example.account
    settings = account.settings | (given or {})
    made = {"id": account.id, "kind": account.kind, "url": account.url, "settings": settings, "token": account.token, "signing": NEW}
    (await (await house.enter("admin")).post("/v1/connections", json=made)).raise_for_status()
    return ToolHouse(house, example, double)
