"""Why a search finds what it finds; and rules, which count once a second person agreed."""

import json
from typing import Any

import httpx
import pytest

from copilot.bootstrap import DEFAULT_TENANT
from copilot.domain.turn import Turn
from copilot.kinds.case import quotable_passages
from tests.api.house import House, assert_problem, of_kind
from tests.api.test_editing import ok
from tests.api.test_knowledge import bring

QUESTION = "How long does the refund for a cancelled flight take?"
FARES = (
    "---\nid: fares\ntitle: Fares of a flight\nstatus: published\nowner: a\nlocale: en\n---\n\nA cancelled flex fare is a refund in cash.\n"
)
INSIDE = "---\nid: inside\ntitle: Desk notes\nstatus: published\nowner: a\naudience: internal\nlocale: en\n---\n\nCheck queue nine twice.\n"


async def explain(house: House, **given: Any) -> dict[str, Any]:
    return await ok(await (await house.enter("editor")).post("/v1/knowledge/explain", json={"question": QUESTION} | given))


async def propose(house: House, target: str, action: str = "pin", query: str = "refund cancelled flight", who: str = "") -> dict[str, Any]:
    editor = await house.enter("editor", name=who)
    return await ok(
        await editor.post("/v1/search-rules", json={"query": query, "passage_id": target, "action": action, "note": "Why."}), 201
    )


async def agree(house: House, rule: dict[str, Any], tenant: str = "default") -> dict[str, Any]:
    return await ok(await (await house.enter("admin", tenant)).post(f"/v1/search-rules/{rule['id']}/activate"))


async def found(house: House, question: str = QUESTION, tenant: str = "default") -> list[str]:
    client: httpx.AsyncClient = await house.enter("agent", tenant)
    return [p["passage_id"] for p in (await ok(await client.get("/v1/knowledge/search", params={"q": question})))["passages"]]


async def frozen(house: House, turn: dict[str, Any]) -> Turn:
    async with house.application.database.read(DEFAULT_TENANT) as records:
        stored = await records.turns.get(turn["turn_id"])
    assert stored is not None
    assert stored.turn is not None
    return stored.turn


@pytest.fixture
async def stocked(furnished: House) -> House:
    await bring(furnished, ("fares.md", FARES), ("inside.md", INSIDE))
    return furnished


async def test_every_candidate_is_told_with_its_figures_and_what_became_of_it(stocked: House) -> None:
    told = await explain(stocked, limit=1)
    assert told["query"]["text"] == QUESTION
    assert {"refund", "cancelled", "flight"} <= told["query"]["terms"].keys()
    used = [one for one in told["candidates"] if one["used"]]
    rest = [one for one in told["candidates"] if not one["used"]]
    assert [one["shown"] for one in used] == [1]
    assert rest
    assert all(one["reason"] for one in rest)
    assert used[0]["article_id"] == told["coverage"]["reason"].count("Refunds") * "refunds"
    assert told["considered"] == len(told["candidates"])
    for one in told["candidates"]:
        assert 0 <= one["covered"] <= 1
        assert one["score"] is not None
        assert one["meaning"] is not None
    assert told["coverage"]["threshold"] == 0.5


async def test_the_lab_finds_what_a_turn_finds(stocked: House) -> None:
    said = "Customer: Hello, this is Ines.\nAgent: Hi.\nCustomer: My flight to Lisbon was cancelled. Where is my refund?"
    told = await explain(stocked, question="", conversation=said)
    talk = [("customer", "Hello, this is Ines."), ("agent", "Hi."), ("customer", "My flight to Lisbon was cancelled. Where is my refund?")]
    messages = [{"id": str(n), "author": who, "text": text, "sent_at": f"-PT{9 - n}S"} for n, (who, text) in enumerate(talk)]
    turn = await stocked.begin("chat-9", messages=messages, customer=None)
    evidence = (await frozen(stocked, turn)).evidence
    assert evidence.coverage.model_dump(mode="json") == told["coverage"]
    assert [hit.passage_id for hit in evidence.passages] == [one["passage_id"] for one in told["candidates"] if one["used"]]


