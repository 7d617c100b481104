"""A question that is answered: masked, streamed, validated, repaired, restored, paid for."""

import os
import subprocess
import sys
from itertools import pairwise

import pytest

from copilot.adapters.models import LiteLLMModels, NoModels
from copilot.domain.errors import Invalid, Unavailable
from copilot.testing.provider import ScriptedProvider, answers, fails
from tests.adapters.models.conftest import Make
from tests.adapters.models.questions import GOOD, SHOWN, Reply, question


async def test_the_answer_is_validated_and_speaks_of_the_customer_by_name(provider: ScriptedProvider, make: Make) -> None:
    provider.script(answers(GOOD))
    answer = await make().ask(question())
    assert answer.value == GOOD.model_copy(update={"acknowledgement": "Dear Maria, your refund is late."})
    assert answer.model == "openai/scripted"


async def test_the_provider_sees_no_name_and_sent_is_exactly_what_it_received(provider: ScriptedProvider, make: Make) -> None:
    provider.script(answers(GOOD))
    answer = await make().ask(question())
    received = provider.requests[0]
    assert "Maria" not in received.text
    assert "Schmidt" not in received.text
    assert [message.model_dump() for message in answer.sent] == list(received.messages)


async def test_text_grows_while_it_comes_and_never_shows_a_placeholder(provider: ScriptedProvider, make: Make) -> None:
    provider.script(answers(GOOD, size=1))
    seen: list[str] = []

    async def show(text: str) -> None:
        seen.append(text)

    await make().ask(question(), show)
    assert seen[-1] == SHOWN
    assert len(seen) > len(SHOWN) // 2
    assert all(later.startswith(earlier) for earlier, later in pairwise(seen))
    assert not any("⟦" in text or "NAME" in text for text in seen)


async def test_the_first_words_are_shown_before_the_last_are_sent(provider: ScriptedProvider, make: Make) -> None:
    provider.script(answers(GOOD, size=30, between_s=0.05))
    last_chunk_was_still_to_come: list[bool] = []

    async def show(_: str) -> None:
        last_chunk_was_still_to_come.append(len(provider.requests[0].sent_at) * 30 < len(GOOD.model_dump_json()))

    await make().ask(question(), show)
    assert last_chunk_was_still_to_come[0]


async def test_a_model_that_takes_no_schema_reads_it_in_the_system_message(provider: ScriptedProvider, make: Make) -> None:
    provider.script(answers(GOOD))
    await make().ask(question())
    request = provider.requests[0]
    assert "response_format" not in request.body
    assert '"required":["acknowledgement","resolution","next_step"]' in request.messages[0]["content"]


