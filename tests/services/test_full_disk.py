"""No room on the disk: nothing is accepted that cannot be kept, or half written; what was accepted is drafted when there is room.

The limit is SQLite's own (`max_page_count`): the same error at the same places as from a full disk, in the middle of any transaction.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from copilot.testing.application import Clock
from copilot.testing.engine import InlineEngine, Work
from tests.api.house import House, assert_problem, chat, of_kind
from tests.services.conftest import Open

PLENTY = 1_000_000
LONG = "My flight to Lisbon was cancelled, and nobody answers. " * 2000
"""More than the free places that the file happens to have."""
TABLES = ("conversations", "messages", "turns", "outbox", "events", "suggestions", "customers", "memories", "articles", "decisions")


async def pages(house: House, most: int) -> None:
    async with house.application.database.write("default") as records:
        await records.transaction.connection.exec_driver_sql(f"PRAGMA max_page_count = {most}")  # type: ignore[attr-defined]  # the port hides it


@asynccontextmanager
async def full_disk(house: House) -> AsyncIterator[None]:
    """The file may not grow (SQLite takes its present size for any smaller number)."""
    await pages(house, 1)
    try:
        yield
    finally:
        await pages(house, PLENTY)


async def rows(house: House) -> dict[str, int]:
    """How many rows each table has."""
    async with house.application.database.read("default") as records:
        connection = records.transaction.connection  # type: ignore[attr-defined]  # as above
        return {table: (await connection.execute(sa.text(f"SELECT count(*) FROM {table}"))).scalar_one() for table in TABLES}


async def whole(house: House) -> None:
    async with house.application.database.read("default") as records:
        connection = records.transaction.connection  # type: ignore[attr-defined]  # as above
        for check, expected in (("integrity_check", [("ok",)]), ("foreign_key_check", [])):
            assert (await connection.exec_driver_sql(f"PRAGMA {check}")).fetchall() == expected


async def send(house: House, ref: str, text: str = LONG) -> Any:
    return await (await house.enter("integrator")).post("/v1/conversations", json=chat(ref, text))


@pytest.fixture
async def house(opened: Open) -> House:
    made = await opened()
    for role in ("integrator", "agent", "editor"):
        await made.enter(role)
    return made


async def test_what_cannot_be_kept_is_not_accepted(house: House) -> None:
    """A message, more of a conversation, an import, an article: each is refused whole, and says what to do."""
    await house.begin()
    program, editor = await house.enter("integrator"), await house.enter("editor")
    before = await rows(house)
    message = {"id": "m2", "author": "customer", "text": LONG, "sent_at": "-PT0S"}
    async with full_disk(house):
        for refused in (
            await send(house, "chat-2"),
            await program.post("/v1/conversations/chat-1/messages", json=message),
        ):
            problem = assert_problem(refused, 503, "disk is full", "nothing was stored", "Free space")
            assert LONG[:30] not in str(problem)
        lines = [json.dumps({"id": "cust-2", "name": "Lev Ott", "notes": LONG})]
        refused = (await program.post("/v1/customers/import", json={"lines": lines})).json()
        assert (refused["saved"], [r["name"] for r in refused["refused"]]) == (0, ["line 1"])
        assert "disk is full" in refused["refused"][0]["reason"]
        article = {"name": "long.md", "text": f"# Long\n\n{LONG}"}
        assert "disk is full" in (await editor.post("/v1/knowledge/import", json={"files": [article]})).text
        # Reading goes on.
        assert (await program.get("/v1/conversations/chat-1/suggestions")).json()["state"] == "done"
    assert await rows(house) == before
    await whole(house)

    # The senders try again: everything lands, once.
    taken = await send(house, "chat-2")
    assert (taken.status_code, taken.json()["duplicate"]) == (202, False)
    again = await program.post("/v1/conversations/chat-1/messages", json=message)
    assert (again.status_code, again.json()["duplicate"]) == (202, False)
    assert (await program.post("/v1/customers/import", json={"lines": lines})).json()["saved"] == 1
    await house.settle()
    for ref in ("chat-1", "chat-2"):
        turn = (await program.get(f"/v1/conversations/{ref}/suggestions")).json()
        assert turn["state"] == "done"
        assert of_kind(turn, "cue")["text"]


async def test_what_was_accepted_is_drafted_when_there_is_room_again(opened: Open) -> None:
    """Accepted, and then the disk is full before evidence and drafts can be saved; all tries are used up meanwhile."""
    clock, work = Clock(), Work()
    house = await opened(clock=clock, engine=InlineEngine(work, attempts=2))
    accepted = [f"chat-{n}" for n in range(3)]
    taken = {ref: (await send(house, ref)).json()["turn_id"] for ref in accepted}
    program = await house.enter("integrator")
    async with full_disk(house):
        for row in await house.application.database.outbox():
            await house.application.engine.start(row.job, row.tenant_id, row.subject_id)
        await house.application.engine.idle()  # type: ignore[attr-defined]  # the double's own
        assert set(work.given_up) >= {("turn", "default", turn) for turn in taken.values()}
        for ref in accepted:
            turn = (await program.get(f"/v1/conversations/{ref}/suggestions")).json()
            assert (turn["state"], turn["suggestions"]) == ("minted", []), "nothing is half written"
    await house.settle()

    # The sweep finds what should have been done by now, without anybody asking.
    clock.forward(minutes=2)
    assert await house.application.dispatcher.sweep() == len(accepted)
    await house.settle()
    for ref in accepted:
        turn = (await program.get(f"/v1/conversations/{ref}/suggestions")).json()
        assert (turn["turn_id"], turn["state"]) == (taken[ref], "done")
        kinds = [(s["kind"], s["variant"]) for s in turn["suggestions"]]
        assert {"cue", "reply"} <= {kind for kind, _ in kinds}
        assert len(set(kinds)) == len(kinds)
    await whole(house)


async def test_a_decision_that_could_not_be_kept_is_not_answered_with_success(house: House) -> None:
    reply = of_kind(await house.begin(), "reply")
    tom = await house.enter("agent")
    body = {"id": "d-1", "action": "edited", "text": LONG[:9000] * 8}
    before = await rows(house)
    async with full_disk(house):
        assert_problem(await tom.post(f"/v1/suggestions/{reply['id']}/decisions", json=body), 503, "disk is full")
        assert (await tom.get(f"/v1/suggestions/{reply['id']}")).json()["decided"] is None
    assert await rows(house) == before
    assert (await tom.post(f"/v1/suggestions/{reply['id']}/decisions", json=body)).status_code == 201
    assert (await tom.get(f"/v1/suggestions/{reply['id']}")).json()["decided"] == "edited"
