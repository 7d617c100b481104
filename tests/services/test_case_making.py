"""A case made of a real draft reads and runs like the conversation, and nothing in it says whose it was."""

import json
import re
from typing import Any

import httpx
import pytest

from copilot.adapters.privacy import PresidioPrivacy
from copilot.services.quality.pseudonyms import Pseudonyms
from evals.casebook import building
from evals.casebook.format import Case
from tests.api.house import House, assert_problem, of_kind
from tests.services.conftest import Open

THORA = {
    "id": "cust-7781",
    "name": "Þóra Lindqvist-Berg",
    "email": "thora.lb@norrland.example",
    "phone": "+46 70 174 06 13",
    "booking_reference": "QX4RTZ",
    "address": "Storgatan 14, 90326 Umeå",
    "tier": "gold",
    "assurance": "proven",
}
SAID = (
    "Hello, this is Thora Lindqvist-Berg. My booking is qx4rtz and I live at Storgatan 14 in Umeå.",
    "You can call me on 070 174 06 13 or write to thora.lb@norrland.example. Tom Berg told me LINDQVIST-BERG was on the list.",
    "My brother's number is +1 212 555 0187 and his mail is bo@fjord.example.",
)
ASKED = "My flight to Lisbon was cancelled nine days ago. Where is my refund?"
NOTED = "Thora is at Storgatan 14, says Tom Berg."
ANSWERED = "Hello Þóra, I am Tom Berg and I look after QX4RTZ."
ORIGINAL = (
    *("Þóra", "Thora", "Lindqvist", "cust-7781", "norrland", "1740613", "174 06 13", "QX4RTZ", "Storgatan", "Umeå", "90326"),
    *("212 555", "fjord", "Tom Berg", "tom.berg", "chat-77"),
)


@pytest.fixture
async def house(opened: Open) -> House:
    return await opened()


def told() -> list[dict[str, Any]]:
    """Thora writes thrice, Tom notes something and answers, she asks."""
    said: list[tuple[str, str, dict[str, str]]] = [("customer", text, {}) for text in SAID]
    said += [("agent", NOTED, {"visibility": "private", "author_name": "Tom Berg"}), ("agent", ANSWERED, {"author_name": "Tom Berg"})]
    said += [("customer", ASKED, {})]
    return [
        {"id": f"m{n}", "author": author, "text": text, "sent_at": f"-PT{70 - 10 * n}S", **more}
        for n, (author, text, more) in enumerate(said, 1)
    ]


async def drafted(house: House, ref: str = "chat-77", *texts: str) -> dict[str, Any]:
    """The reply to Thora's conversation, or to these words of hers."""
    more: dict[str, Any] = {} if texts else {"messages": told()}
    reply = of_kind(await house.begin(ref, *texts, customer=THORA, **more), "reply")
    assert reply["state"] == "proposed", reply["reason"]
    return reply


async def mark(person: httpx.AsyncClient, draft: dict[str, Any], words: str, **changed: Any) -> httpx.Response:
    given = {"suggestion_id": draft["id"], "side": "must_not", "words": words, "ability": "honesty"}
    return await person.post("/v1/quality/cases", json=given | changed)


async def cases(house: House, state: str = "candidate") -> list[dict[str, Any]]:
    answer = await (await house.enter("qa")).get("/v1/quality/cases", params={"state": state})
    found: list[dict[str, Any]] = answer.json()["cases"]
    return found


async def decide(person: httpx.AsyncClient, draft: dict[str, Any], **said: Any) -> None:
    (await person.post(f"/v1/suggestions/{draft['id']}/decisions", json={"id": f"d-{draft['id']}"} | said)).raise_for_status()


def traces(text: str) -> list[str]:
    plain = re.sub(r"\s+", " ", text).casefold()
    return [word for word in ORIGINAL if word.casefold() in plain]


async def test_no_value_of_the_person_or_of_an_agent_is_left_anywhere(house: House) -> None:
    tom = await house.enter("agent")
    draft = await drafted(house)
    (
        await mark(tom, draft, draft["text"], why="Thora Lindqvist-Berg wrote from Umeå, says Tom Berg.", tags=["Storgatan 14"])
    ).raise_for_status()
    (case,) = await cases(house)
    assert {"name", "assurance", "email", "booking_reference"} <= case["body"]["customer"].keys()
    assert traces(json.dumps(case, ensure_ascii=False)) == []
    async with house.application.database.read("default") as records:
        (stored,) = await records.quality.cases(("candidate",))
    assert traces(json.dumps([stored.name, stored.draft.model_dump(), stored.body], ensure_ascii=False)) == []
    said = " ".join(one.get("customer", "") for one in case["body"]["conversation"])
    assert ASKED in said, "what is nobody's stays"


