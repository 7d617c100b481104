"""How articles serve, and what agents say of them."""

from typing import Any

import pytest

from tests.api.house import REFUNDS, House, assert_problem, of_kind
from tests.api.test_knowledge import bring

ASKED = "How long does the refund for a cancelled flight take?"


async def health(house: House, article: str = "refunds") -> dict[str, Any]:
    answer = await (await house.enter("editor")).get("/v1/knowledge/health")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = next(one for one in answer.json()["articles"] if one["id"] == article)
    return found


async def test_health_counts_what_happened_to_drafts_that_cite_an_article(furnished: House) -> None:
    house = furnished
    assert (await health(house))["served"]["shown"] == 0
    turn = await house.begin("c", ASKED, customer=None)
    tom, reply = await house.enter("agent"), of_kind(turn, "reply")
    assert any(c["source"].startswith("passage:refunds~") for c in reply["citations"])
    served = (await health(house))["served"]
    assert (served["shown"], served["used"], served["dismissed"]) == (1, 0, 0)
    assert served["cited"] >= 1
    decided = {"id": "d1", "action": "dismissed", "reason": "knowledge_wrong"}
    (await tom.post(f"/v1/suggestions/{reply['id']}/decisions", json=decided)).raise_for_status()
    after = await health(house)
    assert (after["served"]["dismissed"], after["served"]["reasons"]) == (1, {"knowledge_wrong": 1})
    assert "dismissed as wrong 1 time" in after["worries"]
    again = await health(house)
    assert again["served"] == after["served"]
    assert sum(again["served"]["weeks"]) == 1


async def test_nobodys_name_stands_in_health(furnished: House) -> None:
    house = furnished
    turn = await house.begin()
    tom = await house.enter("agent")
    await tom.post(f"/v1/suggestions/{of_kind(turn, 'reply')['id']}/decisions", json={"id": "d1", "action": "used"})
    text = (await (await house.enter("editor")).get("/v1/knowledge/health")).text
    assert "Tom" not in text
    assert "Ines" not in text


async def test_articles_that_contradict_each_other_are_named(house: House) -> None:
    old = "---\nid: old\ntitle: Refund times\nowner: a\nstatus: published\n---\n\nA refund reaches your account within 28 days.\n"
    new = "---\nid: new\ntitle: Refund times now\nowner: a\nstatus: published\n---\n\nA refund reaches your account within 10 days.\n"
    same = "---\nid: same\ntitle: Refund times again\nowner: a\nstatus: published\n---\n\nA refund reaches your account within 28 days.\n"
    german = (
        "---\nid: de\ntitle: Refund times\nowner: a\nlocale: de\nstatus: published\n---\n\nA refund reaches your account within 3 days."
    )
    await bring(house, ("old.md", old), ("new.md", new), ("same.md", same), ("de.md", german))
    assert {one["article_id"] for one in (await health(house, "new"))["disagrees"]} == {"old", "same"}
    assert [one["article_id"] for one in (await health(house, "old"))["disagrees"]] == ["new"]
    assert (await health(house, "de"))["disagrees"] == []


async def test_what_conversations_showed_to_disagree_is_counted(house: House) -> None:
    old = "---\nid: old\ntitle: When a refund arrives\nowner: a\nstatus: published\n---\n\nPlease allow 28 days for a refund to arrive.\n"
    new = "---\nid: new\ntitle: How long a refund takes\nowner: a\nstatus: published\n---\n\nA refund takes 10 days, then it is there.\n"
    await bring(house, ("old.md", old), ("new.md", new))
    turn = await house.begin("c", "How many days does my refund take?", customer=None)
    async with house.application.database.read("default") as records:
        stored = await records.turns.get(turn["turn_id"])
    assert stored is not None
    assert stored.turn is not None
    assert len(stored.turn.evidence.coverage.conflict) == 2
    (found,) = (await health(house, "new"))["disagrees"]
    assert (found["article_id"], found["turns"]) == ("old", 1)


