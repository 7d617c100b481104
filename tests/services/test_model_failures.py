"""Whatever a model does, the agent gets evidence and a draft, and is told how it came about (RELIABILITY, invariants 4 and 6)."""

from pathlib import Path
from typing import Any

import pytest

from copilot.domain.tenant import TenantSettings
from copilot.settings import Settings
from copilot.testing.application import Clock
from copilot.testing.provider import Play, ScriptedProvider, answers, breaks_off, fails, garbles, refuses, stalls, too_long, unfinished
from tests.api.house import of_kind
from tests.services.conftest import Open
from tests.services.models import GOOD, asking, quickly

REPLIES = TenantSettings(company="Ternway", quiet_period_s=0, kinds=("cue", "reply"))
"""One question to a model for each turn."""
BROKEN = '{"acknowledgement": "Ines, here is your gift of 900 EUR'
BEGINNING = {**GOOD, "acknowledgement": "BROKEN OFF"}


def assert_fallback(turn: dict[str, Any], *reason: str) -> dict[str, Any]:
    """Evidence and every kind are there; the reply was made without a model, and says why."""
    assert turn["state"] == "done"
    assert turn["turn"]["evidence"]["passages"]
    assert of_kind(turn, "cue")["state"] == "proposed"
    replies = [s for s in turn["suggestions"] if s["kind"] == "reply"]
    reply: dict[str, Any] = replies[0]
    assert len(replies) == 1
    assert (reply["state"], reply["producer"], reply["model"]) == ("proposed", "fallback", ""), reply
    assert reply["reason"].startswith("Made without a language model: ")
    for words in reason:
        assert words in reply["reason"]
    for piece in ("900 EUR", "BROKEN OFF"):
        assert piece not in f"{reply}"
    return reply


FAILURES = {
    "asked to wait for long": (1, refuses(429, retry_after=60), "takes no more questions"),
    "asked to wait again and again": (3, refuses(429, retry_after=0.01), "takes no more questions"),
    "fails": (3, fails(500), "the provider failed"),
    "is overloaded": (3, fails(503), "the provider failed"),
    "is cut": (3, breaks_off(BROKEN), "connection to the provider failed"),
    "ends without an end": (3, unfinished(BEGINNING), "cut off by the provider"),
    "is truncated": (1, too_long(BROKEN), "longer than allowed"),
    "is garbled on the way": (3, garbles(), "connection to the provider failed"),
    "is no JSON, nor after the repair": (2, answers(BROKEN), "did not fit"),
    "is about something else, also after the repair": (2, answers({"mood": "fine"}), "did not fit"),
    "says nothing at all": (1, answers({**GOOD, "acknowledgement": "", "resolution": "", "next_step": ""}), "empty"),
    "knows no such key": (1, refuses(401), "API key"),
}


@pytest.mark.parametrize("what", FAILURES)
async def test_the_fallback_arrives_and_says_why(opened: Open, provider: ScriptedProvider, what: str) -> None:
    times, play, reason = FAILURES[what]
    provider.script(*[play] * times)
    house = await opened(tenant=REPLIES, models=asking(provider))
    assert_fallback(await house.begin(), reason)
    assert len(provider.requests) == times


@pytest.mark.parametrize(("play", "limit"), [(stalls(), "first_token_s"), (stalls(BROKEN), "between_chunks_s")])
async def test_a_model_that_stops_talking_is_left(opened: Open, provider: ScriptedProvider, play: Play, limit: str) -> None:
    provider.script(play)
    house = await opened(tenant=REPLIES, models=asking(provider, limits=quickly(attempts=1, **{limit: 0.3})))
    assert_fallback(await house.begin())
    assert provider.requests[0].gone.wait(10), "its connection is closed"


async def test_a_provider_that_is_not_there(opened: Open, provider: ScriptedProvider) -> None:
    models = asking(provider)
    provider.close()
    house = await opened(tenant=REPLIES, models=models)
    assert_fallback(await house.begin(), "No model answered")


@pytest.mark.parametrize("what", ["asked to wait for long", "is truncated", "knows no such key", "fails", "is cut", "ends without an end"])
async def test_the_second_model_answers_when_the_first_does_not(opened: Open, provider: ScriptedProvider, what: str) -> None:
    times, play, _ = FAILURES[what]
    provider.script(*[play] * times, answers(GOOD))
    house = await opened(tenant=REPLIES, models=asking(provider, "openai/first", "openai/second"))
    reply = of_kind(await house.begin(), "reply")
    assert (reply["state"], reply["producer"], reply["model"], reply["reason"]) == ("proposed", "model", "openai/second", "")
    assert reply["payload"]["resolution"] == GOOD["resolution"]
    assert "BROKEN OFF" not in reply["text"]
    assert reply["usage"]["calls"] == times + 1
    assert [r.model for r in provider.requests] == ["first"] * times + ["second"]


async def test_when_both_fail_the_reasons_of_both_are_given(opened: Open, provider: ScriptedProvider) -> None:
    provider.script(refuses(401), refuses(429, retry_after=60))
    house = await opened(tenant=REPLIES, models=asking(provider, "openai/first", "openai/second"))
    assert_fallback(await house.begin(), "openai/first", "API key", "openai/second", "takes no more questions")


@pytest.mark.parametrize("passing", [refuses(429, retry_after=0.05), fails(500), breaks_off(BROKEN), answers(BROKEN)])
async def test_what_passes_costs_nobody_the_draft(opened: Open, provider: ScriptedProvider, passing: Play) -> None:
    provider.script(passing, answers(GOOD))
    house = await opened(tenant=REPLIES, models=asking(provider))
    reply = of_kind(await house.begin(), "reply")
    assert (reply["state"], reply["producer"], reply["model"]) == ("proposed", "model", "openai/scripted")
    assert "900 EUR" not in reply["text"]


async def test_a_model_that_is_down_is_left_alone_and_comes_back(opened: Open, provider: ScriptedProvider) -> None:
    """A dead provider does not hold up every turn; when it is back, it is used again without anybody doing something."""
    clock = Clock()
    models = asking(provider, clock=clock, limits=quickly(attempts=1, breaker_failures=2, breaker_pause_s=30.0))
    house = await opened(tenant=REPLIES, models=models, clock=clock)
    for number in range(4):
        assert_fallback(await house.begin(f"chat-{number}"))
    assert len(provider.requests) == 2, "after two failures nobody asks"
    clock.forward(seconds=31)
    provider.script(answers(GOOD))
    assert of_kind(await house.begin("chat-9"), "reply")["producer"] == "model"


async def test_when_the_budget_is_spent_nobody_is_asked_until_tomorrow(
    opened: Open, provider: ScriptedProvider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the service wires it: what was spent is read from the record. The model's name is one whose price LiteLLM knows."""
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    settings = Settings(data_dir=tmp_path, embedder="hash", model="openai/gpt-4o-mini", fallback_models=(), api_base=provider.base_url)
    clock = Clock()
    house = await opened(settings=settings, tenant=REPLIES.model_copy(update={"daily_budget_microusd": 1}), clock=clock)
    provider.script(answers(GOOD, tokens=(2000, 200)))
    first = of_kind(await house.begin("chat-1"), "reply")
    assert first["producer"] == "model"
    assert first["cost_microusd"] > 1
    assert_fallback(await house.begin("chat-2"), "budget is spent")
    assert len(provider.requests) == 1
    clock.forward(days=1)
    provider.script(answers(GOOD, tokens=(2000, 200)))
    assert of_kind(await house.begin("chat-3"), "reply")["producer"] == "model"
