"""Tokens and signing secrets are seen by nobody: not in what a tool's failures say, nor in their tracebacks, nor in logs."""

import logging
import re
import traceback
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from fastapi import Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from structlog.testing import capture_logs

from copilot.channels import channels
from copilot.channels.email import Email
from copilot.domain.channels import Account
from copilot.domain.errors import CopilotError
from copilot.domain.ports.channels import Channel
from tests.channels.doubles.base import Double, status
from tests.channels.doubles.mail import MailDouble, letter
from tests.channels.mailboxes import box, only
from tests.channels.tools import EXAMPLES, NEW, OLD, Example, wanted

HIDDEN = (NEW.removeprefix("whsec_"), OLD.removeprefix("whsec_"), "tok-connection", "tok-agent-7", "pw-mailbox", "pw:lea", "pw-wrong")


def echo(request: Request) -> Response:
    """A tool that says what it was given, as some do."""
    return JSONResponse({"ok": False, "error": request.headers.get("authorization", ""), "message": str(request.headers)}, 422)


def said_well(request: Request) -> Response:
    return JSONResponse({"ok": False, "error": f"{request.headers.get('authorization')}", "id": [], "payload": {}})


FAILURES: tuple[Callable[[Request], Response | None], ...] = (
    *(status(code) for code in (400, 401, 403, 404, 409)),
    status(429, retry_after="1"),
    echo,
    said_well,
    lambda _: RedirectResponse("https://evil.example.com/api", 307),
)
"""Those that are not asked again: this takes no time. What is said of the others holds the status alone."""


@pytest.fixture(params=[name for name, one in EXAMPLES.items() if one.double is not None])
def example(request: pytest.FixtureRequest) -> Example:
    return EXAMPLES[request.param]


async def told(work: Callable[[], Awaitable[object]]) -> str:
    """What somebody reads who looks into the failure, if there was one."""
    try:
        return repr(await work())
    except CopilotError as error:
        return "\n".join([str(error), repr(error), error.detail, error.todo, *traceback.format_exception(error)])


async def polled(channel: Channel, account: Account) -> object:
    return await channel.since(account, (await channel.since(account, "")).cursor)


def calls(channel: Channel, example: Example) -> list[Callable[[], Awaitable[object]]]:
    account = example.account
    return [
        lambda: example.write(channel, account, "A note.", "17"),
        lambda: channel.write(account, "17", wanted("reply", "Dear Marta", "7")),
        lambda: channel.written(account, "17", wanted("note", "A note.")),
        lambda: channel.thread(account, "17"),
        lambda: polled(channel, account),
        lambda: channel.check(account),
        lambda: channel.install(account, {"webhook": "https://here.example.com/hooks/a/b", "panel": "https://here.example.com/panel"}),
    ]


async def test_no_failure_of_a_tool_shows_a_secret(example: Example, caplog: pytest.LogCaptureFixture) -> None:
    assert example.double is not None
    caplog.set_level(logging.DEBUG)
    found: list[str] = []
    with capture_logs() as logged:
        for fail in FAILURES:
            double: Double = example.double()
            double.open(17)
            double.fail = fail
            async with double.client() as http:
                found += [await told(work) for work in calls(channels(http)[example.tool.kind], example)]
            assert any(secret in str(double.asked) for secret in HIDDEN), "it was called with its token"
    _nothing(found, logged, caplog)
    assert sum("Error" in one or "Traceback" in one for one in found) > len(FAILURES)


@pytest.mark.parametrize("name", [name for name, one in EXAMPLES.items() if one.sign is not None])
async def test_no_refused_delivery_shows_a_secret(name: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    one = EXAMPLES[name]
    good = one.webhook(one.said("5001", "x"))
    odd: dict[str, Any] = {"body": [good.body + b" ", b"", b"[]"], "headers": [{}, dict.fromkeys(good.headers, "x")]}
    found = [repr(one.account), str(one.account)]
    with capture_logs() as logged:
        for field, values in odd.items():
            for value in values:
                try:
                    channels(httpx.AsyncClient())[name].read(one.account, good.model_copy(update={field: value}))
                except CopilotError as error:
                    found += [str(error), error.todo, *traceback.format_exception(error)]
    _nothing(found, logged, caplog)
    assert len(found) > len(odd)


async def test_no_failure_of_a_mail_server_shows_a_password(server: MailDouble, tool: Email, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    known = await only(tool, server, letter("Hi"))
    wrong = box(server).model_copy(update={"token": "pw-wrong", "agents": {"7": "lea@ternway.example:pw-wrong"}})
    found = []
    with capture_logs() as logged:
        for account in (wrong, box(server).model_copy(update={"agents": wrong.agents}), box(server, smtp="smtp://127.0.0.1:9")):
            found += [
                await told(lambda account=account: tool.check(account)),  # type: ignore[misc]
                await told(lambda account=account: tool.thread(account, known.conversation_id)),  # type: ignore[misc]
                await told(lambda account=account: tool.write(account, known.conversation_id, wanted("reply", "x", "7"))),  # type: ignore[misc]
            ]
        server.drop = lambda command: command == "APPEND"
        found.append(await told(lambda: tool.write(box(server), known.conversation_id, wanted("reply", "x", "7"))))
    _nothing(found, logged, caplog)
    assert server.taken, "and one was sent, of which no copy could be kept"
    assert logged


def _nothing(found: list[str], logged: object, caplog: pytest.LogCaptureFixture) -> None:
    for text in (*found, str(logged), caplog.text):
        assert not re.search("|".join(map(re.escape, HIDDEN)), text), text
