"""How many streams a key may hold open."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from fastapi import Depends, FastAPI, Request
from fastapi.responses import StreamingResponse
from starlette.middleware.base import RequestResponseEndpoint
from starlette.responses import Response

from copilot.api.open_streams import LIMITED, OpenStreams, TooMany, one_more
from copilot.api.problems import answer_with_problems
from copilot.api.roles import OWNER
from copilot.domain.staff import Caller
from copilot.settings import Settings
from tests.api.streaming import stream


def app_of(most: int, breaks: bool = False) -> FastAPI:
    """One route that streams until its client goes; the key is the caller's id."""
    app = FastAPI()
    app.state.open_streams = OpenStreams(most)
    answer_with_problems(app)

    @app.middleware("http")
    async def caller(request: Request, call_next: RequestResponseEndpoint) -> Response:
        request.state.caller = Caller(tenant_id="default", role="agent", key_id=request.headers["authorization"].split()[1])
        return await call_next(request)

    async def events() -> AsyncIterator[bytes]:
        yield b"event: ready\ndata: {}\n\n"
        if breaks:
            raise ConnectionError("the database went away")
        await asyncio.Event().wait()

    @app.get("/v1/stream", dependencies=[Depends(one_more)], responses=LIMITED)
    async def listen() -> StreamingResponse:
        return StreamingResponse(events(), media_type="text/event-stream")

    return app


async def test_one_more_than_allowed_is_told_what_to_do_and_others_are_let_in() -> None:
    app = app_of(2)
    async with stream(app, "a") as first, stream(app, "a") as second:
        assert [(await one.next()).type for one in (first, second)] == ["ready", "ready"]
        async with stream(app, "a") as third:
            assert third.status == 429
            await third.ended.wait()
            problem = third.problem()
        assert third.headers["content-type"] == "application/problem+json"
        assert problem["type"] == "urn:rapport:problem:too-many"
        assert "Close one" in problem["todo"]
        async with stream(app, "b") as other:
            assert other.status == 200


async def test_a_stream_that_ended_makes_room() -> None:
    app = app_of(1)
    for _ in range(3):
        async with stream(app, "a") as one:
            assert (await one.next()).type == "ready"
        await one.ended.wait()


async def test_a_stream_that_broke_makes_room() -> None:
    app = app_of(1, breaks=True)

    async def broken() -> None:
        async with stream(app, "a") as one:
            assert one.status == 200
            await one.ended.wait()

    for _ in range(2):
        with pytest.raises((ConnectionError, ExceptionGroup)):
            await broken()


def test_counting() -> None:
    streams = OpenStreams(1)
    streams.enter("a")
    with pytest.raises(TooMany):
        streams.enter("a")
    streams.enter("b")
    streams.leave("a")
    streams.enter("a")
    for _ in range(50):
        streams.enter(OWNER)


def test_the_limit_is_generous_and_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings().streams_per_key == 20
    monkeypatch.setenv("COPILOT_STREAMS_PER_KEY", "500")
    assert Settings().streams_per_key == 500
