"""Turns: at most one current per conversation."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from copilot.adapters.database.tables.drafts import decisions, suggestions, turns
from copilot.adapters.database.tables.talk import conversations
from copilot.adapters.database.transaction import Group, equals, mine
from copilot.domain.base import now
from copilot.domain.case import StoredTurn, TurnState, TurnStatus
from copilot.domain.turn import Turn

_STATUS = sa.select(
    turns.c.id,
    turns.c.conversation_id,
    turns.c.state,
    turns.c.is_current,
    turns.c.unanswered,
    turns.c.minted_at,
    turns.c.requested,
).where(mine(turns))
_STATUS_BY_ID = _STATUS.where(*equals(turns, "id"))
_STATUS_CURRENT = _STATUS.where(*equals(turns, "conversation_id"), turns.c.is_current)
_BY_ID = _STATUS_BY_ID.add_columns(turns.c.body)
_CURRENT = _STATUS_CURRENT.add_columns(turns.c.body)
_FROZEN = sa.select(turns.c.state, turns.c.requested, turns.c.body.is_not(None).label("frozen")).where(*equals(turns, "id"), mine(turns))
_CONVERSATION = sa.select(conversations.c.id).where(*equals(conversations, "id"))
_CURRENT_ID = sa.select(turns.c.id).where(*equals(turns, "conversation_id"), turns.c.is_current)
_UNFINISHED = ("minted", "frozen")
_RECENT = sa.select(turns.c.body).where(mine(turns), turns.c.body.is_not(None), turns.c.state != "superseded")
POINTS = 8
"""Points of the trajectory that a queue row draws."""
ASKS_HUMAN = "asks_human"
"""The sign of someone who asks for a person."""
_RETIRE = (
    sa.update(turns)
    .where(mine(turns), turns.c.id == sa.bindparam("turn"))
    .values(is_current=False, state=sa.case((turns.c.state.in_(_UNFINISHED), "superseded"), else_=turns.c.state))
)
_DECIDED = sa.exists().where(decisions.c.tenant_id == suggestions.c.tenant_id, decisions.c.suggestion_id == suggestions.c.id)
_STALE = sa.update(suggestions).where(mine(suggestions), suggestions.c.turn_id == sa.bindparam("turn"), ~_DECIDED).values(stale=True)


class SqlTurns(Group):
    """The `Turns` port."""

    async def mint(self, turn_id: str, conversation_id: str, unanswered: Sequence[str], at: datetime) -> StoredTurn:
        """Make this the current turn; minting the same id again returns what is stored. Raises NotFound without the conversation."""
        stored = await self.get(turn_id)
        if stored is not None:
            return stored
        await self._db.one(_CONVERSATION, f"There is no conversation {conversation_id}.", id=conversation_id)
        await self.retire(conversation_id)
        row: dict[str, Any] = {"id": turn_id, "conversation_id": conversation_id, "state": "minted", "requested": ()}
        turn = StoredTurn(**row, current=True, unanswered=tuple(unanswered), minted_at=at)
        await self._db.add(turns, [row | {"is_current": True, "unanswered": turn.unanswered, "minted_at": turn.minted_at}])
        return turn

    async def get(self, turn_id: str) -> StoredTurn | None:
        row = await self._db.row(_BY_ID, id=turn_id)
        return _loaded(row) if row else None

    async def current(self, conversation_id: str) -> StoredTurn | None:
        row = await self._db.row(_CURRENT, conversation_id=conversation_id)
        return _loaded(row) if row else None

    async def status(self, turn_id: str) -> TurnStatus | None:
        row = await self._db.row(_STATUS_BY_ID, id=turn_id)
        return TurnStatus(**_named(row)) if row else None

    async def current_status(self, conversation_id: str) -> TurnStatus | None:
        row = await self._db.row(_STATUS_CURRENT, conversation_id=conversation_id)
        return TurnStatus(**_named(row)) if row else None

    async def ids(self, conversation_id: str) -> list[str]:
        """Ids of every turn of a conversation, oldest first."""
        theirs = sa.select(turns.c.id).where(mine(turns), turns.c.conversation_id == conversation_id)
        return await self._db.column(theirs.order_by(turns.c.minted_at, turns.c.id))

    async def recent(self, limit: int) -> list[Turn]:
        """Turns in which a customer waited and that were not superseded, with their evidence; the latest first."""
        found: list[Turn] = []
        newest = _RECENT.order_by(turns.c.minted_at.desc(), turns.c.id.desc())
        offset = 0
        while len(found) < limit and (bodies := await self._db.column(newest.offset(offset).limit(limit))):
            offset += len(bodies)
            found += [turn for turn in map(Turn.model_validate_json, bodies) if turn.unanswered]
        return found[:limit]

    async def freeze(self, turn: Turn) -> None:
        """Store the evidence. The first time counts: suggestions stand on it. A superseded turn keeps its state."""
        row = await self._db.one(_FROZEN, f"There is no turn {turn.id}.", id=turn.id)
        if row["frozen"]:
            return
        emotion = turn.evidence.emotion
        await self._db.run(
            sa.update(turns)
            .where(mine(turns), turns.c.id == turn.id)
            .values(
                state="frozen" if row["state"] == "minted" else row["state"],
                frozen_at=now(),
                schema_version=turn.schema_version,
                body=turn.model_dump_json(),
                customer_id=turn.person.id if turn.person else None,
                base=emotion.base,
                trend=emotion.trend,
                label=emotion.label,
                contacts_30d=emotion.contacts_30d,
                **_read_later(turn),
            )
        )

    async def measure(self, turn: Turn) -> None:
        """The frozen evidence with the fits of its sentences added; nothing else changes."""
        await self._db.run(sa.update(turns).where(mine(turns), turns.c.id == turn.id).values(body=turn.model_dump_json()))

    async def request(self, turn_id: str, kinds: Sequence[str]) -> None:
        """Add kinds asked for on demand, each once; a turn that was done (or failed) with its evidence is frozen again."""
        row = await self._db.one(_FROZEN, f"There is no turn {turn_id}.", id=turn_id)
        requested = list(dict.fromkeys((*row["requested"], *kinds)))
        state = row["state"]
        if state in ("done", "failed"):
            state = "frozen" if row["frozen"] else "minted"
        await self._db.run(sa.update(turns).where(mine(turns), turns.c.id == turn_id).values(requested=requested, state=state))

    async def set_state(self, turn_id: str, state: TurnState) -> None:
        """A turn that was superseded stays so: a worker that finishes late must not revive it."""
        await self._db.one(_STATUS_BY_ID, f"There is no turn {turn_id}.", id=turn_id)
        await self._db.run(sa.update(turns).where(mine(turns), turns.c.id == turn_id, turns.c.state != "superseded").values(state=state))

    async def retire(self, conversation_id: str) -> None:
        """No turn of the conversation is current afterwards; an unfinished one is superseded, undecided drafts are stale."""
        for turn_id in await self._db.column(_CURRENT_ID, conversation_id=conversation_id):
            await self._db.run(_RETIRE, turn=turn_id)
            await self._db.run(_STALE, turn=turn_id)


def _read_later(turn: Turn) -> dict[str, Any]:
    """What the queue and the figures of teams read of the evidence (see the migration 0004, which fills it in for what was there)."""
    emotion = turn.evidence.emotion
    points = emotion.trajectory
    left_alone = bool(turn.evidence.bot_failed) and not any(message.is_answer for message in turn.window)
    return {
        "trajectory": [{"heat": point.heat, "label": point.label} for point in points[-POINTS:]],
        "mood_change": points[-1].heat - points[0].heat if len(points) > 1 else None,
        "needs_human": left_alone or ASKS_HUMAN in emotion.signs,
    }


def _named(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row's columns as the fields of a TurnStatus."""
    return {"current" if name == "is_current" else name: value for name, value in row.items() if name != "body"}


def _loaded(row: Mapping[str, Any]) -> StoredTurn:
    return StoredTurn(**_named(row), turn=None if row["body"] is None else Turn.model_validate_json(row["body"]))
