"""Models in a process of their own: the same answers, and nobody waits for ever when that process dies."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from itertools import pairwise

import psutil
import pytest
import pytest_asyncio

from copilot.adapters.models import ModelsApart
from copilot.adapters.models.framed import Framed
from copilot.domain.errors import Invalid, Unavailable
from copilot.testing.provider import ScriptedProvider, answers, stalls
from copilot.testing.provider.plays import Play
from tests.adapters.models.questions import BUDGET, GOOD, QUICK, SHOWN, allowed, nothing_spent, question
from tests.patience import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def far() -> Iterator[ScriptedProvider]:
    """One provider for the module, as the process knows one address."""
    with ScriptedProvider() as scripted:
        yield scripted


def apart(provider: ScriptedProvider, *names: str, budget: int = BUDGET) -> ModelsApart:
    return ModelsApart(names or ("openai/scripted",), api_base=provider.base_url, spent=nothing_spent, budget=allowed(budget), limits=QUICK)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def models(far: ScriptedProvider) -> AsyncIterator[ModelsApart]:
    made = apart(far)
    await made.warm()
    yield made
    await made.close()


def speakers() -> list[psutil.Process]:
    living = [child for child in psutil.Process().children() if child.status() != psutil.STATUS_ZOMBIE]
    return [child for child in living if "spawn_main" in " ".join(child.cmdline())]


async def asked_again(provider: ScriptedProvider, before: int) -> None:
    async def more() -> bool:
        return len(provider.requests) > before

    await eventually(more, "the question at the provider")


async def test_the_answer_is_that_of_the_models_here(models: ModelsApart, far: ScriptedProvider) -> None:
    far.script(answers(GOOD))
    answer = await models.ask(question())
    assert answer.value == GOOD.model_copy(update={"acknowledgement": "Dear Maria, your refund is late."})
    assert answer.usage.calls == 1
    assert "Maria" not in far.requests[-1].text
    assert [message.model_dump() for message in answer.sent] == list(far.requests[-1].messages)


async def test_text_grows_and_its_last_is_the_whole(models: ModelsApart, far: ScriptedProvider) -> None:
    far.script(answers(GOOD, size=4, between_s=0.01))
    seen: list[str] = []

    async def show(text: str) -> None:
        seen.append(text)

    await models.ask(question(), show)
    assert seen[-1] == SHOWN
    assert len(seen) > 3
    assert all(later.startswith(earlier) for earlier, later in pairwise(seen))


async def test_several_questions_at_once_get_their_own_answers(models: ModelsApart, far: ScriptedProvider) -> None:
    far.script(*(answers(GOOD.model_copy(update={"next_step": f"Step {n}."}), between_s=0.01) for n in range(4)))
    got = await asyncio.gather(*(models.ask(question()) for _ in range(4)))
    assert sorted(answer.value.model_dump()["next_step"] for answer in got) == [f"Step {n}." for n in range(4)]


async def test_a_failure_says_here_what_it_was(models: ModelsApart, far: ScriptedProvider) -> None:
    far.script(Play(status=401, body='{"error": {"message": "wrong key"}}'))
    with pytest.raises(Unavailable, match="No model answered") as raised:
        await models.ask(question())
    assert raised.value.detail
    assert raised.value.retry_after is None


async def test_what_listening_raises_is_raised_here(models: ModelsApart, far: ScriptedProvider) -> None:
    async def show(_: str) -> None:
        raise RuntimeError("the page is gone")

    far.script(answers(GOOD, size=4))
    with pytest.raises(RuntimeError, match="the page is gone"):
        await models.ask(question(), show)


async def test_a_cancelled_question_hangs_up(models: ModelsApart, far: ScriptedProvider) -> None:
    far.script(stalls(GOOD))
    before = len(far.requests)
    asking = asyncio.create_task(models.ask(question()))
    await asked_again(far, before)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert await asyncio.to_thread(far.requests[-1].gone.wait, 20)


async def test_whoever_waits_is_told_when_the_process_dies_and_the_next_question_starts_it_again(
    models: ModelsApart, far: ScriptedProvider
) -> None:
    far.script(stalls(GOOD))
    before, dead = len(far.requests), speakers()
    assert dead
    asking = asyncio.create_task(models.ask(question()))
    await asked_again(far, before)
    for process in dead:
        process.send_signal(signal.SIGKILL)
    with pytest.raises(Unavailable, match="stopped"):
        await asking
    far.script(answers(GOOD))
    assert (await models.ask(question())).value
    assert {p.pid for p in speakers()}.isdisjoint(p.pid for p in dead)


async def test_answers_nobody_got_count_for_the_budget(far: ScriptedProvider) -> None:
    # Truncated, with a price that is known: it costs, and no suggestion says so.
    priced = apart(far, "openai/gpt-4o", budget=1)
    try:
        far.script(Play(("{",), ending="length", input_tokens=10_000, output_tokens=10))
        with pytest.raises(Unavailable, match="No model answered"):
            await priced.ask(question())
        asked = len(far.requests)
        with pytest.raises(Unavailable, match="budget is spent"):
            await priced.ask(question())
        assert len(far.requests) == asked
    finally:
        await priced.close()


async def test_closing_leaves_no_process(far: ScriptedProvider) -> None:
    before = {process.pid for process in speakers()}
    made = apart(far)
    await made.warm()
    mine = [process for process in speakers() if process.pid not in before]
    await made.close()
    assert mine
    assert {process.pid for process in speakers()} == before


async def test_without_a_name_there_is_nothing_to_ask() -> None:
    with pytest.raises(Invalid):
        ModelsApart([], spent=nothing_spent, budget=allowed(1))


async def test_a_value_longer_than_any_buffer_crosses_whole() -> None:
    import socket

    one, other = socket.socketpair()
    near, far_end = await Framed.over(one), await Framed.over(other)
    sending = asyncio.create_task(near.send({"text": "ü" * 2_000_000}))
    received = await anext(far_end.received())
    await sending
    near.close()
    assert received == {"text": "ü" * 2_000_000}
    assert [value async for value in far_end.received()] == []
    far_end.close()