async def test_the_same_value_has_the_same_invention_however_it_is_written(house: House) -> None:
    draft = await drafted(house)
    (await mark(await house.enter("agent"), draft, draft["text"])).raise_for_status()
    (case,) = await cases(house)
    who, said = case["body"]["customer"], [one.get("customer", "") for one in case["body"]["conversation"]]
    assert who["email"] in said[1]
    assert who["booking_reference"].casefold() in said[0].casefold()
    first, last = who["name"].split(" ", 1)
    assert f"this is {first} {last}" in said[0]
    assert re.fullmatch(r"[A-Z]{2}\d[A-Z]{3}", who["booking_reference"]), "it has the shape of the original"


async def test_two_cases_of_one_person_invent_differently() -> None:
    privacy = PresidioPrivacy()
    made = {Pseudonyms(privacy, ["Ann Bee"], ["TW7K2P"], seed).text("Ann Bee, TW7K2P") for seed in ("a", "b", "c")}
    assert len(made) == 3
    again = {Pseudonyms(privacy, ["Ann Bee"], ["TW7K2P"], "a").text("Ann Bee, TW7K2P") for _ in range(2)}
    assert len(again) == 1
    assert again < made


async def test_the_case_is_one_that_evals_reads_and_its_conversation_comes_out_the_same(house: House) -> None:
    draft = await drafted(house)
    (await mark(await house.enter("agent"), draft, draft["text"], side="must", tags=["refund"])).raise_for_status()
    (found,) = await cases(house)
    case = Case.model_validate(found["body"])
    given = building.conversation(case)
    assert [message["author"] for message in given["messages"]] == ["customer"] * 3 + ["agent"] * 2 + ["customer"]
    assert [message["visibility"] for message in given["messages"][3:5]] == ["private", "public"]
    assert given["customer"]["assurance"] == "proven"
    assert (case.must[0].name, case.must[0].kind, case.kinds, case.tags) == ("say", "reply", ("reply",), ("refund",))


async def test_earlier_conversations_come_along_with_their_promises(house: House) -> None:
    draft = of_kind(await house.begin("chat-1"), "reply")
    (await mark(await house.enter("agent"), draft, draft["text"])).raise_for_status()
    (found,) = await cases(house)
    (earlier,) = found["body"]["customer"]["history"]
    assert any("I will send your refund within three days." in one.get("agent", "") for one in earlier["said"])
    assert earlier["outcome"] == {"text": "refund promised", "resolved": False, "fault": "company"}
    assert not [word for word in ("Ines", "Almeida", "Nils", "Falk", "TW7K2P") if word in json.dumps(found)]


async def test_words_that_are_not_in_the_draft_make_no_case(house: House) -> None:
    tom, draft = await house.enter("agent"), await drafted(house)
    assert_problem(await mark(tom, draft, "Something else entirely."), 422, "draft")
    assert_problem(await mark(tom, {"id": "nothing"}, "x"), 404, "nothing")
    assert await cases(house) == []


async def test_two_cases_never_have_one_name(house: House) -> None:
    tom, draft = await house.enter("agent"), await drafted(house)
    names = [(await mark(tom, draft, draft["text"])).json()["name"] for _ in range(2)]
    assert len(set(names)) == 2 or names[1].endswith("(2)")
    qa = await house.enter("qa")
    first, second = await cases(house)
    answer = await qa.patch(f"/v1/quality/cases/{first['id']}", json={"name": second["name"]})
    assert answer.json()["name"] == f"{second['name']} (2)"
    assert answer.json()["body"]["case"] == f"{second['name']} (2)"


async def test_only_what_a_person_approved_can_be_written_out(house: House) -> None:
    tom, qa, draft = await house.enter("agent"), await house.enter("qa"), await drafted(house)
    for _ in range(3):
        (await mark(tom, draft, draft["text"])).raise_for_status()
    kept, not_kept, _ = await cases(house)
    assert (await qa.get("/v1/quality/approved")).json() == {"cases": []}
    (await qa.post(f"/v1/quality/cases/{kept['id']}/decide", json={"state": "approved"})).raise_for_status()
    (await qa.post(f"/v1/quality/cases/{not_kept['id']}/decide", json={"state": "rejected"})).raise_for_status()
    written = (await qa.get("/v1/quality/approved")).json()["cases"]
    assert [one["case"] for one in written] == [kept["name"]]
    assert next(iter(written[0])) == "case"
    assert_problem(await qa.post(f"/v1/quality/cases/{kept['id']}/decide", json={"state": "rejected"}), 409, "decided")
    assert_problem(await qa.patch(f"/v1/quality/cases/{kept['id']}", json={"severity": "low"}), 409, "decided")


async def test_a_correction_that_is_no_case_is_refused_with_its_place(house: House) -> None:
    qa, draft = await house.enter("qa"), await drafted(house)
    (await mark(await house.enter("agent"), draft, draft["text"])).raise_for_status()
    at = f"/v1/quality/cases/{(await cases(house))[0]['id']}"
    assert_problem(await qa.patch(at, json={"must": [{"shout": "x"}]}), 422, "must")
    assert_problem(await qa.patch(at, json={"must": [], "must_not": []}), 422, "expects nothing")
    changed = (await qa.patch(at, json={"must": [{"heat": {"least": 60}}], "severity": "high", "why": ""})).json()
    assert (changed["body"]["must"], changed["body"]["severity"]) == ([{"heat": {"least": 60}}], "high")
    assert changed["body"]["must_not"], "what was left out stays"


