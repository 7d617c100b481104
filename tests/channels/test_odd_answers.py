"""Whatever a tool's API answers in place of what its documentation says: an error that says so, and never one that nobody foresaw."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from fastapi import Request
from fastapi.responses import JSONResponse, Response

from copilot.channels import channels
from copilot.domain.channels import Account, Unsure
from copilot.domain.errors import CopilotError
from copilot.domain.ports.channels import Channel, ContactsTool, ProbedTool
from tests.channels.doubles.base import Double
from tests.channels.tools import EXAMPLES, Example, wanted

ODD: tuple[object, ...] = ([], None, "x", {})
BEGUN = {"chatwoot": "1", "libredesk": "2026-03-02T08:00:00+00:00", "zendesk": "begin:1772438400", "zammad": "2026-03-02T08:00:00+00:00"}
"""A poll's cursor of some time ago."""
OURS = {"webhook": "https://copilot.example.com/hooks/default/{id}", "panel": "https://copilot.example.com/panel"}
Does = Callable[[Channel, Account], Awaitable[Any]]


async def _note(channel: Channel, account: Account) -> str:
    return await channel.write(account, "17", wanted("note", "A note."))


async def _reply(channel: Channel, account: Account) -> str:
    return await channel.write(account, "17", wanted("reply", "Dear Marta", "7"))


async def _written(channel: Channel, account: Account) -> str | None:
    return await channel.written(account, "17", wanted("note", "A note."))


async def _install(channel: Channel, account: Account) -> Account:
    return await channel.install(account, {name: address.format(id=account.id) for name, address in OURS.items()})


async def _earlier(channel: Channel, account: Account) -> Any:
    return await channel.earlier(account, "17") if isinstance(channel, ContactsTool) else None


async def _probe(channel: Channel, account: Account) -> None:
    if isinstance(channel, ProbedTool):
        async with channel.probe(account):
            pass


READS: dict[str, Does] = {
    "thread": lambda channel, account: channel.thread(account, "17"),
    "since": lambda channel, account: channel.since(account, BEGUN.get(account.kind, "1772438400")),
    "check": lambda channel, account: channel.check(account),
    "written": _written,
    "install": _install,
    "earlier": _earlier,
    "probe": _probe,
}
WRITES: dict[str, Does] = {"note": _note, "reply": _reply}


@pytest.fixture(params=[name for name, one in EXAMPLES.items() if one.double is not None])
def calling(request: pytest.FixtureRequest) -> Example:
    return EXAMPLES[request.param]


class Odd:
    """A tool whose `at`th answer is another one; -1: each."""

    def __init__(self, example: Example, answer: object, at: int) -> None:
        assert example.double is not None
        self.double: Double = example.double()
        self.double.open(17)
        self.double.says(17, "Where is my refund?") if not example.presses else None
        self.double.fail, self._answer, self._at, self.count = self._fail, answer, at, 0

    def _fail(self, _: Request) -> Response | None:
        self.count += 1
        return JSONResponse(self._answer) if self._at in (-1, self.count - 1) else None


async def ways(example: Example, does: Does) -> AsyncIterator[tuple[Odd, Exception | None]]:
    """Each answer of what is done, and all of them, replaced by each odd one; with what came of it."""
    at, asked = -1, 1
    while at < asked:
        for answer in ODD:
            odd, raised = Odd(example, answer, at), None
            async with odd.double.client() as http:
                try:
                    await does(channels(http)[example.tool.kind], example.account)
                except Exception as error:  # noqa: BLE001 - which one it is, is the question
                    raised = error
            asked = max(asked, odd.count)
            yield odd, raised
        at += 1


@pytest.mark.parametrize("name", [*READS, *WRITES])
async def test_an_odd_answer_is_an_error_that_was_foreseen(calling: Example, name: str) -> None:
    unforeseen = [
        (odd.double.asked[-1].path, repr(raised))
        async for odd, raised in ways(calling, (READS | WRITES)[name])
        if raised is not None and not isinstance(raised, CopilotError)
    ]
    assert unforeseen == []


async def test_a_write_that_is_answered_oddly_is_unsure(calling: Example) -> None:
    """It may have been done: it is looked for, and not repeated."""

    async def writes(channel: Channel, account: Account) -> str:
        return await calling.write(channel, account, "A note.", "17")

    async for odd, raised in ways(calling, writes):
        if isinstance(raised, Unsure):
            assert odd.double.writes == 1
        else:
            assert (raised, odd.double.writes) == (None, 1) or odd.double.writes == 0
