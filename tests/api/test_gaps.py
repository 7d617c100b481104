"""Questions that knowledge did not cover: opened once, sorted into topics, made into drafts, closed when an article answers."""

from typing import Any

import httpx
import pytest

from copilot.services.gaps.closing import IN_STEP
from copilot.testing.models import ScriptedModels
from tests.api.house import House, assert_problem, of_kind
from tests.api.test_editing import ok, publish

DOGS = ("Can my dog Rufus travel in the cabin on the flight to Oslo?", "Is a small dog allowed in the cabin on a flight?")
ANSWER = (
    "Dear Ines Almeida, dogs up to 8 kg travel in the cabin for 55 EUR each way. Your booking TW7K2P is open."
    " Open My Trips and choose Animals. Add the dog 48 hours before departure. Call me at +49 30 5550142.\nKind regards\nTom Berg"
)


async def gaps(house: House) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await ok(await (await house.enter("editor")).get("/v1/gaps")))["gaps"]
    return found


async def topics(house: House) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await ok(await (await house.enter("editor")).get("/v1/gaps/topics")))["topics"]
    return found


def imported(ref: str, question: str, answer: str, **more: Any) -> dict[str, Any]:
    said = [
        {"id": "1", "author": "customer", "author_name": "Ines Almeida", "text": question, "sent_at": "-P9DT2H"},
        {"id": "2", "author": "agent", "author_name": "Tom Berg", "text": answer, "sent_at": "-P9DT1H"},
    ]
    return {"conversation_id": ref, "channel": "email", "status": "closed", "messages": said} | more


async def bring_history(house: House, *conversations: dict[str, Any]) -> None:
    import json

    program = await house.enter("integrator")
    line = {"id": "cust-1042", "name": "Ines Almeida", "booking_reference": "TW7K2P", "interactions": list(conversations)}
    await ok(await program.post("/v1/customers/import", json={"lines": [json.dumps(line)]}))
    await ok(await (await house.enter("editor")).post("/v1/gaps/history", json={}), 202)
    await house.settle()


async def asked_twice(house: House) -> dict[str, Any]:
    """The topic of two questions for dogs, one of which a human answered."""
    await bring_history(house, imported("old-1", DOGS[0], ANSWER), imported("old-2", DOGS[1], "Let me check."))
    (topic,) = [one for one in await topics(house) if one["count"] == 2]
    return topic


async def test_a_turn_that_knowledge_does_not_cover_opens_one_gap(house: House) -> None:
    turn = await house.begin("chat-1", *DOGS[:1])
    (gap,) = await gaps(house)
    assert (gap["cause"], gap["conversation_id"], gap["turn_id"]) == ("abstained", "chat-1", turn["turn"]["id"])
    assert gap["suggestion_id"] == of_kind(turn, "reply")["id"]
    tom = await house.enter("agent")
    await tom.post("/v1/conversations/chat-1/suggestions", json={"kinds": ["reply", "handover"]})
    await house.settle()
    assert len(await gaps(house)) == 1


async def test_who_goes_on_asking_before_anybody_answered_has_one_gap_that_holds_all_of_it(house: House) -> None:
    await house.begin("mail-1", DOGS[0], channel="email")
    first = await gaps(house)
    program = await house.enter("integrator")
    more = {"id": "m2", "author": "customer", "text": "And which kennel is right for the dog in the hold?", "sent_at": "-PT0S"}
    (await program.post("/v1/conversations/mail-1/messages", json=more)).raise_for_status()
    await house.settle()
    (gap,) = await gaps(house)
    assert gap["id"] == first[0]["id"]
    assert "kennel" in gap["question"]
    assert "cabin" in gap["question"]


@pytest.mark.parametrize("text", ["ok thanks, bye", "Is that so?", "hello"])
async def test_where_nothing_is_asked_no_gap_is_opened(house: House, text: str) -> None:
    await house.begin("chat-1", text)
    assert await gaps(house) == []


