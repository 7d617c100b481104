"""An agent's question answered by a model: every sentence has a source, what it invents is marked or left out, silence is believed."""

from typing import Any

from copilot.testing.models import ScriptedModels
from tests.services.conftest import Open

ASK = "/v1/conversations/chat-1/ask"


async def asked_a_model(opened: Open, written: dict[str, Any], question: str) -> tuple[dict[str, Any], ScriptedModels]:
    models = ScriptedModels(cost_microusd=70)
    house = await opened(models=models)
    given = {"conversation_id": "chat-1", "channel": "chat", "customer": {"id": "cust-1042", "assurance": "proven"}, "messages": []}
    (await (await house.enter("integrator")).post("/v1/conversations", json=given)).raise_for_status()
    models.queue(written)
    answer = await (await house.enter("agent")).post(ASK, json={"question": question})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    async with house.application.database.read("default") as records:
        assert await records.admin.spent(house.clock().date()) == 70
    return told, models


async def test_a_model_answers_and_every_sentence_has_a_source(opened: Open) -> None:
    written = [
        {"text": "The fare is back on the card within seven days.", "sources": "P1, D9"},
        {"text": "It has always been like that.", "sources": ""},
        {"text": "We expect a storm.", "sources": "P77"},
    ]
    told, models = await asked_a_model(opened, {"sentences": written, "missing": ""}, "How long does a refund of a cancelled flight take?")
    assert (told["covered"], told["producer"], told["model"], told["prompt"].split(":")[0]) == (True, "model", "scripted", "ask@1")
    assert [one["text"] for one in told["sentences"]] == ["The fare is back on the card within seven days."]
    assert [s["source"].split("~")[0] for s in told["sentences"][0]["sources"]] == ["passage:refunds"]
    prompt = models.asked[-1].messages[-1].content
    assert "How long does a refund" in prompt
    assert prompt.count("<<<question ") == 1


async def test_an_invented_number_is_marked(opened: Open) -> None:
    written = [{"text": "The fare is back on the card within 4711 hours.", "sources": "P1"}]
    told, _ = await asked_a_model(opened, {"sentences": written, "missing": ""}, "How long does a refund take?")
    (mark,) = [check for check in told["checks"] if check["name"] == "unsupported"]
    assert told["text"][slice(*mark["span"])] == "4711 hours"


async def test_somebody_elses_address_is_not_shown(opened: Open) -> None:
    written = [{"text": "Write to bo.ek@example.net about the refund.", "sources": "P1"}]
    told, _ = await asked_a_model(opened, {"sentences": written, "missing": ""}, "How long does a refund of a cancelled flight take?")
    assert told["producer"] == "fallback"
    assert "bo.ek" not in str(told)


async def test_a_model_that_is_silent_is_believed(opened: Open) -> None:
    told, _ = await asked_a_model(opened, {"sentences": [], "missing": "No article speaks of trains."}, "How long does a refund take?")
    assert (told["covered"], told["producer"], told["reason"]) == (False, "model", "No article speaks of trains.")
