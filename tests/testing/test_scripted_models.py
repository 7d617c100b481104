"""The double of the Models port, held to what the real adapter does (tests/adapters/models)."""

import pytest
from pydantic import BaseModel

from copilot.domain.errors import Unavailable
from copilot.domain.ports.models import ChatMessage, ModelRequest, Models
from copilot.testing.models import ScriptedModels


class Answer(BaseModel):
    one: str
    two: str


QUESTION = ModelRequest(
    tenant_id="default", purpose="reply", messages=(ChatMessage(role="user", content="Hello"),), answer=Answer, stream=("one", "two")
)


async def test_answers_and_errors_come_in_order_and_text_grows_to_its_whole() -> None:
    models = ScriptedModels({"one": "Good morning", "two": "Bye"}, Unavailable("down"), name="openai/x", cost_microusd=7)
    port: Models = models
    seen: list[str] = []

    async def show(text: str) -> None:
        seen.append(text)

    answer = await port.ask(QUESTION, show)
    assert answer.value == Answer(one="Good morning", two="Bye")
    assert (answer.model, answer.cost_microusd, answer.sent) == ("openai/x", 7, QUESTION.messages)
    assert seen[-1] == "Good morning\n\nBye"
    assert all(seen[-1].startswith(text) for text in seen)
    with pytest.raises(Unavailable, match="down"):
        await port.ask(QUESTION)
    assert models.asked == [QUESTION, QUESTION]


async def test_an_answer_that_does_not_fit_is_unavailable() -> None:
    with pytest.raises(Unavailable, match="after one repair"):
        await ScriptedModels({"one": "x"}).ask(QUESTION)


async def test_a_question_nobody_expected_fails_the_test() -> None:
    with pytest.raises(AssertionError, match="reply"):
        await ScriptedModels().ask(QUESTION)