async def test_an_agents_word_is_the_cause_of_the_turns_gap(house: House) -> None:
    turn = await house.begin("chat-1", DOGS[0])
    tom = await house.enter("agent")
    body = {"id": "d", "action": "dismissed", "reason": "knowledge_missing"}
    assert (await tom.post(f"/v1/suggestions/{of_kind(turn, 'cue')['id']}/decisions", json=body)).status_code == 201
    (gap,) = await gaps(house)
    assert gap["cause"] == "knowledge_missing"


async def test_a_gap_does_not_say_who_asked(house: House) -> None:
    await house.begin("chat-1", "I am Ines Almeida, booking TW7K2P. Can my dog travel in the cabin to Oslo?")
    (gap,) = await gaps(house)
    assert "dog" in gap["question"]
    assert "Ines" not in gap["question"]
    assert "TW7K2P" not in gap["question"]


async def test_conversations_of_the_past_open_gaps_once(house: House) -> None:
    topic = await asked_twice(house)
    assert (topic["channels"], topic["causes"], sum(topic["weeks"])) == ({"email": 2}, {"history": 2}, 2)
    before = await gaps(house)
    assert {gap["cause"] for gap in before} == {"history"}
    editor = await house.enter("editor")
    await ok(await editor.post("/v1/gaps/history", json={"again": True}), 202)
    await house.settle()
    assert await gaps(house) == before


async def test_what_a_human_answered_stands_beside_it_without_who(house: House) -> None:
    (answer,) = (await asked_twice(house))["answers"]
    assert "55 EUR" in answer["text"]
    for value in ("Ines", "Almeida", "Tom", "TW7K2P", "5550142"):
        assert value not in answer["text"]


async def test_a_topic_becomes_a_draft_that_nobody_published(house: House) -> None:
    topic = await asked_twice(house)
    editor = await house.enter("editor")
    draft = await ok(await editor.post(f"/v1/gaps/{topic['id']}/draft", json={}), 201)
    text = draft["article"]["text"]
    assert (draft["state"], draft["base_revision"], draft["origin"].partition(":")[0]) == ("draft", 0, "gap")
    assert draft["article"]["owner"] == "Edda Ruiz"
    assert "8 kg" in text
    assert "1. Open My Trips and choose Animals.\n2. Add the dog 48 hours before departure." in text
    assert "TW7K2P" not in text
    assert "without a model" in draft["note"]
    assert await ok(await editor.post(f"/v1/gaps/{topic['id']}/draft", json={}), 201) == draft
    assert (await ok(await editor.get("/v1/articles")))["articles"] == []
    assert (await topics(house))[0]["draft_id"] == draft["id"]


async def test_a_draft_names_everybody_whose_question_it_quotes(house: House) -> None:
    await bring_history(house, imported("old-1", DOGS[0], "Let me check."), imported("old-2", DOGS[1], "Let me check."))
    (topic,) = [one for one in await topics(house) if one["count"] == 2]
    draft = await ok(await (await house.enter("editor")).post(f"/v1/gaps/{topic['id']}/draft", json={}), 201)
    assert "in the cabin to Oslo" in draft["article"]["text"] or "in the cabin on the flight to Oslo" in draft["article"]["text"]
    assert set(draft["origin"].removeprefix("gap:").split(",")) == set(topic["gap_ids"]), "so that it goes when one of them is erased"


async def test_an_article_that_answers_closes_its_gaps_and_they_stay_closed(house: House) -> None:
    topic = await asked_twice(house)
    editor = await house.enter("editor")
    draft = await ok(await editor.post(f"/v1/gaps/{topic['id']}/draft", json={}), 201)
    article = draft["article"] | {"text": f"{' '.join(DOGS)} {draft['article']['text']}"}
    saved = await ok(await editor.put(f"/v1/drafts/{draft['id']}", json={"version": 1, "article": article}))
    tried = await ok(await editor.post(f"/v1/drafts/{draft['id']}/try", json={}))
    await publish(editor, saved)
    await house.settle()
    closed = [gap for gap in await gaps(house) if gap["closed_at"]]
    assert {gap["id"] for gap in closed} == set(topic["gap_ids"]) == {one["gap_id"] for one in tried["closes"]}
    assert {(gap["closed_as"], gap["article_id"]) for gap in closed} == {("covered", draft["article"]["id"])}
    await ok(await editor.post("/v1/gaps/history", json={"again": True}), 202)
    await house.settle()
    assert [gap for gap in await gaps(house) if gap["closed_at"]] == closed


