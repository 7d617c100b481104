"""The whole graph once: nothing is stored, and what absent means depends on who brings the conversation."""

from copilot.api.suggest import live
from copilot.domain.formats import ConversationIn, SuggestOut
from copilot.services.conversations.cases import load_file
from tests.api.house import House, assert_problem, chat


async def test_it_answers_the_contract_and_stores_nothing(furnished: House) -> None:
    program, ada = await furnished.enter("integrator"), await furnished.enter("admin")
    before = (await ada.get("/v1/events", params={"limit": 1000})).json()["next"]
    answer = await program.post("/v1/suggest", json=chat("one-off"))
    assert answer.status_code == 200, answer.text
    out = SuggestOut.model_validate(answer.json())
    assert out.turn.conversation_id == "one-off"
    assert {"cue", "reply"} <= {s.kind for s in out.suggestions}
    assert {p.state for p in out.turn.evidence.promises} == {"overdue"}
    assert (await ada.get("/v1/events", params={"limit": 1000})).json()["next"] == before
    assert_problem(await program.get("/v1/conversations/one-off"), 404)


async def test_kinds_can_be_chosen(furnished: House) -> None:
    program = await furnished.enter("integrator")
    out = (await program.post("/v1/suggest", params={"kinds": "cue, acknowledge"}, json=chat())).json()
    assert {s["kind"] for s in out["suggestions"]} == {"cue", "acknowledge"}
    assert_problem(await program.post("/v1/suggest", params={"kinds": "poem"}, json=chat()), 422, "poem")


async def test_only_the_local_owner_vouches_for_a_file(furnished: House) -> None:
    """A file's customer without assurance counts as proven; over the API absent means none."""
    given = chat(assurance=None)
    given["messages"][0]["text"] = "What is my booking reference?"
    ada = await furnished.enter("admin")
    assert_problem(await ada.post("/v1/suggest", params={"source": "file"}, json=given), 403, "local owner")
    assert_problem(await ada.post("/v1/suggest", params={"source": "letter"}, json=given), 422, "query.source")
    assert (await furnished.owner().post("/v1/suggest", params={"source": "file"}, json=given)).status_code == 200


async def test_absent_assurance_is_none_over_the_api_and_proven_from_a_file(furnished: House) -> None:
    given = ConversationIn.model_validate(chat(assurance=None))
    application, now = furnished.application, furnished.clock()
    async with application.database.read("default") as records:

        async def assurance(of: ConversationIn) -> str:
            case = await load_file(records, of, counted_from=now, embedder=application.embedder, privacy=application.privacy)
            return case.assurance

        assert await assurance(given) == "proven"
        assert await assurance(live(given, now)) == "none"
        claimed = ConversationIn.model_validate(chat(assurance="claimed"))
        assert await assurance(live(claimed, now)) == "claimed"


async def test_live_data_is_judged_at_present_and_a_file_at_its_last_message(furnished: House) -> None:
    given = chat()
    given["messages"][0]["sent_at"] = "-PT2H"
    live = (await furnished.owner().post("/v1/suggest", params={"kinds": "cue"}, json=given)).json()
    assert live["turn"]["evidence"]["emotion"]["waiting_seconds"] >= 7199
    file = (await furnished.owner().post("/v1/suggest", params={"kinds": "cue", "source": "file"}, json=given)).json()
    assert file["turn"]["evidence"]["emotion"]["waiting_seconds"] == 0
    at = given | {"as_of": "-PT1H"}
    replay = (await furnished.owner().post("/v1/suggest", params={"kinds": "cue"}, json=at)).json()
    assert 3590 <= replay["turn"]["evidence"]["emotion"]["waiting_seconds"] <= 3610


async def test_a_sender_whose_clock_runs_ahead_is_heard(furnished: House) -> None:
    given = chat()
    given["messages"][0]["sent_at"] = "2199-01-01T00:00:00Z"
    out = await furnished.owner().post("/v1/suggest", params={"kinds": "cue"}, json=given)
    assert out.status_code == 200
    assert out.json()["turn"]["evidence"]["emotion"]["waiting_seconds"] == 0


async def test_a_time_that_cannot_be_read_is_named(house: House) -> None:
    given = chat()
    given["messages"][0]["sent_at"] = "noon"
    assert_problem(await house.owner().post("/v1/suggest", json=given), 422, "body.messages.0.sent_at")
    assert_problem(await house.owner().post("/v1/suggest", json=chat() | {"as_of": "noon"}), 422, "noon")
