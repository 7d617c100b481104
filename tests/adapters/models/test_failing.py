"""A provider that is late, cut, overloaded or down; and what is made of it."""

import asyncio
from datetime import datetime, timedelta

import pytest

from copilot.domain.base import now
from copilot.domain.errors import Unavailable
from copilot.testing.provider import Play, ScriptedProvider, answers, breaks_off, fails, garbles, refuses, stalls, too_long, unfinished
from tests.adapters.models.conftest import Make
from tests.adapters.models.questions import GOOD, QUICK, Reply, question

BEGINNING = '{"acknowledgement": "Dear'
ONCE = QUICK.model_copy(update={"attempts": 1})


async def gone(provider: ScriptedProvider) -> bool:
    """Did the client close the connection of the last request?"""
    return await asyncio.to_thread(provider.requests[-1].gone.wait, 10)


async def test_a_model_that_does_not_begin_is_given_up_and_its_connection_closed(provider: ScriptedProvider, make: Make) -> None:
    provider.script(stalls())
    with pytest.raises(Unavailable, match=r"did not begin to answer within 0\.2 s"):
        await make(limits=QUICK.model_copy(update={"first_token_s": 0.2})).ask(question())
    assert len(provider.requests) == 1
    assert await gone(provider)


async def test_a_model_that_stops_in_the_middle_is_given_up(provider: ScriptedProvider, make: Make) -> None:
    provider.script(stalls(BEGINNING))
    with pytest.raises(Unavailable, match="in the middle of its answer"):
        await make(limits=QUICK.model_copy(update={"between_chunks_s": 0.2})).ask(question())
    assert await gone(provider)


async def test_a_stream_that_drips_ends_at_the_total_deadline(provider: ScriptedProvider, make: Make) -> None:
    provider.script(answers("x" * 1000, size=1, between_s=0.02))
    with pytest.raises(Unavailable, match=r"No model answered within 0\.4 s"):
        await make(limits=QUICK.model_copy(update={"total_s": 0.4})).ask(question())
    assert await gone(provider)