async def test_what_is_pasted_is_kept_nowhere(stocked: House, tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    secret = "zanzibarian honeymoon"
    editor = await stocked.enter("editor")
    body = {"conversation": f"Customer: My {secret} was cancelled, is there a refund?"}
    await ok(await editor.post("/v1/knowledge/explain", json=body, headers={"Idempotency-Key": "once"}))
    assert_problem(await editor.post("/v1/knowledge/explain", json={"conversation": f"{secret} without a writer"}), 422, "who wrote")
    await stocked.settle()
    kept = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert b"Refunds for cancelled flights" in kept
    assert b"zanzibar" not in kept.lower()
    said = capsys.readouterr()
    assert "zanzibar" not in (said.out + said.err).lower()


@pytest.mark.parametrize(
    "body", [{}, {"question": " "}, {"question": "a", "conversation": "b"}, {"question": "a", "limit": 0}, {"conversation": '{"a'}]
)
async def test_neither_or_both_is_refused(house: House, body: dict[str, Any]) -> None:
    assert_problem(await (await house.enter("editor")).post("/v1/knowledge/explain", json=body), 422)


async def test_a_draft_is_compared_with_what_is_published(stocked: House) -> None:
    editor = await stocked.enter("editor")
    asked = "Can I bring a kayak on the flight?"
    article = {"id": "kayaks", "title": "Kayaks", "text": "You can bring a kayak on the flight for 90 EUR.", "owner": "a", "locale": "en"}
    draft = await ok(await editor.post("/v1/drafts", json={"article": article}), 201)
    told = await explain(stocked, question=asked, draft_id=draft["id"])
    first = told["candidates"][0]
    assert (first["article_id"], first["change"], first["before"], first["shown"]) == ("kayaks", "enters", 0, 1)
    assert (told["before"]["covered"], told["coverage"]["covered"]) == (False, True)
    assert told["draft_id"] == draft["id"]
    plainly = await explain(stocked, question=asked)
    assert {one["change"] for one in plainly["candidates"]} == {""}
    assert plainly["before"] is None
    assert all(one["change"] in ("falls", "leaves", "") for one in told["candidates"][1:])
    assert_problem(await editor.post("/v1/knowledge/explain", json={"question": asked, "draft_id": "none"}), 404, "none")


async def test_a_draft_that_takes_a_passage_away_says_so(stocked: House) -> None:
    editor = await stocked.enter("editor")
    draft = await ok(await editor.post("/v1/articles/refunds/edit", json={"archive": True}), 201)
    told = await explain(stocked, draft_id=draft["id"])
    gone = [one for one in told["candidates"] if one["article_id"] == "refunds"]
    assert gone
    assert {(one["change"], one["used"]) for one in gone} == {("leaves", False)}


async def test_a_rule_counts_once_a_second_person_agreed_and_until_it_is_retired(stocked: House) -> None:
    before = await found(stocked)
    assert before[0].startswith("refunds~")
    rule = await propose(stocked, "fares")
    assert (rule["state"], rule["article_id"], rule["passage_id"], rule["note"]) == ("proposed", "fares", "", "Why.")
    assert await found(stocked) == before
    edda, ada = await stocked.enter("editor"), await stocked.enter("admin")
    assert_problem(await edda.post(f"/v1/search-rules/{rule['id']}/activate"), 403, "second person")
    spare = stocked.client((await stocked.application.staff.create_key("default", "editor", "spare")).secret)
    assert_problem(await spare.post(f"/v1/search-rules/{rule['id']}/activate"), 403, "A person agrees")
    await spare.aclose()
    agreed = await agree(stocked, rule)
    assert agreed["state"] == "active"
    assert agreed["reviewer"] not in ("", rule["author"])
    assert (await found(stocked))[0].startswith("fares~")
    told = await explain(stocked)
    assert [one["id"] for one in told["rules"]] == [rule["id"]]
    assert (told["candidates"][0]["article_id"], told["candidates"][0]["pinned"]) == ("fares", True)
    assert_problem(await ada.post(f"/v1/search-rules/{rule['id']}/activate"), 409, "active")
    assert (await ok(await edda.post(f"/v1/search-rules/{rule['id']}/retire")))["state"] == "retired"
    assert await found(stocked) == before
    assert_problem(await ada.post(f"/v1/search-rules/{rule['id']}/activate"), 409, "retired")
    listed = await ok(await edda.get("/v1/search-rules", params={"state": "retired"}))
    assert [one["id"] for one in listed["rules"]] == [rule["id"]]
    events = (await ok(await ada.get("/v1/events")))["events"]
    assert [e["data"]["state"] for e in events if e["type"] == "article.rule"] == ["proposed", "active", "retired"]


async def test_a_blocked_passage_never_enters_a_turn_and_a_pinned_one_comes_first(stocked: House) -> None:
    asked = "My flight was cancelled. Where is my refund?"
    plainly = (await stocked.begin("plain", asked, customer=None))["turn"]["evidence"]["passages"]
    assert plainly[0]["passage_id"].startswith("refunds~")
    await agree(stocked, await propose(stocked, plainly[0]["passage_id"], "block"))
    await agree(stocked, await propose(stocked, "fares"))
    turn = await stocked.begin("steered", asked, customer=None)
    steered = [p["passage_id"] for p in turn["turn"]["evidence"]["passages"]]
    assert steered[0].startswith("fares~")
    assert plainly[0]["passage_id"] not in steered
    assert not [c for s in turn["suggestions"] for c in s["citations"] if c["source"] == f"passage:{plainly[0]['passage_id']}"]
    told = await explain(stocked, question=asked)
    (blocked,) = [one for one in told["candidates"] if one["verdict"] == "blocked"]
    assert (blocked["passage_id"], blocked["used"]) == (plainly[0]["passage_id"], False)
    assert [one["passage_id"] for one in told["candidates"] if one["used"]] == steered
    tom = await stocked.enter("agent")
    answered = await ok(await tom.post("/v1/conversations/steered/ask", json={"question": "refund of a cancelled flight"}))
    assert plainly[0]["passage_id"] not in json.dumps(answered)


async def test_a_rule_speaks_of_its_own_question_only(stocked: House) -> None:
    before = await found(stocked, "What does a flex fare cost?")
    await agree(stocked, await propose(stocked, "refunds", "block"))
    assert not [p for p in await found(stocked) if p.startswith("refunds~")]
    assert await found(stocked, "What does a flex fare cost?") == before


async def test_pinned_internal_text_is_there_to_be_read_and_not_to_be_quoted(stocked: House) -> None:
    await agree(stocked, await propose(stocked, "inside"))
    turn = await stocked.begin("inside", "My flight was cancelled. Where is my refund?", customer=None)
    assert turn["turn"]["evidence"]["passages"][0]["article_id"] == "inside"
    assert "inside" not in {hit.article_id for hit in quotable_passages(await frozen(stocked, turn))}
    assert "queue nine" not in of_kind(turn, "reply")["text"]


async def test_what_is_not_published_any_more_is_not_shown_however_pinned(stocked: House) -> None:
    await agree(stocked, await propose(stocked, "fares"))
    assert (await found(stocked))[0].startswith("fares~")
    await bring(stocked, ("fares.md", FARES.replace("status: published", "status: archived")))
    assert not [p for p in await found(stocked) if p.startswith("fares~")]


async def test_rules_of_another_company_are_not_there(stocked: House) -> None:
    await stocked.furnish("other")
    theirs = await stocked.enter("editor", "other", name="Olga")
    body = {"query": "refund cancelled flight", "passage_id": "refunds", "action": "block"}
    rule = await ok(await theirs.post("/v1/search-rules", json=body), 201)
    boss = await stocked.enter("admin", "other", name="Otto")
    await ok(await boss.post(f"/v1/search-rules/{rule['id']}/activate"))
    assert (await found(stocked))[0].startswith("refunds~")
    tom = await stocked.enter("agent", "other", name="Ove")
    hits = (await ok(await tom.get("/v1/knowledge/search", params={"q": QUESTION})))["passages"]
    assert not [hit for hit in hits if hit["article_id"] == "refunds"]
    ours = await stocked.enter("admin")
    assert (await ok(await ours.get("/v1/search-rules")))["rules"] == []
    assert_problem(await ours.post(f"/v1/search-rules/{rule['id']}/retire"), 404)


async def test_a_rule_needs_a_question_and_a_published_text_and_is_alone(stocked: House) -> None:
    editor = await stocked.enter("editor")

    async def refused(status: int, word: str, **changed: Any) -> None:
        body = {"query": "lost card", "passage_id": "refunds", "action": "pin"} | changed
        assert_problem(await editor.post("/v1/search-rules", json=body), status, word)

    await refused(422, "says nothing", query="how do I")
    await refused(404, "nothing-like-it", passage_id="nothing-like-it")
    await refused(404, "passage", passage_id="refunds~99999")
    await propose(stocked, "refunds", query="lost card")
    await refused(409, "same rule", query="lost cards")
    await refused(409, "opposite", action="block")


async def test_card_numbers_do_not_stand_in_rules(stocked: House) -> None:
    rule = await propose(stocked, "refunds", query="refund to card 4111 1111 1111 1111")
    assert "4111" not in rule["query"]


async def test_a_rules_question_is_encoded_once(stocked: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await agree(stocked, await propose(stocked, "fares"))
    embedder, texts = stocked.application.embedder, list[str]()
    encode = embedder.encode

    async def counted(given: Any) -> Any:
        texts.extend(given)
        return await encode(given)

    monkeypatch.setattr(type(embedder), "encode", lambda _, given: counted(given))
    for _ in range(3):
        await found(stocked)
    assert texts.count("refund cancelled flight") == 1
