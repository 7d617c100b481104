"""Ask: answered from knowledge and this customer's history, with sources, or not covered – and then by a colleague."""

import asyncio
from typing import Any

import pytest

from tests.api.house import House, assert_problem
from tests.api.streaming import stream

ASK = "/v1/conversations/chat-1/ask"
QUESTIONS = "/v1/conversations/chat-1/questions"


async def ask(house: House, question: str, ref: str = "chat-1") -> dict[str, Any]:
    answer = await (await house.enter("agent")).post(f"/v1/conversations/{ref}/ask", json={"question": question})
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    return made


@pytest.fixture
async def begun(furnished: House) -> House:
    await furnished.begin()
    return furnished


async def test_knowledge_answers_in_its_own_words_and_says_what_is_internal(begun: House) -> None:
    public = await ask(begun, "Within how many days is the fare of a cancelled flight refunded?")
    assert (public["covered"], public["producer"]) == (True, "fallback")
    first = public["sentences"][0]
    assert "refunded within seven days" in first["text"]
    assert [(s["kind"], s["may_say"]) for s in first["sources"]] == [("public", True)]
    assert first["sources"][0]["source"].startswith("passage:refunds~")
    assert first["sources"][0]["title"].startswith("Refunds for cancelled flights")
    internal = await ask(begun, "Check the payment provider's queue for refunds of cancelled flights?")
    by_text = {one["text"]: one["sources"][0] for one in internal["sentences"]}
    source = by_text["Check the payment provider's queue before you promise a date."]
    assert (source["kind"], source["may_say"]) == ("internal", False)


async def test_the_record_answers(begun: House) -> None:
    detail = await ask(begun, "What is her booking reference?")
    assert [(s["text"], s["sources"][0]["source"]) for s in detail["sentences"]] == [
        ("Booking reference: TW7K2P.", "detail:booking_reference")
    ]
    promise = await ask(begun, "What did Nils promise?")
    assert any("Nils Falk" in s["text"] and "overdue" in s["text"] for s in promise["sentences"])
    assert {s["sources"][0]["kind"] for s in promise["sentences"]} <= {"record", "conversation"}


async def test_an_unproven_identity_hides_the_values(furnished: House) -> None:
    await furnished.begin("chat-1", "Where is my refund?", assurance="claimed")
    answer = await ask(furnished, "What is the booking reference and the email of this customer?")
    assert answer["covered"]
    assert "TW7K2P" not in str(answer)
    assert "ines@example.com" not in str(answer)
    assert not any(source["may_say"] for one in answer["sentences"] for source in one["sources"])


async def test_not_covered_says_so_and_stores_nothing(begun: House) -> None:
    question = "Which vaccination does Madagascar demand from toddlers?"
    answer = await ask(begun, question)
    assert (answer["covered"], answer["sentences"], answer["text"]) == (False, [], "")
    assert "colleague" in answer["reason"]
    ada = await begun.enter("admin")
    events = (await ada.get("/v1/events", params={"limit": 500})).json()["events"]
    asked = [e for e in events if e["type"] == "ask.answered"]
    assert [(e["data"], e["actor"]) for e in asked] == [({"covered": False, "producer": "fallback"}, "user")]
    assert "Madagascar" not in str(events)
    assert "Madagascar" not in str((await ada.get("/v1/gaps")).json())


async def test_a_repeated_key_is_answered_anew(begun: House) -> None:
    tom = await begun.enter("agent")
    for _ in range(2):
        answer = await tom.post(ASK, json={"question": "Booking reference?"}, headers={"Idempotency-Key": "k"})
        assert answer.json()["covered"]
        assert "Idempotency-Replayed" not in answer.headers


