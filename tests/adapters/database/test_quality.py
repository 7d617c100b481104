"""Cases and runs: what is decided once, what is harvested, and what an erasure or retention takes along."""

from typing import Any

import pytest

from copilot.adapters.database import SqlDatabase
from copilot.domain.case import SentText
from copilot.domain.ports.records import Records
from copilot.domain.quality import FOUND, MetricFigure, QualityRun
from copilot.domain.suggestion import CheckResult
from tests.adapters.database import samples
from tests.adapters.database.samples import NOON, minutes

FLAG = CheckResult(name="unsupported", outcome="flag", detail="nothing says so")


async def drafted(records: Records, ref: str, *, sent: float | None = None, action: str = "", reason: str = "", **values: Any) -> str:
    """The id of a reply in a conversation of its own, and what an agent did with it."""
    customer, conversation = await samples.talking(records, ref)
    await records.turns.mint(f"turn-{ref}", conversation.id, [], NOON)
    await records.turns.freeze(samples.frozen(f"turn-{ref}", conversation, customer))
    made = await records.suggestions.put(samples.draft(f"turn-{ref}", id=f"draft-{ref}", **values))
    if action:
        text = "Another text." if action == "edited" else ""
        await records.suggestions.decide(samples.decision(made.id, action=action, reason=reason, text=text))
    if sent is not None:
        given = {"id": f"sent-{ref}", "conversation_id": conversation.id, "message_id": conversation.messages[0].id}
        left = given | {"suggestion_id": made.id, "text": "It is here.", "edit_distance": sent, "sent_at": NOON}
        await records.suggestions.put_sent(SentText.model_validate(left))
    return made.id


async def found(records: Records) -> dict[str, list[str]]:
    return {way: some for way in FOUND if (some := await records.quality.decided(way, 9))}


async def test_what_became_of_drafts_is_told_apart(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        await drafted(records, "wrong", action="dismissed", reason="wrong_fact")
        await drafted(records, "tone", action="dismissed", reason="tone")
        await drafted(records, "flagged", action="used", checks=(FLAG,))
        await drafted(records, "flagged-sent", sent=0.2, checks=(FLAG,))
        await drafted(records, "flagged-only", checks=(FLAG,))
        await drafted(records, "rewritten", action="edited", sent=0.7)
        await drafted(records, "a-little", action="edited", sent=0.2)
        await drafted(records, "agreed", action="used", sent=0.0)
        await drafted(records, "word", checks=(CheckResult(name="flag", outcome="pass", detail='"outcome" flag'),), action="used")
        assert await found(records) == {
            "said_wrong": ["draft-wrong"],
            "flagged": ["draft-flagged-sent", "draft-flagged"],
            "rewritten": ["draft-rewritten"],
            "agreed": ["draft-agreed"],
        }
        await records.quality.add(samples.quality_case(None, None, origin="harvest:draft-wrong"))
        assert "said_wrong" not in await found(records)


async def test_a_case_is_made_once_of_one_origin_and_decided_once(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        case = samples.quality_case(None, None)
        assert await records.quality.add(case)
        assert not await records.quality.add(case.model_copy(update={"id": "other"}))
        assert await records.quality.change(case.model_copy(update={"name": "better"}))
        assert await records.quality.change(case.model_copy(update={"name": "better", "state": "approved", "decided_at": NOON}))
        assert not await records.quality.change(case.model_copy(update={"state": "rejected"}))
        stored = await records.quality.case(case.id)
        assert stored is not None
        assert (stored.name, stored.state, stored.decided_at, stored.draft) == ("better", "approved", NOON, case.draft)
        assert await records.quality.counts() == {"approved": 1}


async def test_what_a_person_marked_comes_first_then_what_is_dangerous(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        for number, way in enumerate(("agreed", "flagged", None, "said_wrong", "rewritten")):
            ident = {"id": way or "marked", "origin": str(number), "made_at": minutes(number)}
            await records.quality.add(samples.quality_case(None, None, found=way, **ident))
        listed = [case.id for case in await records.quality.cases(("candidate",))]
    assert listed == ["marked", "said_wrong", "flagged", "rewritten", "agreed"]


@pytest.mark.parametrize("state", ["candidate", "approved", "rejected"])
async def test_an_erased_customers_case_goes_whatever_was_decided(database: SqlDatabase, state: str) -> None:
    async with database.write("default") as records:
        customer, conversation = await samples.talking(records, "1")
        _, others = await samples.talking(records, "2")
        await records.quality.add(samples.quality_case(conversation.id, customer.id, state=state))
        await records.quality.add(samples.quality_case(others.id, None, id="kept", origin="kept", name="of another"))
        gone = await records.customers.erase(customer.id)
        assert gone["quality_cases"] == ["quality"]
        assert await records.quality.case("quality") is None
        assert await records.quality.case("kept") is not None


async def test_retention_lets_go_of_cases_nobody_approved_and_an_erasure_still_finds_the_others(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        customer, conversation = await samples.talking(records, "1")
        await records.conversations.change(conversation.id, status="closed")
        for state in ("candidate", "approved", "rejected"):
            await records.quality.add(samples.quality_case(conversation.id, customer.id, id=state, origin=state, state=state, name=state))
        gone = await records.admin.discard("conversations", [conversation.id])
        assert sorted(gone["quality_cases"]) == ["candidate", "rejected"]
        left = await records.quality.case("approved")
        assert left is not None
        assert (left.conversation_id, left.suggestion_id, left.customer_id) == (None, None, customer.id)
        assert (await records.customers.erase(customer.id))["quality_cases"] == ["approved"]


async def test_old_cases_go_unless_they_were_approved(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        for state in ("candidate", "approved", "rejected"):
            await records.quality.add(samples.quality_case(None, None, id=state, origin=state, state=state))
        assert await records.admin.outdated("quality_cases", NOON, 9) == []
        old = await records.admin.outdated("quality_cases", minutes(1), 9)
        assert sorted(old) == ["candidate", "rejected"]
        assert await records.admin.discard("quality_cases", old) == {"quality_cases": old}
        assert await records.quality.counts() == {"approved": 1}


async def test_a_run_published_again_replaces_the_first(database: SqlDatabase) -> None:
    figure = MetricFigure(metric="expected", version=1, value=0.5, low=0.4, high=0.6, n=10, k=5)
    async with database.write("default") as records:
        await records.quality.put_run(QualityRun(id="1", name="cases", made_at=NOON, posted_at=NOON))
        run = QualityRun(id="2", name="cases", made_at=NOON, tried={"model": "x"}, figures=(figure,), posted_at=NOON)
        await records.quality.put_run(run)
        await records.quality.put_run(run.model_copy(update={"id": "3", "name": "later", "made_at": minutes(1)}))
        assert [(one.id, one.figures) for one in await records.quality.runs()] == [("3", (figure,)), ("2", (figure,))]
