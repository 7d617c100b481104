"""Scorecards: what counts as a risk, whose a conversation is, what is decided once, and what goes with a person."""

from typing import Any

import pytest
import sqlalchemy as sa

from copilot.adapters.database import SqlDatabase
from copilot.adapters.database.tables import METADATA
from copilot.domain.ports.records import Records
from copilot.domain.scorecards import Closed, Risk
from copilot.domain.staff import User
from copilot.domain.suggestion import CheckResult
from tests.adapters.database import samples
from tests.adapters.database.samples import NOON, minutes

FLAG = CheckResult(name="unsupported", outcome="flag", detail="nothing says so")


async def people(records: Records) -> None:
    await records.admin.put_user(User(id="u1", name="Kim", external_id="77", team="desk"))
    await records.admin.put_user(User(id="u2", name="Lea", external_id="78", team="travel"))


async def closed(records: Records, ref: str, *answers: tuple[str, str], status: str = "closed", **values: Any) -> str:
    """A conversation with one answer for each (author id, name); its id."""
    customer = await records.customers.upsert(samples.person(f"c{ref}"))
    said = [samples.said("m1")]
    said += [
        samples.said(f"a{n}", "It is in Lisbon.", at=n, author="agent", author_id=a, author_name=b) for n, (a, b) in enumerate(answers, 1)
    ]
    talk = samples.thread(f"t{ref}", *said, customer_id=customer.id, status=status, **values)
    return (await records.conversations.upsert(talk)).id


async def frame(records: Records) -> dict[str, Closed]:
    return {one.conversation_id: one for one in await records.scorecards.closed(minutes(-60), minutes(60))}


async def test_only_closed_conversations_of_the_period_that_somebody_known_answered(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        await people(records)
        mine = await closed(records, "mine", ("77", "Kim"))
        named = await closed(records, "named", ("", "Lea"))
        await closed(records, "open", ("77", "Kim"), status="open")
        await closed(records, "unknown", ("99", "Kim"))
        await closed(records, "unanswered")
        found = await frame(records)
        assert {ident: (one.agent_id, one.team) for ident, one in found.items()} == {mine: ("u1", "desk"), named: ("u2", "travel")}
        assert await records.scorecards.closed(minutes(60), minutes(90)) == []
        assert await records.scorecards.closed(minutes(-60), minutes(1)) == []


async def test_a_conversation_is_whose_answers_are_the_most_and_the_latest_of_equals(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        await people(records)
        most = await closed(records, "most", ("77", "Kim"), ("77", "Kim"), ("78", "Lea"))
        last = await closed(records, "last", ("77", "Kim"), ("u2", "Lea"))
        found = await frame(records)
        assert (found[most].agent_id, found[last].agent_id) == ("u1", "u2")


async def drafted(records: Records, ident: str, **values: Any) -> str:
    conversation = await records.conversations.find(ident)
    assert conversation is not None
    turn = f"turn-{ident}"
    await records.turns.mint(turn, ident, [], NOON)
    await records.turns.freeze(samples.frozen(turn, conversation, None, base=77.0))
    return (await records.suggestions.put(samples.draft(turn, **values))).id


async def test_what_raises_the_chance_of_a_conversation(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        await people(records)
        calm, flagged, wrong, broken, kept = [
            await closed(records, ref, ("77", "Kim")) for ref in ("calm", "flag", "wrong", "broken", "kept")
        ]
        taken = await drafted(records, flagged, checks=(FLAG,))
        await records.suggestions.decide(samples.decision(taken, action="used"))
        said = await drafted(records, wrong)
        await records.suggestions.decide(samples.decision(said, action="dismissed", reason="wrong_fact"))
        for ident, state, settled in ((broken, "open", None), (kept, "kept", minutes(5))):
            found = await records.conversations.find(ident)
            assert found is not None
            assert found.customer_id is not None
            given = {"due": minutes(10), "state": state, "settled_at": settled}
            await records.memories.put_promise(samples.promise(found.customer_id, ident, **given))
        risks = {ident: one.risk for ident, one in (await frame(records)).items()}
    assert risks == {
        calm: Risk(),
        flagged: Risk(heat=77.0, flagged=1),
        wrong: Risk(heat=77.0, said_wrong=1),
        broken: Risk(broken_promise=True),
        kept: Risk(),
    }


async def test_one_rating_of_a_role_and_one_answer(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        customer, talk = await samples.talking(records)
        card = samples.scorecard(talk.id, customer.id)
        await records.scorecards.add_sample(samples.sample(), [card])
        assert await records.scorecards.rate(samples.rating())
        assert not await records.scorecards.rate(samples.rating(id="again", rater_id="q2"))
        assert await records.scorecards.rate(samples.rating(role="second", rater_id="q2"))
        answered = card.model_copy(update={"answer": "I see it otherwise.", "disputed": True, "answered_at": NOON})
        assert await records.scorecards.answer(answered)
        assert not await records.scorecards.answer(answered)
        stored = await records.scorecards.card("card")
    assert stored is not None
    assert stored.card == answered
    assert [one.role for one in stored.ratings] == ["first", "second"]
    assert stored.counts is None


async def test_the_switch_and_the_rubric_that_hold_are_the_latest(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        assert await records.scorecards.switch() is None
        assert await records.scorecards.rubric() is None
        await records.scorecards.put_switch(samples.switch())
        await records.scorecards.put_switch(samples.switch(on=False, id="off", at=minutes(1)))
        await records.scorecards.put_rubric(samples.stored_rubric(1))
        await records.scorecards.put_rubric(samples.stored_rubric(2))
        assert await records.scorecards.switch() == samples.switch(on=False, id="off", at=minutes(1))
        assert await records.scorecards.rubric() == samples.stored_rubric(2)
        assert await records.scorecards.rubric(1) == samples.stored_rubric(1)


@pytest.mark.parametrize("way", ["erasure", "erasure after it was given to another", "retention"])
async def test_quotes_comments_and_answers_go_with_the_person(database: SqlDatabase, way: str) -> None:
    async with database.write("default") as records:
        customer, talk = await samples.talking(records, "1")
        other, others = await samples.talking(records, "2")
        cards = [samples.scorecard(talk.id, customer.id), samples.scorecard(others.id, other.id, id="kept")]
        await records.scorecards.add_sample(samples.sample(), cards)
        await records.scorecards.rate(samples.rating(talk.messages[0].id))
        if way == "retention":
            await records.conversations.change(talk.id, status="closed")
            gone = await records.admin.discard("conversations", [talk.id])
        else:
            if "another" in way:
                await records.conversations.change(talk.id, customer_id=other.id)
            gone = await records.customers.erase(customer.id)
        assert gone["scorecards"] == ["card"]
        assert [one.card.id for one in await records.scorecards.cards("sample")] == ["kept"]
        for name in ("scorecards", "scorecard_ratings"):
            rows = await records.transaction.rows(sa.select(METADATA.tables[name]))
            assert not any(word in repr(row) for row in rows for word in ("Ann's bag", "Ann waits", talk.id))