async def put(house: House, **body: Any) -> dict[str, Any]:
    """Tom asks his colleagues."""
    answer = await (await house.enter("agent")).post(QUESTIONS, json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_a_colleague_answers_and_a_draft_article_is_born(begun: House) -> None:
    asked = await put(begun, text="Ines Almeida (TW7K2P) asks: does the bank in Porto pay out on Saturdays?")
    assert (asked["state"], asked["to"], asked["mine"], asked["conversation_id"]) == ("open", "everyone", True, "chat-1")
    nora = await begun.enter("agent", name="Nora Lie")
    assert [q["id"] for q in (await nora.get("/v1/questions", params={"open": True})).json()["questions"]] == [asked["id"]]
    told = (await nora.post(f"/v1/questions/{asked['id']}/answer", json={"text": "It pays on Mondays only."})).json()
    assert (told["state"], told["answer"], told["answered_name"], told["mine"]) == (
        "answered",
        "It pays on Mondays only.",
        "Nora Lie",
        False,
    )
    tom = await begun.enter("agent")
    assert (await tom.get(QUESTIONS)).json()["questions"][0]["answer"] == "It pays on Mondays only."
    assert (await tom.get("/v1/questions", params={"open": True})).json() == {"questions": []}
    article = (await tom.get(f"/v1/articles/{told['article_id']}")).json()
    assert (article["status"], article["audience"], article["owner"]) == ("draft", "internal", "Nora Lie")
    assert "does the bank in Porto pay out on Saturdays?" in article["title"]
    assert "It pays on Mondays only." in article["text"]
    assert "Source: an answer by Nora Lie" in article["text"]
    assert "Ines" not in str(article)
    assert "TW7K2P" not in str(article)
    found = (await tom.get("/v1/knowledge/search", params={"q": "bank Porto Saturdays"})).json()["passages"]
    assert told["article_id"] not in {hit["article_id"] for hit in found}, "never published by itself"


async def test_it_is_answered_once(begun: House) -> None:
    asked = await put(begun, text="Does the bank in Porto pay out on Saturdays?")
    at, people = f"/v1/questions/{asked['id']}/answer", [await begun.enter("supervisor"), await begun.enter("editor")]
    answers = await asyncio.gather(*(one.post(at, json={"text": f"Answer {n}"}) for n, one in enumerate(people)))
    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_a_question_to_a_person_and_to_a_team(begun: House) -> None:
    ada, nora, liv = await begun.enter("admin"), await begun.enter("agent", name="Nora Lie"), await begun.enter("agent", name="Liv Moe")
    user = {"name": "Liv Moe", "role": "agent", "external_id": "liv.moe", "team": "refunds"}
    liv_id = next(u["id"] for u in (await ada.get("/v1/users")).json()["users"] if u["name"] == "Liv Moe")
    async with begun.application.database.write("default") as records:
        stored = await records.admin.user(liv_id)
        assert stored is not None
        await records.admin.put_user(stored.model_copy(update={"team": user["team"]}))
    for body in ({"to": "user", "name": "liv.moe"}, {"to": "team", "name": "refunds"}):
        asked = await put(begun, text="Does the bank in Porto pay out on Saturdays?", **body)
        at = f"/v1/questions/{asked['id']}/answer"
        assert (await nora.get("/v1/questions", params={"open": True})).json() == {"questions": []}
        assert_problem(await nora.post(at, json={"text": "Yes."}), 403, "somebody else")
        assert [q["id"] for q in (await liv.get("/v1/questions", params={"open": True})).json()["questions"]] == [asked["id"]]
        assert (await liv.post(at, json={"text": "No."})).status_code == 200


async def test_the_asker_hears_of_the_answer(begun: House) -> None:
    tom, nora = await begun.enter("agent"), await begun.enter("agent", name="Nora Lie")
    async with stream(begun.app, tom.headers["authorization"].split()[1]) as opened:
        asked = await put(begun, text="Does the bank in Porto pay out on Saturdays?")
        await nora.post(f"/v1/questions/{asked['id']}/answer", json={"text": "No."})
        event = (await opened.until("question.answered"))[-1]
    assert event.data["conversation"] == "chat-1"
    assert event.data["subject"] == asked["id"]
    assert "Nora" not in str(event.data)


async def test_cards_and_passwords_are_cut(begun: House) -> None:
    asked = await put(begun, text="May I refund to 4111 1111 1111 1111?")
    told = await (await begun.enter("supervisor")).post(f"/v1/questions/{asked['id']}/answer", json={"text": "The password is hunter2."})
    article = (await (await begun.enter("editor")).get(f"/v1/articles/{told.json()['article_id']}")).text
    assert "1111" not in str(asked) + told.text + article
    assert "hunter2" not in told.text + article


@pytest.mark.parametrize(
    ("body", "status", "named"),
    [
        ({"text": ""}, 422, "body.text"),
        ({"text": "  "}, 422, "empty"),
        ({"text": "Who?", "to": "user", "name": "nobody.here"}, 404, "nobody.here"),
        ({"text": "Who?", "to": "team", "name": "nowhere"}, 404, "nowhere"),
        ({"text": "Who?", "to": "all"}, 422, "body.to"),
    ],
)
async def test_a_wrong_question_is_refused(begun: House, body: dict[str, Any], status: int, named: str) -> None:
    assert_problem(await (await begun.enter("agent")).post(QUESTIONS, json=body), status, named)


async def test_what_is_not_there_is_404(house: House) -> None:
    ada = await house.enter("admin")
    assert_problem(await ada.post("/v1/questions/nowhere/answer", json={"text": "No."}), 404, "nowhere")
    assert_problem(await ada.post("/v1/conversations/nowhere/ask", json={"question": "Who?"}), 404, "nowhere")
    assert_problem(await ada.post(ASK, json={"question": " "}), 422, "empty")