async def test_an_article_brought_in_by_a_file_closes_gaps_too(house: House) -> None:
    topic = await asked_twice(house)
    text = f"---\nid: dogs\ntitle: {DOGS[1]}\nstatus: published\nowner: x\n---\n\n{' '.join(DOGS)} Yes, up to 8 kg.\n"
    editor = await house.enter("editor")
    await ok(await editor.post("/v1/knowledge/import", json={"files": [{"name": "dogs.md", "text": text}]}))
    due = await house.application.gaps.closing.due(house.clock())
    assert [(job, tenant) for job, tenant, _ in due] == [(IN_STEP, "default")]
    await house.application.gaps.closing.run("default", "x")
    assert await house.application.gaps.closing.due(house.clock()) == []
    assert {gap["id"] for gap in await gaps(house) if gap["article_id"] == "dogs"} == set(topic["gap_ids"])


async def test_not_a_gap_closes_the_topic_with_the_reason_and_new_ones_say_so(house: House) -> None:
    topic = await asked_twice(house)
    editor = await house.enter("editor")
    assert_problem(await editor.post(f"/v1/gaps/{topic['id']}/dismiss", json={"reason": " "}), 422, "reason")
    done = await ok(await editor.post(f"/v1/gaps/{topic['id']}/dismiss", json={"reason": "We carry no animals from spring on."}))
    assert set(done["closed"]) == set(topic["gap_ids"])
    closed = [gap for gap in await gaps(house) if gap["closed_as"] == "not_a_gap"]
    assert {gap["note"] for gap in closed} == {"We carry no animals from spring on."}
    assert await topics(house) == []
    assert_problem(await editor.post(f"/v1/gaps/{topic['id']}/dismiss", json={"reason": "again"}), 409, "closed")
    assert_problem(await editor.post("/v1/gaps/none/draft", json={}), 404, "none")
    await house.begin("chat-2", DOGS[1])
    (new,) = await topics(house)
    assert new["set_aside"] == "We carry no animals from spring on."


@pytest.mark.parametrize("text", ["Dogs travel for 99 EUR.", "Dogs up to 8 kg: https://evil.example", ""])
async def test_what_a_model_invents_is_not_the_draft(house: House, text: str) -> None:
    topic = await asked_twice(house)
    drafts = house.application.gaps.drafts
    scripted = ScriptedModels({"title": "Dogs in the cabin", "text": text})
    object.__setattr__(drafts, "drafter", type(drafts.drafter)(scripted, drafts.drafter.prompts))
    draft = await ok(await (await house.enter("editor")).post(f"/v1/gaps/{topic['id']}/draft", json={}), 201)
    assert draft["article"]["title"] != "Dogs in the cabin"
    assert "without a model" in draft["note"]


async def test_a_model_writes_the_draft_where_there_is_one(house: House) -> None:
    topic = await asked_twice(house)
    drafts = house.application.gaps.drafts
    answer = {"title": "Dogs in the cabin", "text": "Dogs up to 8 kg travel for 55 EUR.\n\n1. Open My Trips.", "doubts": "Cats?"}
    scripted = ScriptedModels(answer)
    object.__setattr__(drafts, "drafter", type(drafts.drafter)(scripted, drafts.drafter.prompts))
    draft = await ok(await (await house.enter("editor")).post(f"/v1/gaps/{topic['id']}/draft", json={}), 201)
    assert (draft["article"]["title"], draft["state"]) == ("Dogs in the cabin", "draft")
    assert draft["note"].endswith("Cats?")


async def test_who_is_no_editor_cannot_change_gaps(house: House) -> None:
    agent: httpx.AsyncClient = await house.enter("agent")
    for path in ("/v1/gaps/x/draft", "/v1/gaps/x/dismiss", "/v1/gaps/history", "/v1/drafts/x/try"):
        assert_problem(await agent.post(path, json={"reason": "x"}), 403)
