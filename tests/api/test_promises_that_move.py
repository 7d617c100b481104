"""A promise outlives the shift of whoever made it: it moves, for good or while they are away, and is updated before it falls due."""

from typing import Any

import httpx
import pytest

from tests.api.house import House, assert_problem

ANSWER = "Ines, I am asking our refunds team now. You will hear from me by 17:00 tomorrow."


async def owed(client: httpx.AsyncClient, **params: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await client.get("/v1/promises", params=params)).raise_for_status().json()["promises"]
    return found


async def mine(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    return await owed(client, owner="me")


async def people(house: House) -> tuple[httpx.AsyncClient, httpx.AsyncClient, httpx.AsyncClient]:
    """Tom; Nils, who promised the refund; Sara, who leads."""
    return await house.enter("agent"), await house.enter("agent", name="Nils Falk"), await house.enter("supervisor")


async def test_a_promise_shows_whom_it_was_made_to(furnished: House) -> None:
    _, nils, _ = await people(furnished)
    (promise,) = await mine(nils)
    assert promise["customer"] == {"id": "cust-1042", "name": "Ines Almeida"}
    assert (promise["conversation_ref"], promise["channel"], promise["state"], promise["soon"]) == ("mail-88", "email", "overdue", True)
    assert (promise["moved_from"], promise["moved_until"]) == ("", None)


async def test_a_promise_is_taken_over_or_given_away(furnished: House) -> None:
    tom, nils, sara = await people(furnished)
    (promise,) = await mine(nils)
    at = f"/v1/promises/{promise['id']}"
    taken = await tom.patch(at, json={"owner": "me"})
    assert (taken.status_code, taken.json()["owner"]) == (200, "Tom Berg")
    assert await mine(nils) == []
    assert [p["moved_from"] for p in await mine(tom)] == ["Nils Falk"]
    assert_problem(await nils.patch(at, json={"owner": "sara.lind"}), 403, "not yours")
    assert (await tom.patch(at, json={"owner": "nils.falk", "due": "2090-01-01T00:00:00Z"})).json()["due"] == "2090-01-01T00:00:00Z"
    assert (await sara.patch(at, json={"owner": "tom.berg"})).json()["owner"] == "Tom Berg", "a lead may move any"
    assert_problem(await sara.patch(at, json={"owner": "nobody"}), 404, "nobody")
    assert_problem(await sara.patch(at, json={}), 422, "owner")
    assert (await tom.patch(at, json={"state": "kept"})).json()["state"] == "kept"
    assert_problem(await tom.patch(at, json={"owner": "me"}), 409, "kept")


async def test_an_absent_colleagues_promises_come_to_whoever_minds_them_and_go_back(furnished: House) -> None:
    tom, nils, sara = await people(furnished)
    until = (furnished.clock()).replace(microsecond=0).isoformat()
    furnished.clock.forward(days=-2)
    away = await nils.post("/v1/users/me/absence", json={"until": until, "promises_to": "tom.berg"})
    assert away.status_code == 200, away.text
    (promise,) = await mine(tom)
    assert (promise["moved_from"], promise["moved_until"] is not None, promise["owner"]) == ("Nils Falk", True, "Nils Falk")
    assert await mine(nils) == []
    assert len(await owed(sara)) == 1, "who watches over all sees it once"
    furnished.clock.forward(days=3)
    assert await mine(tom) == []
    assert [p["moved_from"] for p in await mine(nils)] == [""]


async def test_an_absence_ends_early(furnished: House) -> None:
    tom, nils, _ = await people(furnished)
    body = {"until": "2090-01-01T00:00:00Z", "promises_to": "tom.berg"}
    await nils.post("/v1/users/me/absence", json=body)
    assert len(await mine(tom)) == 1
    back = await nils.post("/v1/users/me/absence", json={})
    assert back.json() == {"until": None, "promises_to": None}
    assert (await mine(tom), len(await mine(nils))) == ([], 1)


async def test_two_who_mind_each_other_keep_their_own(furnished: House) -> None:
    """Nobody is lost in a circle: what comes back to its owner stays with them."""
    tom, nils, sara = await people(furnished)
    day = {"until": "2090-01-01T00:00:00Z"}
    await nils.post("/v1/users/me/absence", json=day | {"promises_to": "tom.berg"})
    await tom.post("/v1/users/me/absence", json=day | {"promises_to": "sara.lind"})
    assert (await mine(tom), [p["moved_from"] for p in await mine(sara)]) == ([], ["Nils Falk"]), "the chain ends with who is here"
    application = furnished.application
    async with application.database.write("default") as records:
        absences = {one.user_id: one for one in await records.day.absent(application.clock())}
        first = next(iter(absences.values()))
        toms = next(one for one in absences.values() if one.promises_to not in absences)
        await records.day.put_absence(toms.model_copy(update={"promises_to": next(i for i in absences if i != toms.user_id)}))
        assert first
    assert len(await mine(nils)) == 1


@pytest.mark.parametrize(
    ("changed", "status", "named"),
    [
        ({"until": "2020-01-01T00:00:00Z"}, 422, "later than now"),
        ({"promises_to": "tom.berg"}, 422, "their own"),
        ({"promises_to": "nobody"}, 404, "nobody"),
        ({"promises_to": None}, 422, "minds"),
        ({"until": "2090-01-01T00:00:00"}, 422, "until"),
        ({"promises_to": "nils.falk"}, 409, "away"),
    ],
)
async def test_an_absence_that_would_lose_promises(furnished: House, changed: dict[str, Any], status: int, named: str) -> None:
    tom, nils, _ = await people(furnished)
    await nils.post("/v1/users/me/absence", json={"until": "2090-01-01T00:00:00Z", "promises_to": "sara.lind"})
    body = {"until": "2090-01-01T00:00:00Z", "promises_to": "sara.lind"} | changed
    assert_problem(await tom.post("/v1/users/me/absence", json=body), status, named)


async def test_who_says_that_somebody_is_away(furnished: House) -> None:
    tom, nils, sara = await people(furnished)
    body = {"until": "2090-01-01T00:00:00Z", "promises_to": "tom.berg"}
    assert_problem(await tom.post("/v1/users/nils.falk/absence", json=body), 403, "supervisor")
    assert (await sara.post("/v1/users/nils.falk/absence", json=body)).status_code == 200
    assert len(await mine(tom)) == 1
    assert await mine(nils) == []


async def test_an_update_is_drafted_for_its_owner_before_it_falls_due(furnished: House) -> None:
    tom, _, sara = await people(furnished)
    await furnished.begin()
    await tom.post("/v1/conversations/chat-1/answers", json={"text": ANSWER})
    (promise,) = await mine(tom)
    assert (promise["soon"], promise["update"]) == (False, None), "too early to be told"
    due = promise["due"]
    await tom.patch(f"/v1/promises/{promise['id']}", json={"due": (furnished.clock().replace(microsecond=0)).isoformat()})
    furnished.clock.forward(minutes=-30)
    (soon,) = await mine(tom)
    update = soon["update"]
    assert (soon["state"], soon["soon"], update["language"]) == ("open", True, "en"), due
    assert update["text"].startswith("Hello Ines, on ")
    assert "not done yet" in update["text"]
    assert "hear from me by 17:00 tomorrow" in update["text"], "she proved who she is: it is said what was promised"
    assert "I will write to you by" in update["text"]
    furnished.clock.forward(days=2)
    (late,) = await mine(tom)
    assert "the mistake is mine" in late["update"]["text"]
    assert [p["update"] for p in await owed(sara)] == [None, None], "drafts are for who owes it"


async def test_nothing_on_record_is_told_to_someone_unproven(furnished: House) -> None:
    tom, nils, _ = await people(furnished)
    (promise,) = await mine(nils)
    assert "“" not in promise["update"]["text"], "the mail's sender never proved who they are"
    assert "is late, and the mistake is mine" in promise["update"]["text"]
    await tom.patch(f"/v1/promises/{promise['id']}", json={"owner": "me"})
    (moved,) = await mine(tom)
    assert "my colleague Nils Falk" in moved["update"]["text"]
    assert "I have taken it over" in moved["update"]["text"]


async def test_the_update_is_read_as_a_promise_when_it_is_sent(furnished: House) -> None:
    _, nils, _ = await people(furnished)
    (promise,) = await mine(nils)
    sent = await nils.post("/v1/conversations/mail-88/answers", json={"text": promise["update"]["text"]})
    assert sent.status_code == 201, sent.text
    made = [p for p in await mine(nils) if p["id"] != promise["id"]]
    assert len(made) == 1
    assert made[0]["due"] == promise["update"]["by"]
