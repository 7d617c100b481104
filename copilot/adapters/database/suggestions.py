"""Suggestions, what a provider received for them, what agents did with them, and what was sent."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from copilot.adapters.database.tables.drafts import decisions, provider_calls, seen_marks, sent_texts, suggestions, turns
from copilot.adapters.database.transaction import Group, among, batches, equals, fields, mine, same
from copilot.domain.base import now
from copilot.domain.case import SentText
from copilot.domain.errors import Conflict, Invalid
from copilot.domain.ports.models import ChatMessage
from copilot.domain.ports.talk import OpenDraft
from copilot.domain.suggestion import Decision, Suggestion

_ROW = sa.select(*fields(suggestions, Suggestion)).where(mine(suggestions))
_BY_ID = _ROW.where(*equals(suggestions, "id"))
_OF_TURN = _ROW.where(*equals(suggestions, "turn_id")).order_by(suggestions.c.created_at, suggestions.c.id)
_TURN = sa.select(turns.c.is_current).where(*equals(turns, "id"))
_DECISION = sa.select(*fields(decisions, Decision)).where(mine(decisions))
_SENT = sa.select(*fields(sent_texts, SentText)).where(mine(sent_texts))
_USED = sa.exists().where(same(decisions, "suggestion_id", suggestions), decisions.c.action.in_(("used", "edited")))
_LEFT = sa.exists().where(same(sent_texts, "suggestion_id", suggestions))
_TAKEN = _ROW.where(among(suggestions.c.turn_id), sa.or_(_USED, _LEFT)).order_by(suggestions.c.turn_id, suggestions.c.created_at)
_SAID = ("suggestion_id", "user_id", "action", "text", "reason", "part")
"""What makes a decision the same one; the rest is when and how it arrived."""
_MARKS = ("displayed", "copied")
_DISMISSED = sa.exists().where(
    decisions.c.tenant_id == suggestions.c.tenant_id, decisions.c.suggestion_id == suggestions.c.id, decisions.c.action == "dismissed"
)
_OPEN = (
    sa.select(suggestions.c.id, suggestions.c.turn_id, turns.c.conversation_id, suggestions.c.kind, suggestions.c.citations)
    .join(suggestions, same(suggestions, "turn_id", turns))
    .where(mine(turns), turns.c.is_current, suggestions.c.state == "proposed", suggestions.c.stale.is_(sa.false()), ~_DISMISSED)
    .order_by(suggestions.c.id)
)
"""Found through the turns that wait, of which every open conversation has one (a partial index): not through all suggestions."""


class SqlSuggestions(Group):
    """The `Suggestions` port."""

    async def put(self, suggestion: Suggestion, sent: Sequence[ChatMessage] = ()) -> Suggestion:
        """Insert on (turn, kind, variant); what is there already stays and is returned.

        A draft that arrives after its turn was superseded is stale from birth. Raises NotFound without the turn.
        """
        current = await self._db.one(_TURN, f"There is no turn {suggestion.turn_id}.", id=suggestion.turn_id)
        made = suggestion.model_copy(update={"stale": suggestion.stale or not current["is_current"]})
        row = {name: getattr(made, name) for name in Suggestion.model_fields}
        if await self._db.add_new(suggestions, {**row, "created_at": now()}):
            if sent:
                await self._db.add(provider_calls, [{"suggestion_id": made.id, "messages": tuple(sent), "sent_at": now()}])
            return made
        same_draft = suggestions.c.kind == made.kind, suggestions.c.variant == made.variant
        stored = await self._db.row(_ROW.where(suggestions.c.turn_id == made.turn_id, *same_draft))
        if stored is None:
            raise Conflict(f"Suggestion {made.id} exists for something else.", todo="Use a new id.")
        return Suggestion(**stored)

    async def get(self, suggestion_id: str) -> Suggestion | None:
        row = await self._db.row(_BY_ID, id=suggestion_id)
        return Suggestion(**row) if row else None

    async def of_turn(self, turn_id: str) -> list[Suggestion]:
        """In the order they were made."""
        return [Suggestion(**row) for row in await self._db.rows(_OF_TURN, turn_id=turn_id)]

    async def of_conversation(self, conversation_id: str, limit: int = 50) -> list[Suggestion]:
        """Newest first."""
        theirs = sa.select(turns.c.id).where(mine(turns), turns.c.conversation_id == conversation_id)
        newest_first = suggestions.c.created_at.desc(), suggestions.c.id.desc()
        statement = _ROW.where(suggestions.c.turn_id.in_(theirs)).order_by(*newest_first).limit(limit)
        return [Suggestion(**row) for row in await self._db.rows(statement)]

    async def provider_call(self, suggestion_id: str) -> list[ChatMessage]:
        """Exactly what the provider received; empty when none took part."""
        statement = sa.select(provider_calls.c.messages).where(mine(provider_calls), provider_calls.c.suggestion_id == suggestion_id)
        return [ChatMessage(**message) for message in await self._db.value(statement) or ()]

    async def seen(self, suggestion_id: str, what: str, user_id: str, at: datetime) -> None:
        """`what` is displayed or copied; the first time counts, per person."""
        if what not in _MARKS:
            raise Invalid(f"{what!r} is not something that is seen.", todo="Use displayed or copied.")
        await self._existing(suggestion_id)
        await self._db.add_new(seen_marks, {"suggestion_id": suggestion_id, "what": what, "user_id": user_id, "at": at})

    async def decide(self, decision: Decision) -> tuple[Decision, bool]:
        """(the stored decision, whether it is new). When it was displayed and copied is filled in from what was seen, if not given."""
        stored = await self._db.row(_DECISION.where(decisions.c.id == decision.id))
        if stored is not None:
            if any(stored[name] != getattr(decision, name) for name in _SAID):
                raise Conflict(f"Decision {decision.id} was used for something else.", todo="Use a new decision id.")
            return Decision(**stored), False
        suggestion = await self._existing(decision.suggestion_id)
        marks = await self._marks(decision)
        made = decision.model_copy(
            update={
                "stale": decision.stale or suggestion["stale"],
                "displayed_at": decision.displayed_at or marks.get("displayed"),
                "copied_at": decision.copied_at or marks.get("copied"),
            }
        )
        await self._db.add(decisions, [{name: getattr(made, name) for name in Decision.model_fields}])
        return made, True

    async def decisions(self, suggestion_id: str) -> list[Decision]:
        """Oldest first."""
        statement = _DECISION.where(decisions.c.suggestion_id == suggestion_id).order_by(decisions.c.decided_at, decisions.c.id)
        return [Decision(**row) for row in await self._db.rows(statement)]

    async def taken(self, turn_ids: Sequence[str]) -> list[Suggestion]:
        """Those of the turns' suggestions that an agent used, edited or sent."""
        found: list[Suggestion] = []
        for some in batches(turn_ids):
            found += [Suggestion(**row) for row in await self._db.rows(_TAKEN, ids=list(some))]
        return found

    async def put_sent(self, sent: SentText, reasks: int | None = None) -> tuple[SentText, bool]:
        """By message: (stored, whether it is new). `reasks`: questions in it for what was on record; None: not known."""
        stored = await self._db.row(_SENT.where(sent_texts.c.message_id == sent.message_id))
        if stored is not None:
            return SentText(**stored), False
        await self._db.add(sent_texts, [{name: getattr(sent, name) for name in SentText.model_fields} | {"reasks": reasks}])
        return sent, True

    async def sent_of(self, conversation_id: str) -> list[SentText]:
        """Oldest first."""
        statement = _SENT.where(sent_texts.c.conversation_id == conversation_id).order_by(sent_texts.c.sent_at, sent_texts.c.id)
        return [SentText(**row) for row in await self._db.rows(statement)]

    async def open_citing(self, article_id: str) -> list[OpenDraft]:
        written = sa.cast(suggestions.c.citations, sa.Text)
        # SQLite's JSON is ASCII, with other letters as \\u….
        names = {article_id, json.dumps(article_id)[1:-1]}
        cites = [written.contains(f"passage:{name}~", autoescape=True) for name in sorted(names)]
        rows = await self._db.rows(_OPEN.where(sa.or_(*cites, written.contains("lever:"))))
        return [OpenDraft(sources=tuple(c["source"] for c in row.pop("citations")), **row) for row in rows]

    async def outdate(self, ids: Sequence[str], article_id: str) -> None:
        for some in batches(ids):
            which = mine(suggestions), suggestions.c.id.in_(some)
            await self._db.run(sa.update(suggestions).where(*which).values(stale=True, outdated_by=article_id))

    async def _existing(self, suggestion_id: str) -> Mapping[str, Any]:
        statement = sa.select(suggestions.c.id, suggestions.c.stale).where(mine(suggestions), suggestions.c.id == suggestion_id)
        return await self._db.one(statement, f"There is no suggestion {suggestion_id}.")

    async def _marks(self, decision: Decision) -> dict[str, datetime]:
        statement = sa.select(seen_marks.c.what, seen_marks.c.at).where(
            mine(seen_marks), seen_marks.c.suggestion_id == decision.suggestion_id, seen_marks.c.user_id == decision.user_id
        )
        return {row["what"]: row["at"] for row in await self._db.rows(statement)}
