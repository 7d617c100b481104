"""One person over channels: proven in both is the same, anything weaker is asked, whatever was said can be taken back."""

import json
from itertools import permutations
from typing import Any

import pytest

from tests.api.house import INES, House, assert_problem, chat
from tests.services.conftest import Open
from tests.services.test_assurance import told

PROVEN = {"type": "email", "value": "Ines@Example.com", "verified": True}
CLAIMED = PROVEN | {"verified": False}
ASKED = "What did you promise me about the refund for Lisbon?"


@pytest.fixture
async def house(opened: Open) -> House:
    """With the tools whose contacts write: their ids begin with the connection's name."""
    house = await opened()
    admin = await house.enter("admin")
    for tool in ("insta", "whats", "x", "shop", "chatwoot"):
        (await admin.post("/v1/connections", json={"id": tool, "kind": "webhook"})).raise_for_status()
    return house


async def writes(
    house: House, identity: dict[str, Any], ref: str = "ig-1", customer: str = "insta:77", *, said: tuple[str, ...] = (ASKED,), **known: Any
) -> None:
    """Somebody writes by another channel, as another record; the tool has proven who they are to it."""
    who = {"id": customer, "name": "ines_a", "identities": [identity], "assurance": "proven"} | known
    program = await house.enter("integrator")
    (await program.post("/v1/conversations", json=chat(ref, *said, customer=who))).raise_for_status()
    await house.settle()


async def drafts(house: House, ref: str = "ig-1") -> set[str]:
    """What of Ines' record is told."""
    tom = await house.enter("agent")
    (await tom.post(f"/v1/conversations/{ref}/suggestions", json={"kinds": ["reply", "questions", "options"]})).raise_for_status()
    await house.settle()
    turn = (await tom.get(f"/v1/conversations/{ref}/suggestions")).raise_for_status().json()
    return told(turn["suggestions"])


async def matches(house: House, customer: str = "insta:77") -> list[dict[str, Any]]:
    tom = await house.enter("agent")
    found: list[dict[str, Any]] = (await tom.get(f"/v1/customers/{customer}/matches")).raise_for_status().json()["matches"]
    return found


async def say(house: House, match: dict[str, Any], *, same: bool) -> None:
    tom = await house.enter("agent")
    (await tom.post(f"/v1/matches/{match['match_id']}", json={"same": same})).raise_for_status()
    await house.settle()


async def test_an_address_proven_in_both_is_one_person(house: House) -> None:
    await writes(house, PROVEN)
    (match,) = await matches(house)
    assert (match["state"], match["decided_by"], match["customer_ref"]) == ("same", "", "insta:77")
    assert "three days" in await drafts(house)
    tom = await house.enter("agent")
    card = (await tom.get("/v1/customers/insta:77/card")).json()
    assert (card["id"], card["name"], card["tier"], card["conversations"]) == ("cust-1042", "Ines Almeida", "gold", 2)


async def test_a_claimed_address_is_a_question_and_tells_nothing(house: House) -> None:
    await writes(house, CLAIMED)
    (match,) = await matches(house)
    assert (match["state"], match["customer_ref"], match["name"]) == ("suggested", "cust-1042", "Ines Almeida")
    assert await drafts(house) == set()
    (seen,) = await matches(house, "cust-1042")
    assert (seen["match_id"], seen["customer_ref"]) == (match["match_id"], "insta:77")


async def test_what_an_agent_confirms_holds_and_can_be_taken_back(house: House) -> None:
    await writes(house, CLAIMED)
    (match,) = await matches(house)
    await say(house, match, same=True)
    assert "three days" in await drafts(house)
    await say(house, match, same=False)
    assert await drafts(house) == set()
    assert await matches(house) == []
    tom = await house.enter("agent")
    assert (await tom.get("/v1/customers/cust-1042/card")).json()["conversations"] == 1
    # Neither the same claim nor proof joins again what a person has parted.
    await writes(house, PROVEN, "ig-2")
    assert await drafts(house, "ig-2") == set()
    assert_problem(await tom.post(f"/v1/matches/{match['match_id']}", json={"same": False}), 409, "not the same")