async def test_worries_come_first(house: House) -> None:
    fine = "---\nid: fine\ntitle: Fine\nowner: a\nstatus: published\nreview_by: 2090-01-01\n---\n\nAll is well.\n"
    due = "---\nid: due\ntitle: Due\nstatus: published\nreview_by: 2020-01-01\n---\n\nNever tell the customer that it is late.\n"
    await bring(house, ("fine.md", fine), ("due.md", due))
    found = (await (await house.enter("editor")).get("/v1/knowledge/health")).json()["articles"]
    assert [one["id"] for one in found] == ["due", "fine"]
    assert found[0]["worries"] == ["internal text that a customer may read", "its review is due", "nobody owns it"]
    assert found[1]["worries"] == []


async def test_an_agent_flags_and_hears_back(furnished: House) -> None:
    house = furnished
    turn = await house.begin("chat-1", ASKED, customer=None)
    tom, edda = await house.enter("agent"), await house.enter("editor")
    passage = next(c["source"] for c in of_kind(turn, "reply")["citations"] if c["source"].startswith("passage:")).removeprefix("passage:")
    body = {"passage_id": passage, "reason": "outdated", "note": "It is ten days now.", "conversation": "chat-1"}
    made = (await tom.post("/v1/flags", json=body)).json()
    assert (made["article_id"], made["state"]) == ("refunds", "open")
    assert (await tom.post("/v1/flags", json=body)).json()["id"] == made["id"]
    assert (await health(house))["worries"][0] == "1 flag of agents"
    (listed,) = (await edda.get("/v1/flags", params={"open": True})).json()["flags"]
    assert (listed["note"], listed["author_name"]) == ("It is ten days now.", "Tom Berg")
    assert_problem(await edda.post(f"/v1/flags/{made['id']}/answer", json={"state": "fixed", "answer": " "}), 422, "empty")
    told = {"state": "fixed", "answer": "Changed, thank you."}
    (await edda.post(f"/v1/flags/{made['id']}/answer", json=told)).raise_for_status()
    assert_problem(await edda.post(f"/v1/flags/{made['id']}/answer", json=told), 409, "answered already")
    (mine,) = (await tom.get("/v1/flags")).json()["flags"]
    assert (mine["state"], mine["answer"]) == ("fixed", "Changed, thank you.")
    other = await house.enter("agent", name="Another Agent")
    assert (await other.get("/v1/flags")).json()["flags"] == []
    assert "flag" not in "".join((await health(house))["worries"])


@pytest.mark.parametrize(("passage", "status"), [("nowhere", 404), ("nowhere~abc", 404)])
async def test_what_is_not_there_cannot_be_flagged(house: House, passage: str, status: int) -> None:
    await bring(house, ("refunds.md", REFUNDS))
    tom = await house.enter("agent")
    assert_problem(await tom.post("/v1/flags", json={"passage_id": passage, "reason": "wrong"}), status, "nowhere")


async def test_the_list_knows_what_is_flagged_and_what_is_used(furnished: House) -> None:
    house = furnished
    edda = await house.enter("editor")
    await house.begin("c", ASKED, customer=None)
    tom = await house.enter("agent")
    (await tom.post("/v1/flags", json={"passage_id": "refunds", "reason": "wrong"})).raise_for_status()
    await bring(house, ("quiet.md", "---\nid: quiet\ntitle: Quiet\nowner: a\nstatus: published\n---\n\nNobody asks this.\n"))
    await health(house)

    async def ids(**wanted: Any) -> list[str]:
        return [row["id"] for row in (await edda.get("/v1/knowledge/articles", params=wanted)).json()["articles"]]

    assert await ids(flagged="true") == ["refunds"]
    assert await ids(used="true") == ["refunds"]
    assert await ids(used="false") == ["quiet"]
    (row,) = (await edda.get("/v1/knowledge/articles", params={"flagged": "true"})).json()["articles"]
    assert (row["flags"], row["shown"]) == (1, 1)
