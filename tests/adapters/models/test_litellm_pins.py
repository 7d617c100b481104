"""What the adapter relies on inside LiteLLM, pinned: these fail when a release changes it."""

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import respx

from copilot.adapters.models import LiteLLMModels
from copilot.adapters.privacy import PresidioPrivacy
from copilot.domain.errors import Unavailable
from copilot.testing.provider import ScriptedProvider, answers, unfinished, wire
from copilot.testing.provider.plays import Play
from tests.adapters.models.conftest import Make
from tests.adapters.models.questions import GOOD, QUICK, NoPatterns, Reply, allowed, nothing_spent, question

BASE = "https://provider.example/v1"


def _parameters(provider: ScriptedProvider) -> dict[str, Any]:
    message = {"role": "user", "content": "Hello"}
    return {"model": "openai/scripted", "messages": [message], "api_base": provider.base_url, "api_key": "none", "stream": True}


async def _read(litellm: Any, provider: ScriptedProvider) -> tuple[Any, Any]:
    stream = await litellm.acompletion(**_parameters(provider), max_retries=0, **{"no-log": True})
    chunks = [chunk async for chunk in stream]
    return stream, chunks[-1].choices[0].finish_reason


async def test_a_stream_without_an_end_is_called_finished_and_only_one_attribute_tells_the_truth(
    litellm: Any, provider: ScriptedProvider, make: Make
) -> None:
    await make().warm()  # its fixture closes the connections
    provider.script(unfinished("Hel"), answers("Hello"))
    cut, reported = await _read(litellm, provider)
    assert (reported, cut.received_finish_reason) == ("stop", None)
    whole, reported = await _read(litellm, provider)
    assert (reported, whole.received_finish_reason) == ("stop", "stop")


async def test_the_timeout_parameter_does_not_bound_a_slow_stream(litellm: Any, provider: ScriptedProvider, make: Make) -> None:
    await make().warm()
    provider.script(answers("x" * 10, size=1, between_s=0.05))
    stream = await litellm.acompletion(**_parameters(provider), timeout=0.2, max_retries=0, **{"no-log": True})
    text = "".join([chunk.choices[0].delta.content or "" async for chunk in stream])
    assert text == "x" * 10  # 0.45 s: why our own deadlines exist


@pytest.fixture
def without_aiohttp(litellm: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[respx.MockRouter]:
    """LiteLLM over httpx, where respx sees it."""
    monkeypatch.setattr(litellm, "disable_aiohttp_transport", True)
    monkeypatch.setenv("OPENAI_API_KEY", "test")
    litellm.in_memory_llm_clients_cache.flush_cache()
    with respx.mock(assert_all_called=False) as router:
        yield router
    litellm.in_memory_llm_clients_cache.flush_cache()


def _stream(text: str) -> httpx.Response:
    play = Play((text,))
    body = [wire.opening(1, "m"), *wire.pieces(1, "m", play), *wire.closing(1, "m", play, wire.usage(play, ""))]
    return httpx.Response(200, content=b"".join(body), headers={"content-type": "text/event-stream"})


async def test_over_httpx_a_refusal_is_retried_with_the_same_request(without_aiohttp: respx.MockRouter) -> None:
    route = without_aiohttp.post(f"{BASE}/chat/completions").mock(
        side_effect=[httpx.Response(503), httpx.ConnectError("no route"), _stream(GOOD.model_dump_json())]
    )
    models = _over_httpx()
    assert isinstance((await models.ask(question())).value, Reply)
    assert route.call_count == 3
    assert len({call.request.content for call in route.calls}) == 1
    await models.close()


async def test_over_httpx_a_date_in_retry_after_is_understood(without_aiohttp: respx.MockRouter) -> None:
    without_aiohttp.post(f"{BASE}/chat/completions").mock(
        return_value=httpx.Response(429, headers={"retry-after": "Wed, 21 Oct 2065 07:28:00 GMT"}, json={"error": {"message": "no"}})
    )
    models = _over_httpx()
    with pytest.raises(Unavailable) as caught:
        await models.ask(question())
    assert caught.value.retry_after is not None
    assert caught.value.retry_after > 3600
    await models.close()


def _over_httpx() -> LiteLLMModels:
    return LiteLLMModels(
        ["openai/scripted"],
        api_base=BASE,
        privacy=PresidioPrivacy(NoPatterns()),
        spent=nothing_spent,
        budget=allowed(1),
        limits=QUICK,
    )


async def test_questions_asked_together_do_not_disturb_each_other(provider: ScriptedProvider, make: Make) -> None:
    provider.script(*[answers(GOOD)] * 8)
    models = make()
    together = await asyncio.gather(*(models.ask(question()) for _ in range(8)))
    assert {answer.value for answer in together} == {together[0].value}