async def test_drafts_of_an_open_conversation_follow_the_decision(house: House) -> None:
    await writes(house, CLAIMED)
    tom = await house.enter("agent")
    before = (await tom.get("/v1/conversations/ig-1/suggestions")).json()
    (match,) = await matches(house)
    await say(house, match, same=True)
    after = (await tom.get("/v1/conversations/ig-1/suggestions")).json()
    assert after["turn_id"] != before["turn_id"]
    assert told(before["suggestions"]) == set()
    assert "three days" in told(after["suggestions"])
    await say(house, match, same=False)
    assert told((await tom.get("/v1/conversations/ig-1/suggestions")).json()["suggestions"]) == set()


async def test_proof_that_comes_later_settles_a_question(house: House) -> None:
    await writes(house, CLAIMED)
    await writes(house, PROVEN)
    (match,) = await matches(house)
    assert match["state"] == "same"


async def test_two_people_who_proved_one_address_are_a_question(house: House) -> None:
    await writes(house, PROVEN, "ig-1", "insta:77")
    (match,) = await matches(house)
    await say(house, match, same=False)
    await writes(house, PROVEN, "wa-1", "whats:5")
    assert {one["state"] for one in await matches(house, "whats:5")} == {"suggested"}


async def test_a_couple_with_one_mailbox_are_two_people(house: House) -> None:
    """The company has both on file, by ids of its own, and their address is proven in both."""
    program = await house.enter("integrator")
    told = INES.replace("cust-1042", "cust-2000").replace("Ines Almeida", "Henrik Almeida").replace("mail-88", "mail-99")
    imported = (await program.post("/v1/customers/import", json={"lines": [told]})).raise_for_status().json()
    assert imported["saved"] == 1
    assert await matches(house, "cust-2000") == []
    await writes(house, PROVEN, "chat-7", "cust-2000", name="Henrik Almeida")
    assert await matches(house, "cust-2000") == []
    assert await matches(house, "cust-1042") == []
    # Whoever comes with that address by a tool may be either: somebody has to say.
    await writes(house, PROVEN)
    assert {one["state"] for one in await matches(house)} == {"suggested"}


@pytest.mark.parametrize("order", list(permutations(("file", "tool", "partner"))))
async def test_in_no_order_is_a_couple_joined_by_a_contact_that_may_be_either(opened: Open, order: tuple[str, ...]) -> None:
    house = await opened(furnish=False)
    admin, program = await house.enter("admin"), await house.enter("integrator")
    (await admin.post("/v1/connections", json={"id": "insta", "kind": "webhook"})).raise_for_status()
    partner = INES.replace("cust-1042", "cust-2000").replace("Ines Almeida", "Rui Prado").replace("mail-88", "mail-99")
    for step in order:
        if step == "tool":
            await writes(house, PROVEN)
        else:
            line = INES if step == "file" else partner
            (await program.post("/v1/customers/import", json={"lines": [line]})).raise_for_status()
    tom = await house.enter("agent")
    for ref, name in (("cust-1042", "Ines Almeida"), ("cust-2000", "Rui Prado")):
        card = (await tom.get(f"/v1/customers/{ref}/card")).raise_for_status().json()
        assert (card["id"], card["name"], card["conversations"]) == (ref, name, 1)
    assert {one["state"] for one in await matches(house)} == {"suggested"}


async def test_whoever_is_parted_by_itself_is_drafted_for_again(house: House) -> None:
    """The partner comes on file with the same mailbox: what was drafted for the contact knew too much."""
    await writes(house, PROVEN)
    assert "three days" in await drafts(house)
    tom, program = await house.enter("agent"), await house.enter("integrator")
    before = (await tom.get("/v1/conversations/ig-1/suggestions")).json()
    partner = INES.replace("cust-1042", "cust-2000").replace("Ines Almeida", "Rui Prado").replace("mail-88", "mail-99")
    (await program.post("/v1/customers/import", json={"lines": [partner]})).raise_for_status()
    await house.settle()
    after = (await tom.get("/v1/conversations/ig-1/suggestions")).json()
    assert after["turn_id"] != before["turn_id"]
    assert told(after["suggestions"]) == set()


