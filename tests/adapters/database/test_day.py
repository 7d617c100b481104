"""What was read, who is absent, what is owed, how conversations ended, and the figures of teams; on both databases."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from copilot.adapters.database import SqlDatabase
from copilot.domain.case import QueueEntry, SentText
from copilot.domain.conversation import Outcome
from copilot.domain.day import Absence, PromiseMove, TeamFigures, WrapUp
from copilot.domain.emotion import TrajectoryPoint
from copilot.domain.errors import NotFound
from copilot.domain.ports.records import Records
from copilot.domain.staff import User
from tests.adapters.database import samples
from tests.adapters.database.samples import NOON, minutes, said


async def staff(records: Records, *names: str, team: str = "") -> None:
    for name in names:
        await records.admin.put_user(User(id=name, name=name.title(), external_id=f"ext-{name}", team=team))


async def row(records: Records, reader: str = "kim") -> QueueEntry:
    (entry,) = await records.conversations.queue(reader)
    return entry


async def test_unread_is_counted_for_each_reader_from_their_own_mark(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        await staff(records, "kim", "sam")
        thread = samples.thread(
            "t1", said("m1", at=0), said("m2", at=1), said("a", at=2, author="agent"), said("m3", at=3), said("m4", at=3)
        )
        stored = await records.conversations.upsert(thread)
        ids = {m.external_id: m.id for m in stored.messages}
        assert [(await row(records, who)).unread for who in ("kim", "sam", "")] == [4, 4, 0]
        await records.day.read_until("kim", stored.id, ids["m3"], minutes(4))
        assert [(await row(records, who)).unread for who in ("kim", "sam")] == [1, 4], "of the same instant, the later one is unread"
        await records.day.read_until("kim", stored.id, ids["m1"], minutes(5))
        assert (await row(records)).unread == 1, "a mark never moves back"
        await records.day.read_until("kim", stored.id, ids["m4"], minutes(6))
        assert (await row(records)).unread == 0
        with pytest.raises(NotFound):
            await records.day.read_until("kim", stored.id, "another", minutes(7))


async def test_a_queue_row_carries_what_the_desk_draws(database: SqlDatabase) -> None:
    points = tuple(TrajectoryPoint(message_id=f"m{n}", label="angry", intensity=0.5, heat=30.0 + n, why="") for n in range(12))
    async with database.write("default") as records:
        customer, conversation = await samples.talking(records)
        await records.memories.put_promise(samples.promise(customer.id, conversation.id, id="p1", due=minutes(90)))
        await records.memories.put_promise(samples.promise(customer.id, id="p2", due=minutes(60)))
        await records.memories.put_promise(samples.promise(customer.id, id="p3", due=minutes(1), state="kept"))
        await records.turns.mint("turn", conversation.id, [m.id for m in conversation.messages], NOON)
        before = await row(records)
        assert (before.trajectory, before.needs_human, before.acknowledge_id) == ((), False, None)
        await records.turns.freeze(samples.frozen("turn", conversation, customer, trajectory=points, signs=("asks_human",)))
        await records.suggestions.put(samples.draft("turn", "acknowledge", id="withheld", variant=0, state="withheld"))
        await records.suggestions.put(samples.draft("turn", "acknowledge", id="ack", variant=1))
        entry = await row(records)
        assert [point.heat for point in entry.trajectory] == [34.0 + n for n in range(8)], "the last eight, oldest first"
        assert (entry.needs_human, entry.acknowledge_id, entry.promises_open, entry.promise_due) == (True, "ack", 2, minutes(60))
        await records.turns.retire(conversation.id)
        assert (await row(records)).acknowledge_id is None


@pytest.mark.parametrize(("answered", "needed"), [(False, True), (True, False)])
async def test_a_bot_that_failed_calls_for_a_person_until_one_answers(database: SqlDatabase, answered: bool, needed: bool) -> None:
    talk = [said("m1"), said("b", at=1, author="bot"), said("m2", at=2)]
    if answered:
        talk.insert(2, said("a", at=1.5, author="agent"))
    async with database.write("default") as records:
        stored = await records.conversations.upsert(samples.thread("t1", *talk))
        await records.turns.mint("turn", stored.id, [stored.messages[-1].id], NOON)
        turn = samples.frozen("turn", stored)
        await records.turns.freeze(turn.model_copy(update={"evidence": turn.evidence.model_copy(update={"bot_failed": ("b",)})}))
        assert (await row(records)).needs_human is needed


async def test_promises_are_owed_with_whom_and_where_and_the_last_move(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        await staff(records, "kim", "sam")
        customer, conversation = await samples.talking(records)
        await records.memories.put_promise(samples.promise(customer.id, conversation.id, id="later", due=minutes(90)))
        await records.memories.put_promise(samples.promise(customer.id, id="undated", due=None))
        await records.memories.put_promise(samples.promise(customer.id, conversation.id, id="first", due=minutes(5), state="overdue"))
        await records.memories.put_promise(samples.promise(customer.id, conversation.id, id="done", state="kept"))
        for number, to in enumerate(("kim", "sam")):
            move = {"id": f"v{number}", "promise_id": "later", "from_owner": f"from-{number}", "to_user": to, "moved_by": "kim"}
            await records.day.move(PromiseMove.model_validate(move | {"moved_at": minutes(number)}))
        owed = await records.day.owed()
    assert [o.promise.id for o in owed] == ["first", "later", "undated"]
    assert [(o.conversation_ref, o.channel, o.customer_ref, o.customer_name) for o in owed][1:] == [
        ("t1", "chat", "c1", "Ann Bee"),
        ("", None, "c1", "Ann Bee"),
    ]
    assert [(o.moved_to, o.moved_from) for o in owed] == [(None, ""), ("sam", "from-1"), (None, "")]


async def test_an_absence_is_over_when_its_time_comes(database: SqlDatabase) -> None:
    away = Absence(user_id="kim", since=NOON, until=minutes(60), promises_to="sam")
    async with database.write("default") as records:
        await staff(records, "kim", "sam")
        await records.day.put_absence(away)
        assert [await records.day.absent(minutes(at)) for at in (-1, 0, 59, 60)] == [[], [away], [away], []]
        longer = away.model_copy(update={"until": minutes(90)})
        await records.day.put_absence(longer)
        assert await records.day.absent(minutes(70)) == [longer]
        assert [await records.day.end_absence("kim") for _ in range(2)] == [True, False]
        assert await records.day.absent(minutes(70)) == []


async def test_a_wrap_up_and_the_outcome_are_kept(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        _, conversation = await samples.talking(records)
        wrapped = WrapUp(
            id="w", conversation_id=conversation.id, summary="Found.", disposition="solved", resolved=None, user_id="kim", closed_at=NOON
        )
        await records.day.put_wrap_up(wrapped)
        await records.conversations.change(conversation.id, status="closed", outcome=Outcome(text="Found.", resolved=True))
    async with database.read("default") as records:
        assert await records.day.wrap_ups_of(conversation.id) == [wrapped]
        stored = await records.conversations.find(conversation.id)
        assert stored is not None
        assert (stored.status, stored.outcome) == ("closed", Outcome(text="Found.", resolved=True))
        assert await records.conversations.several([conversation.id, "nowhere"]) == {conversation.id: stored}


async def test_open_conversations_of_a_person_by_any_of_their_names(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        for ref, assignee, status in (("1", "kim", "open"), ("2", "ext-kim", "pending"), ("3", "kim", "closed"), ("4", "", "open")):
            await records.conversations.upsert(samples.thread(ref, said("m", at=int(ref)), assignee=assignee, status=status))
        found = await records.conversations.several(await records.day.open_of(["kim", "ext-kim"]))
        assert sorted(one.external_id for one in found.values()) == ["1", "2"]
        assert await records.day.open_of([]) == []


async def test_which_tool_a_conversation_belongs_to(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        for connection in ("api", "zendesk-eu"):
            stored = await records.conversations.upsert(samples.thread("t"), connection)
            assert await records.day.connection_kind(stored.id) == connection
        with pytest.raises(NotFound):
            await records.day.connection_kind("nowhere")


async def conversation_of(records: Records, ref: str, agent: str, **values: Any) -> None:
    """A conversation with an answer of that agent, frozen evidence, a sent text with a re-ask, and a promise kept in time."""
    customer = await records.customers.upsert(samples.person(f"c{ref}"))
    answer = said("a", "I will call.", at=1, author="agent", author_id=agent)
    stored = await records.conversations.upsert(samples.thread(ref, said("m1"), answer, customer_id=customer.id, **values))
    points = tuple(TrajectoryPoint(message_id="m", label="angry", intensity=0.5, heat=heat, why="") for heat in (60.0, 40.0))
    await records.turns.mint(f"turn-{ref}", stored.id, [], minutes(2))
    await records.turns.freeze(samples.frozen(f"turn-{ref}", stored, customer, trajectory=points, contacts_30d=2))
    sent = {"id": f"s{ref}", "conversation_id": stored.id, "message_id": stored.messages[1].id, "suggestion_id": None}
    text = SentText.model_validate(sent | {"text": "I will call.", "edit_distance": None, "sent_at": minutes(1)})
    await records.suggestions.put_sent(text, 1)
    kept = samples.promise(customer.id, stored.id, id=f"p{ref}", due=minutes(30), state="kept", settled_at=minutes(20))
    await records.memories.put_promise(kept)


async def test_figures_are_sums_of_a_teams_own_conversations(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        await staff(records, "ann", "bob", team="refunds")
        await staff(records, "cat", team="sales")
        await records.admin.put_user(User(id="old", name="Old", team="refunds", active=False))
        await conversation_of(records, "1", "ann", team="refunds")
        await conversation_of(records, "2", "ext-bob", assignee="ext-bob")
        await conversation_of(records, "3", "ann", assignee="")
        broken = samples.promise((await records.customers.find("c1")).id, (await records.conversations.find("1")).id)  # type: ignore[union-attr]  # both were just stored
        await records.memories.put_promise(broken.model_copy(update={"id": "late", "due": minutes(40)}))
        figures = await records.day.figures(minutes(-60), minutes(60))
    nothing = {"conversations": 0, "promises_due": 0, "promises_kept": 0, "answers": 0, "reasks": 0, "mood_change": None, "repeats": 0}
    some = {"conversations": 2, "promises_due": 3, "promises_kept": 2, "answers": 2, "reasks": 2, "mood_change": -20.0, "repeats": 2}
    assert figures == [
        TeamFigures.model_validate({"team": "refunds", "members": 2, "contributors": 2} | some),
        TeamFigures.model_validate({"team": "sales", "members": 1, "contributors": 0} | nothing),
    ]


async def test_figures_count_what_happened_in_the_time(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        await staff(records, "ann", team="refunds")
        await conversation_of(records, "1", "ann", team="refunds")
        (later,) = await records.day.figures(minutes(61), minutes(120))
    assert (later.contributors, later.conversations, later.promises_due, later.answers) == (0, 0, 0, 0)


async def test_whoever_waits_while_the_schema_changes_is_in_the_queue_as_before(tmp_path: Path) -> None:
    """The revision fills in, for current turns, what the queue reads beside the evidence."""
    from alembic import command

    from copilot.adapters.database.schema import _config

    def to(revision: str) -> Callable[[sa.Connection], None]:
        def work(connection: sa.Connection) -> None:
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, revision)

        return work

    emotion = {"signs": ["asks_human"], "trajectory": [{"message_id": "m", "heat": 20.0 + n, "label": "angry"} for n in range(10)]}
    body = json.dumps({"evidence": {"emotion": emotion, "bot_failed": []}})
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path / 'old.db'}")
    async with engine.begin() as connection:
        await connection.run_sync(to("0003"))
        for statement in (
            "INSERT INTO tenants (tenant_id, created_at) VALUES ('default', 0)",
            "INSERT INTO connections (tenant_id, id, kind, name, settings, active, created_at)"
            " VALUES ('default', 'api', 'api', 'api', '{}', 1, 0)",
            "INSERT INTO conversations (tenant_id, id, connection_id, external_id, channel, status, language, assignee, assurance, last_at,"
            " created_at) VALUES ('default', 'c', 'api', 'c', 'chat', 'open', '', '', 'none', 0, 0)",
            "INSERT INTO turns (tenant_id, id, conversation_id, state, is_current, unanswered, requested, minted_at, body)"
            f" VALUES ('default', 't', 'c', 'done', 1, '[]', '[]', 0, '{body}')",
        ):
            await connection.exec_driver_sql(statement)
        await connection.run_sync(to("0004"))
        filled = (await connection.exec_driver_sql("SELECT trajectory, mood_change, needs_human FROM turns")).mappings().one()
    await engine.dispose()
    assert [point["heat"] for point in json.loads(filled["trajectory"])] == [22.0 + n for n in range(8)]
    assert (filled["mood_change"], filled["needs_human"]) == (9.0, 1)
