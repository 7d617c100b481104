"""Grants are decided once and used once, questions answered once, whoever comes at the same moment."""

import asyncio

from copilot.adapters.database import SqlDatabase
from copilot.domain.grants import ColleagueQuestion, Grant
from copilot.domain.knowledge import Limit
from tests.adapters.database.samples import article, grant, minutes, piece, question, talking


def yes(asked: Grant, by: str = "lead") -> Grant:
    terms = {"state": "granted", "granted": asked.limit, "decided_by": by, "decided_name": "Sara", "decided_at": minutes(1)}
    return asked.model_copy(update=terms | {"expires_at": minutes(60), "note": "Do."})


async def stored(database: SqlDatabase) -> tuple[Grant, ColleagueQuestion]:
    async with database.write("default") as records:
        _, conversation = await talking(records)
        asked, open_ = grant(conversation.id), question(conversation.id)
        await records.grants.add(asked)
        await records.questions.add(open_)
    return asked, open_


async def test_a_grants_life(database: SqlDatabase) -> None:
    asked, _ = await stored(database)
    async with database.write("default") as records:
        assert await records.grants.get(asked.id) == asked
        assert not await records.grants.use(asked.id, "m", minutes(2)), "nobody said yes"
        assert await records.grants.decide(yes(asked))
        assert not await records.grants.decide(yes(asked, by="another"))
        assert await records.grants.get(asked.id) == yes(asked)
        assert await records.grants.use(asked.id, "m", minutes(2))
        assert not await records.grants.use(asked.id, "m2", minutes(3))
        used = await records.grants.get(asked.id)
        assert used == yes(asked).model_copy(update={"state": "used", "used_in": "m", "used_at": minutes(2)})
        assert await records.grants.in_state(["used"]) == await records.grants.of_conversation(asked.conversation_id) == [used]
        assert await records.grants.in_state(["asked", "granted"]) == []


async def test_limits_of_every_sort_come_back_as_they_were(database: SqlDatabase) -> None:
    limits = [Limit(amount_minor=1999, currency="EUR"), Limit(amount_minor=500, currency="JPY"), Limit(percent=12.5), Limit(days=3), None]
    async with database.write("default") as records:
        _, conversation = await talking(records)
        for number, limit in enumerate(limits):
            await records.grants.add(grant(conversation.id, limit=limit, asked_at=minutes(number)))
        assert [one.limit for one in await records.grants.of_conversation(conversation.id)] == limits
        assert [one.limit for one in await records.grants.in_state(["asked"], limit=2)] == [None, Limit(days=3)]


async def test_of_two_uses_at_the_same_moment_one_counts(database: SqlDatabase) -> None:
    asked, _ = await stored(database)
    async with database.write("default") as records:
        await records.grants.decide(yes(asked))

    async def use(message: str) -> bool:
        async with database.write("default") as records:
            await records.conversations.change(asked.conversation_id, language="en")
            return await records.grants.use(asked.id, message, minutes(2))

    assert sorted(await asyncio.gather(*(use(f"m{n}") for n in range(6)))) == [False] * 5 + [True]


async def test_of_two_decisions_at_the_same_moment_one_counts(database: SqlDatabase) -> None:
    asked, _ = await stored(database)

    async def decide(by: str) -> bool:
        async with database.write("default") as records:
            return await records.grants.decide(yes(asked, by))

    assert sorted(await asyncio.gather(*(decide(f"lead{n}") for n in range(4)))) == [False] * 3 + [True]


async def test_a_question_is_answered_once(database: SqlDatabase) -> None:
    _, asked = await stored(database)
    told = {"state": "answered", "answer": "At the desk.", "answered_by": "u2", "answered_name": "Lee", "answered_at": minutes(3)}
    answered = asked.model_copy(update=told | {"article_id": "a"})
    async with database.write("default") as records:
        assert await records.questions.all(only_open=True) == [asked]
        assert await records.questions.answer(answered)
        assert not await records.questions.answer(answered.model_copy(update={"answer": "Somewhere else."}))
        assert await records.questions.get(asked.id) == answered
        assert await records.questions.all(only_open=True) == []
        assert await records.questions.of_conversation(asked.conversation_id) == [answered]


async def test_the_draft_born_of_an_answer_goes_with_the_person_and_an_editors_article_stays(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        customer, conversation = await talking(records)
        for ref, status in (("draft", "draft"), ("taken-over", "published")):
            await records.questions.add(question(conversation.id, state="answered", article_id=ref))
            await records.articles.save(article(ref, status=status), [piece(f"p-{ref}", ref)])
        gone = await records.customers.erase(customer.id)
        assert (gone["draft_articles"], len(gone["questions"])) == (["draft"], 2)
        assert await records.articles.get("draft") is None
        assert await records.articles.get("taken-over") is not None