async def test_what_a_stranger_claims_takes_nothing_from_anybody(house: House) -> None:
    await writes(house, PROVEN)
    await writes(house, CLAIMED, "web-1", "c-77")
    tom = await house.enter("agent")
    assert (await tom.get("/v1/customers/insta:77/card")).json()["id"] == "cust-1042"
    assert {one["state"] for one in await matches(house, "c-77")} == {"suggested"}


async def test_proof_by_another_address_joins_no_two_customers_either(house: House) -> None:
    """The contact is Ines' by her e-mail; then it proves a telephone that another customer has."""
    program = await house.enter("integrator")
    phone = {"type": "phone", "value": "+351 91 234 5678", "verified": True}
    told = {"id": "cust-2000", "name": "Rui", "identities": [phone]}
    (await program.post("/v1/customers/import", json={"lines": [json.dumps(told)]})).raise_for_status()
    await writes(house, PROVEN)
    await writes(house, phone)
    assert {(one["customer_ref"], one["state"]) for one in await matches(house)} == {("insta:77", "same"), ("cust-2000", "suggested")}
    tom = await house.enter("agent")
    assert (await tom.get("/v1/customers/cust-2000/card")).json()["conversations"] == 0


async def test_what_was_said_of_two_holds_whoever_joins_one_of_them(house: House) -> None:
    await writes(house, CLAIMED)
    (match,) = await matches(house)
    await say(house, match, same=False)
    phone = {"type": "phone", "value": "+351 91 234 5678", "verified": True}
    await writes(house, phone)  # the contact that is not Ines has it
    await writes(house, PROVEN, "wa-1", "whats:5")  # another one is Ines
    await writes(house, phone, "wa-1", "whats:5")  # and proves that telephone
    tom = await house.enter("agent")
    assert (await tom.get("/v1/customers/insta:77/card")).json()["id"] == "insta:77"
    assert ("insta:77", "suggested") in {(one["customer_ref"], one["state"]) for one in await matches(house, "whats:5")}


async def test_a_chain_is_listed_and_parted_end_by_end(house: House) -> None:
    phone = {"type": "phone", "value": "+351 91 234 5678", "verified": True}
    await writes(house, PROVEN)
    await writes(house, phone)
    await writes(house, phone, "wa-1", "whats:5", name="i")
    listed = {one["customer_ref"]: one for one in await matches(house, "cust-1042")}
    assert {ref: one["state"] for ref, one in listed.items()} == {"insta:77": "same", "whats:5": "same"}
    await say(house, listed["whats:5"], same=False)
    tom = await house.enter("agent")
    assert (await tom.get("/v1/customers/whats:5/card")).json()["id"] == "whats:5"
    assert (await tom.get("/v1/customers/insta:77/card")).json()["id"] == "cust-1042"


async def test_who_is_erased_is_settled_when_it_is_asked(house: House) -> None:
    """What is parted before the rows go is erased all the same; what is joined meanwhile is not."""
    await writes(house, PROVEN)
    (match,) = await matches(house)
    await writes(house, {"type": "handle", "value": "x"}, "x-1", "x:1", name="x")
    admin, erasure = await house.enter("admin"), house.application.erasure
    receipt = (await admin.delete("/v1/customers/cust-1042")).raise_for_status().json()
    async with house.application.database.write("default") as records:
        pair, other = await records.matches.get(match["match_id"]), await records.customers.record("x:1")
        assert pair is not None
        assert other is not None
        await records.matches.put(pair.model_copy(update={"state": "parted"}))
        low, high = sorted((pair.one, other.id))
        await records.matches.put(pair.model_copy(update={"id": "m", "one": low, "other": high}))
    await erasure.run("default", receipt["id"])
    tom = await house.enter("agent")
    assert [(await tom.get(f"/v1/customers/{ref}/card")).status_code for ref in ("cust-1042", "insta:77", "x:1")] == [404, 404, 200]