@pytest.mark.parametrize(
    ("play", "reason"),
    [
        (unfinished(GOOD), "cut off by the provider"),
        (breaks_off(BEGINNING), "connection to the provider failed"),
        (too_long(GOOD), "longer than allowed"),
        (Play((GOOD.model_dump_json(),), ending="content_filter"), "content_filter"),
        (garbles(), "connection to the provider failed"),
        (fails(), "the provider failed"),
        (refuses(401), "does not accept the API key"),
        (refuses(404), "does not know the model"),
        (refuses(400), "refuses the question"),
        (refuses(429), "takes no more questions"),
        (refuses(429, message="You exceeded your current quota, please check your plan."), "no credit"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_every_failure_is_unavailable_with_a_plain_reason(provider: ScriptedProvider, make: Make, play: Play, reason: str) -> None:
    """Complete JSON does not help: what came without a proper end is not an answer."""
    provider.script(play)
    with pytest.raises(Unavailable, match=reason):
        await make(limits=ONCE).ask(question())
    # The vendors' clients retried nothing behind our back.
    assert len(provider.requests) == 1


@pytest.mark.parametrize("play", [fails(500), fails(503), refuses(429), breaks_off(BEGINNING), unfinished(BEGINNING)])
async def test_what_may_pass_is_tried_again_as_often_as_allowed(provider: ScriptedProvider, make: Make, play: Play) -> None:
    provider.script(play, play, answers(GOOD))
    assert isinstance((await make().ask(question())).value, Reply)
    provider.script(play, play, play, answers(GOOD))
    with pytest.raises(Unavailable):
        await make().ask(question())
    assert len(provider.requests) == 6


@pytest.mark.parametrize("play", [refuses(401), refuses(400), too_long(BEGINNING), refuses(429, retry_after=60)])
async def test_what_will_not_pass_goes_to_the_next_model_at_once(provider: ScriptedProvider, make: Make, play: Play) -> None:
    provider.script(play, answers(GOOD))
    answer = await make("openai/first", "openai/second").ask(question())
    assert answer.model == "openai/second"
    assert [request.model for request in provider.requests] == ["first", "second"]


async def test_retry_after_is_kept(provider: ScriptedProvider, make: Make) -> None:
    provider.script(refuses(429, retry_after=0.3), answers(GOOD))
    await make().ask(question())
    first, second = provider.requests
    assert second.at - first.at >= 0.3


async def test_a_long_retry_after_is_passed_on(provider: ScriptedProvider, make: Make) -> None:
    provider.script(refuses(429, retry_after=60))
    with pytest.raises(Unavailable) as caught:
        await make().ask(question())
    assert caught.value.retry_after == 60


async def test_a_retried_text_starts_again_from_its_beginning(provider: ScriptedProvider, make: Make) -> None:
    provider.script(breaks_off('{"acknowledgement": "Something else entirely"'), answers(GOOD))
    seen: list[str] = []

    async def show(text: str) -> None:
        seen.append(text)

    await make().ask(question(), show)
    assert seen[0].startswith("Som")
    assert seen[-1].startswith("Dear Maria")


async def test_a_model_that_keeps_failing_is_left_alone_and_then_tried_once(provider: ScriptedProvider, make: Make) -> None:
    moment = now()
    limits = QUICK.model_copy(update={"attempts": 1, "breaker_failures": 2, "breaker_pause_s": 30.0})

    def clock() -> datetime:
        return moment

    models = make("openai/first", "openai/second", limits=limits, clock=clock)
    for _ in range(3):
        if len(provider.requests) < 4:
            provider.script(fails())
        provider.script(answers(GOOD))
        await models.ask(question())
    assert [request.model for request in provider.requests] == ["first", "second", "first", "second", "second"]
    moment += timedelta(seconds=31)
    provider.script(answers(GOOD))
    assert (await models.ask(question())).model == "openai/first"


async def test_when_all_are_left_alone_the_caller_learns_for_how_long(provider: ScriptedProvider, make: Make) -> None:
    moment = now()
    models = make(limits=QUICK.model_copy(update={"attempts": 1, "breaker_failures": 1, "breaker_pause_s": 30.0}), clock=lambda: moment)
    provider.script(fails())
    for _ in range(2):
        with pytest.raises(Unavailable) as caught:
            await models.ask(question())
    assert caught.value.retry_after == 30
    assert len(provider.requests) == 1


async def test_a_cancelled_question_closes_its_connection_and_blames_nobody(provider: ScriptedProvider, make: Make) -> None:
    models = make(limits=QUICK.model_copy(update={"breaker_failures": 1}))
    provider.script(stalls(BEGINNING), answers(GOOD))
    begun = asyncio.Event()

    async def show(_: str) -> None:
        begun.set()

    asking = asyncio.create_task(models.ask(question(), show))
    await begun.wait()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert await gone(provider)
    assert isinstance((await models.ask(question())).value, Reply)


async def test_what_the_listener_raises_is_raised_and_blames_nobody(provider: ScriptedProvider, make: Make) -> None:
    models = make(limits=QUICK.model_copy(update={"breaker_failures": 1}))
    provider.script(answers(GOOD), answers(GOOD))

    async def leave(_: str) -> None:
        raise ConnectionResetError("the browser has gone")

    with pytest.raises(ConnectionResetError, match="browser"):
        await models.ask(question(), leave)
    assert len(provider.requests) == 1
    assert isinstance((await models.ask(question())).value, Reply)


async def test_no_reason_repeats_what_the_provider_wrote(provider: ScriptedProvider, make: Make) -> None:
    provider.script(Play(status=400, body='{"error": {"message": "your prompt was: Maria Schmidt", "code": "x"}}'))
    with pytest.raises(Unavailable) as caught:
        await make().ask(question())
    assert "Maria" not in str(caught.value)


async def test_attempts_that_failed_are_counted_as_calls(provider: ScriptedProvider, make: Make) -> None:
    provider.script(fails(), breaks_off(BEGINNING), answers(GOOD))
    assert (await make().ask(question())).usage.calls == 3


def test_a_fallback_of_another_provider_is_not_sent_to_the_first_one_s_address(provider: ScriptedProvider, make: Make) -> None:
    models = make("openai/one", "openai/two", "mistral/three")
    assert [models._base(name) for name in ("openai/two", "mistral/three")] == [provider.base_url, None]