async def test_a_model_that_takes_a_schema_gets_it_beside_the_messages(
    provider: ScriptedProvider, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    provider.script(answers(GOOD))
    await make("openai/gpt-4o-mini").ask(question())
    request = provider.requests[0]
    assert request.body["response_format"]["json_schema"]["schema"]["required"] == ["acknowledgement", "resolution", "next_step"]
    assert "JSON schema" not in request.text


async def test_tokens_and_costs_are_counted_by_the_price_map(
    provider: ScriptedProvider, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    provider.script(answers(GOOD, tokens=(1_000_000, 10_000)))
    answer = await make("openai/gpt-4o-mini").ask(question())
    assert (answer.usage.input_tokens, answer.usage.output_tokens, answer.usage.calls) == (1_000_000, 10_000, 1)
    # 0.15 and 0.60 US dollars a million tokens
    assert answer.cost_microusd == 156_000


async def test_a_model_without_a_known_price_costs_nothing(provider: ScriptedProvider, make: Make) -> None:
    provider.script(answers(GOOD, tokens=(1000, 100)))
    answer = await make().ask(question())
    assert answer.cost_microusd == 0
    assert answer.usage.input_tokens == 1000


@pytest.mark.parametrize(
    "wrong",
    [
        "Of course! Your refund is late.",
        '{"acknowledgement": "Hi"}',
        '{"acknowledgement": "Hi", ',
        '{"acknowledgement": 7, "resolution": [], "next_step": ""}',
    ],
)
async def test_an_answer_that_does_not_fit_is_repaired_once(provider: ScriptedProvider, make: Make, wrong: str) -> None:
    provider.script(answers(wrong), answers(GOOD))
    answer = await make().ask(question())
    assert isinstance(answer.value, Reply)
    assert answer.usage.calls == 2
    asked_again = provider.requests[1].messages
    assert asked_again[-2] == {"role": "assistant", "content": wrong}
    assert "cannot be used" in asked_again[-1]["content"]
    assert "Maria" not in provider.requests[1].text
    assert [message.model_dump() for message in answer.sent] == list(asked_again)


async def test_after_one_repair_the_model_is_not_asked_again(provider: ScriptedProvider, make: Make) -> None:
    provider.script(answers("no"), answers("no"), answers(GOOD))
    with pytest.raises(Unavailable, match="after one repair"):
        await make("openai/scripted", "openai/other").ask(question())
    assert len(provider.requests) == 2


async def test_fences_and_thoughts_around_the_object_do_no_harm(provider: ScriptedProvider, make: Make) -> None:
    provider.script(answers(f'<think>{{"acknowledgement": "?"}}</think>\n```json\n{GOOD.model_dump_json()}\n```\nThat is all.'))
    answer = await make().ask(question())
    assert isinstance(answer.value, Reply)
    assert len(provider.requests) == 1


async def test_once_the_budget_is_spent_nobody_is_asked(provider: ScriptedProvider, make: Make) -> None:
    async def spent(tenant: str) -> int:
        return {"rich": 999, "poor": 1000}[tenant]

    models = make(spent=spent, budget=1000)
    provider.script(answers(GOOD))
    await models.ask(question("rich"))
    with pytest.raises(Unavailable, match="daily budget is spent"):
        await models.ask(question("poor"))
    assert len(provider.requests) == 1


async def test_answers_that_nobody_could_use_count_against_the_budget_too(
    provider: ScriptedProvider, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    models = make("openai/gpt-4o-mini", budget=300)
    provider.script(answers("no", tokens=(1000, 0)), answers("no", tokens=(1000, 0)))
    with pytest.raises(Unavailable, match="after one repair"):
        await models.ask(question())
    with pytest.raises(Unavailable, match="daily budget"):
        await models.ask(question())


async def test_after_closing_a_further_question_opens_new_connections(provider: ScriptedProvider, make: Make) -> None:
    provider.script(answers(GOOD), answers(GOOD))
    models = make()
    await models.ask(question())
    await models.close()
    assert isinstance((await models.ask(question())).value, Reply)


def test_configured_is_the_first_model_and_none_is_an_error(make: Make) -> None:
    assert make("openai/one", " ", "openai/two").configured == "openai/one"
    with pytest.raises(Invalid, match="No model is named"):
        make(" ")


async def test_without_a_model_every_question_is_unavailable() -> None:
    models = NoModels()
    assert models.configured == ""
    with pytest.raises(Unavailable, match="No language model is set"):
        await models.ask(question())
    await models.close()


def test_importing_the_adapters_imports_no_heavy_library() -> None:
    code = (
        "import sys, copilot.adapters.models, copilot.adapters.privacy, copilot.adapters.prompts\n"
        "print([name for name in ('litellm', 'openai', 'presidio_analyzer', 'spacy', 'torch') if name in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout  # noqa: S603 - our own code
    assert shown.strip() == "[]"


def test_the_price_map_is_the_bundled_one(litellm: object) -> None:
    assert os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] == "True"


async def test_loading_does_not_happen_before_the_first_question(make: Make) -> None:
    models: LiteLLMModels = make()
    assert models._vendor is None
    await models.warm()
    assert models._vendor is not None


async def test_a_question_may_name_the_model_that_is_asked_first(provider: ScriptedProvider, make: Make) -> None:
    """The ones that are set follow when it does not answer, and are asked again when no model is named."""
    models = make("openai/scripted", "openai/second")
    provider.script(answers(GOOD), fails(), fails(), fails(), answers(GOOD), answers(GOOD), answers(GOOD))
    tried = question().model_copy(update={"model": "openai/tried"})
    assert (await models.ask(tried)).model == "openai/tried"
    assert (await models.ask(tried)).model == "openai/scripted"
    assert (await models.ask(question())).model == "openai/scripted"
    assert (await models.ask(question().model_copy(update={"model": "openai/second"}))).model == "openai/second"
    assert [one.model for one in provider.requests] == ["tried"] * 4 + ["scripted", "scripted", "second"]
