"""Articles in, passages found, indexes made again, gaps listed."""

from typing import Any

import pytest

from tests.api.house import REFUNDS, House, assert_problem


async def bring(house: House, *files: tuple[str, str]) -> dict[str, Any]:
    answer = await (await house.enter("editor")).post("/v1/knowledge/import", json={"files": [{"name": n, "text": t} for n, t in files]})
    assert answer.status_code == 200, answer.text
    done: dict[str, Any] = answer.json()
    return done


async def test_what_was_imported_is_found_when_the_answer_comes(house: House) -> None:
    assert await bring(house, ("refunds.md", REFUNDS)) == {"saved": 1, "unchanged": 0, "refused": []}
    tom = await house.enter("agent")
    found = (await tom.get("/v1/knowledge/search", params={"q": "refund for a cancelled flight", "limit": 3})).json()
    assert found["query"] == "refund for a cancelled flight"
    assert found["passages"][0]["article_id"] == "refunds"
    assert {p["audience"] for p in found["passages"]} <= {"public", "internal"}
    assert (await bring(house, ("refunds.md", REFUNDS)))["unchanged"] == 1


async def test_bad_files_are_listed_and_good_ones_land(house: House) -> None:
    done = await bring(
        house,
        ("refunds.md", REFUNDS),
        ("twice.md", REFUNDS),
        ("broken.md", "---\nid: [unclosed\n---\n\nText."),
        ("empty.md", "   "),
    )
    assert done["saved"] == 1
    assert {r["name"] for r in done["refused"]} == {"twice.md", "broken.md", "empty.md"}
    assert all(len(r["reason"]) > 20 for r in done["refused"])


async def test_articles_are_listed_in_pages_and_read(house: House) -> None:
    await bring(house, *((f"a{n}.md", f"---\nid: a{n}\ntitle: Thing {n}\nstatus: published\n---\n\nWords {n}.\n") for n in range(3)))
    tom = await house.enter("agent")
    first = (await tom.get("/v1/articles", params={"limit": 2})).json()
    assert ([a["id"] for a in first["articles"]], first["next"]) == (["a0", "a1"], "a1")
    rest = (await tom.get("/v1/articles", params={"limit": 2, "after": "a1"})).json()
    assert ([a["id"] for a in rest["articles"]], rest["next"]) == (["a2"], "")
    assert (await tom.get("/v1/articles", params={"status": "draft"})).json()["articles"] == []
    assert (await tom.get("/v1/articles/a1")).json()["title"] == "Thing 1"
    assert_problem(await tom.get("/v1/articles/nowhere"), 404, "nowhere")


async def test_indexes_are_made_again_from_the_record(house: House) -> None:
    await bring(house, ("refunds.md", REFUNDS))
    await house.application.lexical.clear("default")
    made = await (await house.enter("editor")).post("/v1/knowledge/reindex")
    assert made.status_code == 202
    await house.settle()
    report = (await (await house.enter("editor")).get("/v1/knowledge/reindex")).json()
    assert (report["id"], report["state"], report["found"]) == (made.json()["id"], "done", 1.0)
    assert report["passages"] >= 1
    assert report["done"] == report["total"] == report["passages"] + report["memories"]
    found = (await (await house.enter("agent")).get("/v1/knowledge/search", params={"q": "cancelled flight refund"})).json()
    assert found["passages"]


async def test_an_index_that_was_never_made_again_has_no_report(house: House) -> None:
    assert_problem(await (await house.enter("editor")).get("/v1/knowledge/reindex"), 404, "POST /v1/knowledge/reindex")


async def test_an_empty_knowledge_base_finds_nothing_and_drafts_abstain(house: House) -> None:
    tom = await house.enter("agent")
    assert (await tom.get("/v1/knowledge/search", params={"q": "anything"})).json()["passages"] == []
    turn = await house.begin("c", "Which credit card has lounge access?", customer=None)
    reply = next(s for s in turn["suggestions"] if s["kind"] == "reply")
    assert (reply["state"], bool(reply["reason"])) == ("abstained", True)
    gaps = (await (await house.enter("editor")).get("/v1/gaps")).json()["gaps"]
    assert [(g["cause"], g["conversation_id"], g["question"]) for g in gaps] == [("abstained", "c", "Which credit card has lounge access?")]


@pytest.mark.parametrize("params", [{}, {"q": ""}, {"q": "x", "limit": 0}, {"q": "x", "limit": 51}, {"q": "x" * 2001}])
async def test_a_wrong_question_is_refused(house: House, params: dict[str, Any]) -> None:
    assert_problem(await (await house.enter("agent")).get("/v1/knowledge/search", params=params), 422, "query.")


async def test_only_spaces_are_no_question(house: House) -> None:
    assert_problem(await (await house.enter("agent")).get("/v1/knowledge/search", params={"q": "  "}), 422, "empty")