async def test_an_erasure_that_an_earlier_version_began_takes_all_of_the_person(house: House) -> None:
    """It noted one id and meant everybody who was one with it."""
    await writes(house, PROVEN)
    admin, erasure = await house.enter("admin"), house.application.erasure
    receipt = (await admin.delete("/v1/customers/cust-1042")).raise_for_status().json()
    name = f"erasure:{receipt['id']}"
    async with house.application.database.write("default") as records:
        held = json.loads(await records.admin.state(name) or "")
        leading = await records.customers.find("cust-1042")
        assert leading is not None
        await records.admin.put_state(name, json.dumps({"receipt": held["receipt"], "customer": leading.id, "turns": []}))
    await erasure.run("default", receipt["id"])
    tom = await house.enter("agent")
    assert [(await tom.get(f"/v1/customers/{ref}/card")).status_code for ref in ("cust-1042", "insta:77")] == [404, 404]


async def test_an_id_of_the_companys_own_is_never_joined_by_itself(house: House) -> None:
    await writes(house, PROVEN, "web-1", "c-77")
    assert [one["state"] for one in await matches(house, "c-77")] == ["suggested"]


async def test_another_first_name_at_the_same_address_is_a_question(house: House) -> None:
    await writes(house, PROVEN, name="Henrik Almeida")
    assert [one["state"] for one in await matches(house)] == ["suggested"]
    await writes(house, PROVEN, "wa-1", "whats:5", name="Inês Almeida")
    assert {one["state"] for one in await matches(house, "whats:5")} == {"suggested"}


async def test_an_address_of_many_is_nobodys(house: House) -> None:
    desk = {"type": "phone", "value": "+351 21 000 0000", "verified": True}
    for number in range(7):
        await writes(house, desk, f"t-{number}", f"shop:{number}", name=f"P{number}")
    assert await matches(house, "shop:6") == []
    # The first five were joined by it, before it was known to be a shop's: that is a question again.
    assert "same" not in {one["state"] for one in await matches(house, "shop:0")}
    tom = await house.enter("agent")
    assert (await tom.get("/v1/customers/shop:0/card")).json()["conversations"] == 1


async def test_a_handle_is_never_proof(house: House) -> None:
    handle = {"type": "handle", "value": "@ines", "verified": True}
    await writes(house, handle, "ig-1", "insta:1")
    await writes(house, handle, "x-1", "x:1")
    (match,) = await matches(house, "x:1")
    assert match["state"] == "suggested"


async def test_a_conversation_that_turns_out_to_be_somebody_elses_is_a_question(house: House) -> None:
    await writes(house, {"type": "handle", "value": "visitor-9"}, "web-1", "chatwoot:9", assurance="none")
    await writes(house, PROVEN, "web-1", "cust-1042", name="Ines Almeida")
    (match,) = await matches(house, "chatwoot:9")
    assert (match["state"], match["keys"], match["customer_ref"]) == ("suggested", [], "cust-1042")
    assert await drafts(house, "web-1") == set()
    await say(house, match, same=True)
    await writes(house, PROVEN, "web-1", "cust-1042", name="Ines Almeida", said=(ASKED, ASKED))
    assert "three days" in await drafts(house, "web-1")


async def test_erasing_the_person_erases_every_record_and_none_comes_back(house: House) -> None:
    await writes(house, PROVEN)
    admin, program = await house.enter("admin"), await house.enter("integrator")
    (await admin.delete("/v1/customers/insta:77")).raise_for_status()
    await house.settle()
    tom = await house.enter("agent")
    for ref in ("insta:77", "cust-1042"):
        assert_problem(await tom.get(f"/v1/customers/{ref}/card"), 404, "no customer")
        back = chat("again", ASKED, customer={"id": ref, "name": "Ines"})
        assert_problem(await program.post("/v1/conversations", json=back), 403, "erased")


async def test_who_may_decide(house: House) -> None:
    await writes(house, CLAIMED)
    (match,) = await matches(house)
    for role in ("editor", "integrator", "qa"):
        client = await house.enter(role)
        assert (await client.post(f"/v1/matches/{match['match_id']}", json={"same": True})).status_code == 403
    tom = await house.enter("agent")
    assert_problem(await tom.post("/v1/matches/none", json={"same": True}), 404, "no match")
    admin = await house.enter("admin")
    await say(house, match, same=True)
    events = (await admin.get("/v1/events")).raise_for_status().json()["events"]
    assert "customer.matched" in {one["type"] for one in events}