async def test_a_harvest_brings_the_dangerous_first_and_nothing_twice(house: House) -> None:
    tom, qa = await house.enter("agent"), await house.enter("qa")
    agreed = await drafted(house, "chat-a", ASKED)
    (await tom.post(f"/v1/suggestions/{agreed['id']}/sent", json={"text": agreed["text"], "message_id": "s1"})).raise_for_status()
    rewritten = await drafted(house, "chat-b", ASKED)
    other = "Dear Thora, the money left us on Monday; please look at your card on Friday, and tell me if it is not there. Tom Berg"
    (await tom.post(f"/v1/suggestions/{rewritten['id']}/sent", json={"text": other, "message_id": "s2"})).raise_for_status()
    wrong = await drafted(house, "chat-c", ASKED)
    await decide(tom, wrong, action="dismissed", reason="wrong_fact")
    first = (await qa.post("/v1/quality/harvest", json={"limit": 2})).json()
    assert first == {"made": 2, "found": {"said_wrong": 1, "rewritten": 1}}
    assert (await qa.post("/v1/quality/harvest", json={})).json() == {"made": 1, "found": {"agreed": 1}}
    assert (await qa.post("/v1/quality/harvest", json={})).json()["made"] == 0
    listed = await cases(house)
    assert [case["found"] for case in listed] == ["said_wrong", "rewritten", "agreed"]
    assert listed[2]["body"]["must"] == [{"cite": ["refunds"]}]
    assert all(Case.model_validate(case["body"]) for case in listed)
    assert traces(json.dumps(listed, ensure_ascii=False)) == []
    assert "Monday" in listed[1]["draft"]["sent"] == listed[1]["body"]["human"]


async def test_whoever_is_erased_takes_their_cases_along(house: House) -> None:
    tom, qa, ada = await house.enter("agent"), await house.enter("qa"), await house.enter("admin")
    draft = await drafted(house)
    made = (await tom.post("/v1/quality/cases", json={"suggestion_id": draft["id"], "side": "must", "words": draft["text"]})).json()
    (await qa.post(f"/v1/quality/cases/{made['id']}/decide", json={"state": "approved"})).raise_for_status()
    receipt = (await ada.delete("/v1/customers/cust-7781")).json()
    await house.settle()
    assert (await ada.get(f"/v1/erasures/{receipt['id']}")).json()["removed"]["quality_cases"] == 1
    assert (await qa.get("/v1/quality/approved")).json() == {"cases": []}


async def test_a_published_run_is_there_for_those_who_look_after_quality(house: House) -> None:
    qa = await house.enter("qa")
    figure = {"metric": "expected", "version": 1, "value": 0.5, "low": 0.3, "high": 0.7, "n": 10, "k": 5}
    run = {"name": "cases-1", "made_at": "2026-03-01T10:00:00Z", "tried": {"model": "x"}, "figures": [figure]}
    assert (await qa.post("/v1/quality/runs", json=run)).status_code == 201
    assert (await qa.post("/v1/quality/runs", json=run | {"figures": [figure | {"value": 0.6}]})).status_code == 201
    (found,) = (await qa.get("/v1/quality/runs")).json()["runs"]
    assert (found["name"], found["figures"][0]["value"]) == ("cases-1", 0.6)


async def test_the_audit_names_who_decided_and_not_who_made_a_case(house: House) -> None:
    tom, qa, ada = await house.enter("agent"), await house.enter("qa"), await house.enter("admin")
    draft = await drafted(house)
    made = (await mark(tom, draft, draft["text"])).json()
    (await qa.post(f"/v1/quality/cases/{made['id']}/decide", json={"state": "approved"})).raise_for_status()
    events = {one["type"]: one["actor"] for one in (await ada.get("/v1/events", params={"limit": 500})).json()["events"]}
    async with house.application.database.read("default") as records:
        quinn = await records.admin.user("quinn.ito")
    assert quinn is not None
    assert events["quality.made"] == "user"
    assert events["quality.decided"] == f"user:{quinn.id}"


async def test_a_town_and_an_employer_on_record_are_somewhere_else(house: House) -> None:
    more = {"employer": "Lindqvist & Ahrens Architects", "address": "Storgatan 14, 90326 Umeå"}
    said = "I write from Umeå, where Lindqvist & Ahrens Architects is. My flight to Lisbon was cancelled. Where is my refund?"
    reply = next(
        one
        for one in (await house.begin("chat-8", said, customer=THORA | more))["suggestions"]
        if one["state"] == "proposed" and one["text"]
    )
    (await mark(await house.enter("agent"), reply, reply["text"].split(".")[0])).raise_for_status()
    (case,) = await cases(house)
    told = case["body"]["conversation"][0]["customer"]
    assert "Lisbon" in told
    assert not [word for word in ("Umeå", "Ahrens", "Architects") if word in json.dumps(case, ensure_ascii=False)]
