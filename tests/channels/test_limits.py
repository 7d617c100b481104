"""A tool's limits are kept before it refuses, and a tool that fails is left alone – by a clock that tests move."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from copilot.channels import CATALOGUE
from copilot.channels.base import Tool
from copilot.channels.calling import LARGEST, Calls
from copilot.channels.chatwoot import Chatwoot
from copilot.channels.limits import FAILURES, PAUSE, Limit, Pacing
from copilot.domain.channels import Unsure
from copilot.domain.errors import Invalid, NotFound, Unavailable
from tests.channels.doubles.base import status
from tests.channels.doubles.chatwoot import ChatwootDouble
from tests.channels.tools import EXAMPLES, account


class Clock:
    """Moved by hand; what waits moves it, too."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
        self.waited: list[float] = []

    def __call__(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.now += timedelta(seconds=seconds)

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


class Server:
    """Answers as told, and counts."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answer = httpx.Response(200, json={})

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.MockTransport(self._answer))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(f"{request.method} {request.url.path}")
        return httpx.Response(self.answer.status_code, json={}, headers=self.answer.headers)


def calls(clock: Clock, server: Server, *limits: Limit, pacing: Pacing | None = None, ident: str = "chatwoot-1") -> Calls:
    connection = account("chatwoot").model_copy(update={"id": ident})
    line = (pacing or Pacing(clock, clock.sleep)).line(connection, "Chatwoot", limits)
    return Calls(server.client(), "https://tool.example.com", {}, "Chatwoot", line)


async def test_a_call_too_many_waits_or_comes_again(clock: Clock) -> None:
    server = Server()
    line = calls(clock, server, Limit(calls=2, seconds=60))
    await line.get("/a")
    clock.forward(20)
    await line.get("/b")
    with pytest.raises(Unavailable) as told:
        await line.get("/c")
    assert told.value.retry_after == pytest.approx(40, abs=0.1)
    assert len(server.asked) == 2
    clock.forward(39)
    await line.get("/c")
    assert len(clock.waited) == 1
    assert clock.waited[0] == pytest.approx(1, abs=0.1)
    assert len(server.asked) == 3


async def test_one_a_second_is_waited_for(clock: Clock) -> None:
    server, began = Server(), clock.now
    line = calls(clock, server, Limit(calls=1, seconds=1, writes=True))
    for _ in range(4):
        await line.post("/chat.postMessage", {})
        await line.get("/conversations.replies")
    assert clock.now - began >= timedelta(seconds=3)
    assert len(server.asked) == 8


async def test_each_path_has_a_count_of_its_own_and_all_together_have_one(clock: Clock) -> None:
    server = Server()
    line = calls(clock, server, Limit(calls=1, seconds=60, path="/messages$", writes=True, each=True), Limit(calls=3, seconds=60))
    await line.post("/conversations/1/messages", {})
    await line.post("/conversations/2/messages", {})
    with pytest.raises(Unavailable):
        await line.post("/conversations/1/messages", {})
    await line.get("/conversations/1/messages")  # what was refused did not count for the whole
    with pytest.raises(Unavailable):
        await line.get("/conversations/3")
    assert len(server.asked) == 3


async def test_connections_do_not_share_a_count(clock: Clock) -> None:
    server, pacing = Server(), Pacing(clock, clock.sleep)
    for ident in ("eu", "us"):
        await calls(clock, server, Limit(calls=1, seconds=60), pacing=pacing, ident=ident).get("/a")
    with pytest.raises(Unavailable):
        await calls(clock, server, Limit(calls=1, seconds=60), pacing=pacing, ident="eu").get("/a")


async def test_counts_that_are_empty_are_let_go_of(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("copilot.channels.limits.MANY", 10)
    pacing = Pacing(clock, clock.sleep)
    limit = Limit(calls=1, seconds=60, each=True)
    line = pacing.line(account("chatwoot"), "Chatwoot", (limit,))
    for number in range(100):
        await line.turn("GET", f"/{number}")
        clock.forward(10)
    assert len(line._buckets) <= 10


async def test_a_tool_that_asked_for_patience_is_asked_nothing_until_then(clock: Clock) -> None:
    server = Server()
    line = calls(clock, server)
    server.answer = httpx.Response(429, headers={"Retry-After": "30"})
    with pytest.raises(Unavailable):
        await line.post("/note", {})
    server.answer = httpx.Response(200, json={})
    clock.forward(29)
    with pytest.raises(Unavailable) as told:
        await line.get("/other")
    assert told.value.retry_after == pytest.approx(1)
    assert len(server.asked) == 1
    clock.forward(1)
    await line.get("/other")
    assert len(server.asked) == 2


@pytest.mark.parametrize("told", ["1e300", "inf", "nan", "99999999999", "Fri, 31 Dec 9999 23:59:59 GMT", "-5", "soon"])
async def test_a_tool_cannot_ask_for_more_than_an_hour(clock: Clock, told: str) -> None:
    server = Server()
    server.answer = httpx.Response(429, headers={"Retry-After": told})
    with pytest.raises(Unavailable) as error:
        await calls(clock, server).post("/note", {})
    assert error.value.retry_after is not None
    assert 0 <= error.value.retry_after <= 3600


async def test_a_tool_that_fails_is_left_alone_and_then_tried_once(clock: Clock) -> None:
    server = Server()
    server.answer = httpx.Response(500)
    line = calls(clock, server)
    for _ in range(FAILURES):
        with pytest.raises(Unsure):
            await line.post("/note", {})
    with pytest.raises(Unavailable) as told:
        await line.post("/note", {})
    assert not isinstance(told.value, Unsure)
    assert told.value.retry_after == PAUSE
    assert len(server.asked) == FAILURES
    clock.forward(PAUSE)
    with pytest.raises(Unsure):
        await line.post("/note", {})
    with pytest.raises(Unavailable):
        await line.post("/note", {})
    assert len(server.asked) == FAILURES + 1
    clock.forward(PAUSE)
    server.answer = httpx.Response(200, json={})
    await line.post("/note", {})
    await line.post("/note", {})
    assert len(server.asked) == FAILURES + 3


async def test_while_one_call_tries_it_no_other_does(clock: Clock) -> None:
    line = Pacing(clock, clock.sleep).line(account("chatwoot"), "Chatwoot", ())
    for _ in range(FAILURES):
        with pytest.raises(Unavailable), line.call():
            raise Unavailable("down")
    clock.forward(PAUSE)
    with line.call(), pytest.raises(Unavailable), line.call():
        pass
    with line.call():
        pass


async def test_a_call_that_was_cancelled_holds_nobody_up(clock: Clock) -> None:
    line = Pacing(clock, clock.sleep).line(account("chatwoot"), "Chatwoot", ())
    for _ in range(FAILURES):
        with pytest.raises(Unavailable), line.call():
            raise Unavailable("down")
    clock.forward(PAUSE)
    with pytest.raises(asyncio.CancelledError), line.call():
        raise asyncio.CancelledError
    with line.call():
        pass


async def test_what_a_tool_refuses_is_no_failure(clock: Clock) -> None:
    server = Server()
    server.answer = httpx.Response(404)
    line = calls(clock, server)
    for _ in range(FAILURES + 2):
        with pytest.raises(NotFound):
            await line.get("/conversations/4711")
    assert len(server.asked) == FAILURES + 2


async def test_a_chatwoot_conversation_takes_200_messages_a_minute(clock: Clock) -> None:
    double = ChatwootDouble()
    double.open(17)
    double.open(18)
    async with double.client() as http:
        tool = Chatwoot(http, Pacing(clock, clock.sleep))
        for _ in range(200):
            await tool.note(EXAMPLES["chatwoot"].account, "17", "A note.")
        with pytest.raises(Unavailable) as told:
            await tool.note(EXAMPLES["chatwoot"].account, "17", "One too many.")
        await tool.note(EXAMPLES["chatwoot"].account, "18", "Another conversation.")
    assert told.value.retry_after == pytest.approx(60, abs=0.1)
    assert len(double.messages[17]) == 200


@pytest.mark.parametrize("tool", [tool for tool in CATALOGUE if tool.limits], ids=lambda tool: tool.kind)
async def test_no_limit_of_a_tool_is_passed(tool: type[Tool], clock: Clock) -> None:
    """As many notes at once as we can: the tool counts, over any of its spans, no more than it allows."""
    example = EXAMPLES[tool.kind]
    if example.double is None or "note" not in tool.can:
        pytest.skip("It is not called.")
    double, written = example.double(), []
    double.open(17)
    async with double.client() as http:
        channel = tool(http, Pacing(clock, clock.sleep))
        for _ in range(250):
            try:
                await channel.note(example.account, "17", "A note.")
                written.append(clock.now)
            except Unavailable as error:
                clock.forward(error.retry_after or 0)
    assert written
    for limit in tool.limits:
        if limit.counts("POST", double.asked[-1].path.removeprefix("/api/v2")):
            for at in written:
                inside = [one for one in written if at <= one < at + timedelta(seconds=limit.seconds)]
                assert len(inside) <= limit.calls


async def test_a_tool_that_is_down_is_not_run_against(clock: Clock) -> None:
    double = ChatwootDouble()
    double.open(17)
    double.fail = status(500)
    async with double.client() as http:
        tool = Chatwoot(http, Pacing(clock, clock.sleep))
        for _ in range(20):
            with pytest.raises(Unavailable):
                await tool.note(EXAMPLES["chatwoot"].account, "17", "A note.")
    assert double.writes == FAILURES


async def test_what_refuses_in_between_answers(clock: Clock) -> None:
    """Five failures are five in a row."""
    server = Server()
    line = calls(clock, server)
    for _ in range(5):
        server.answer = httpx.Response(500)
        with pytest.raises(Unsure):
            await line.post("/a", {})
        server.answer = httpx.Response(404)
        with pytest.raises(NotFound):
            await line.post("/a", {})
    server.answer = httpx.Response(200)
    await line.post("/a", {})


async def test_a_write_that_is_answered_503_without_a_word_may_have_been_done(clock: Clock) -> None:
    server = Server()
    server.answer = httpx.Response(503)
    with pytest.raises(Unsure):
        await calls(clock, server).post("/a", {})
    server.answer = httpx.Response(503, headers={"Retry-After": "7"})
    with pytest.raises(Unavailable) as told:
        await calls(clock, server).post("/a", {})
    assert (told.value.retry_after, isinstance(told.value, Unsure)) == (7, False)


async def test_of_an_answer_without_end_no_more_is_read_than_is_wanted(clock: Clock) -> None:
    sent = 0

    class Endless(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            nonlocal sent
            while True:
                sent += 1_000_000
                yield b"x" * 1_000_000

    http = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(200, stream=Endless())))
    line = Pacing(clock, clock.sleep).line(account("chatwoot"), "Chatwoot", ())
    api = Calls(http, "https://tool.example.com", {}, "Chatwoot", line)
    with pytest.raises(Invalid, match="more than"):
        await api.get("/a")
    with pytest.raises(Unsure):
        await api.post("/a", {})
    assert sent < 3 * LARGEST
    before = sent
    await api.told("https://listener.example.com", b"{}")
    assert sent == before, "what a listener says is not read"


async def test_a_token_that_no_header_can_hold_is_named_and_not_the_address(clock: Clock) -> None:
    line = Pacing(clock, clock.sleep).line(account("chatwoot"), "Chatwoot", ())
    api = Calls(httpx.AsyncClient(), "https://tool.example.com", {"token": "tok’en"}, "Chatwoot", line)
    with pytest.raises(Invalid, match="The token holds"):
        await api.get("/a")
