"""A colleague decides about a draft in another tool: once for each draft, whoever presses and however often.

What is used goes to the customer's tool when that person has their own token of it; else its words are handed back, to be copied.
"""

from dataclasses import dataclass
from typing import Final

from copilot.domain.base import Frozen
from copilot.domain.errors import Conflict, NotFound
from copilot.domain.ports.records import Database, Records
from copilot.domain.staff import Caller
from copilot.domain.suggestion import Decision, KindName, Suggestion
from copilot.domain.triage import Act
from copilot.services.chat_tools.sending import Sending, Words
from copilot.services.conversations.answering import person
from copilot.services.conversations.decisions import DecisionIn, Decisions

TO_CUSTOMERS: Final[tuple[KindName, ...]] = ("reply", "acknowledge")
"""Kinds whose text is what a customer reads; questions and options are for the agent, who writes from them."""
SAID: Final[dict[str, str]] = {"used": "Used", "edited": "Edited and used", "dismissed": "Dismissed"}
OUTDATED: Final = "Outdated: they wrote again, were answered, or an article changed."


class Decided(Frozen):
    """What came of it. `words`: for the agent to copy, empty when there is nothing to say or it is being sent."""

    suggestion: Suggestion
    conversation_id: str
    words: str = ""
    sending: bool = False


@dataclass(frozen=True)
class Deciding:
    """Decides for people who are elsewhere."""

    database: Database
    decisions: Decisions
    sending: Sending

    async def decide(self, caller: Caller, connection: str, suggestion_id: str, action: Act, text: str = "") -> Decided:
        """Raises NotFound; Conflict for a draft that somebody decided about, or that is outdated.

        The same again by the same person goes on where the first one ended: nothing is done twice.
        """
        async with self.database.read(caller.tenant_id) as records:
            suggestion, conversation_id = await open_draft(records, connection, suggestion_id, by=(person(caller), action))
        given = DecisionIn(id=_ident(connection, suggestion_id), action=action, text=text if action == "edited" else "")
        stored = await self._stored(caller, connection, suggestion_id, given)
        words = stored.text if action == "edited" else suggestion.text
        if action == "dismissed":
            return Decided(suggestion=suggestion, conversation_id=conversation_id)
        if suggestion.kind in TO_CUSTOMERS and await self.sending.can(caller, conversation_id):
            await self._sent(caller, conversation_id, Words(text=words, suggestion_id=suggestion_id))
            return Decided(suggestion=suggestion, conversation_id=conversation_id, sending=True)
        return Decided(suggestion=suggestion, conversation_id=conversation_id, words=words)

    async def _stored(self, caller: Caller, connection: str, suggestion_id: str, given: DecisionIn) -> Decision:
        try:
            return (await self.decisions.decide(caller, suggestion_id, given))[0]
        except Conflict:  # another replica was first
            async with self.database.read(caller.tenant_id) as records:
                await open_draft(records, connection, suggestion_id)
            raise

    async def _sent(self, caller: Caller, conversation_id: str, words: Words) -> None:
        try:
            await self.sending.send(caller, conversation_id, words)
        except Conflict:
            if await self.sending.can(caller, conversation_id):
                return  # it was left to be sent before
            raise


async def open_draft(records: Records, connection: str, suggestion_id: str, by: tuple[str, Act] | None = None) -> tuple[Suggestion, str]:
    """A draft that can be decided on, and its conversation; one that `by` decided about in the same way counts as open.

    Raises NotFound and Conflict.
    """
    suggestion = await records.suggestions.get(suggestion_id)
    turn = await records.turns.status(suggestion.turn_id) if suggestion else None
    if suggestion is None or turn is None or suggestion.state != "proposed":
        raise NotFound("This draft is no longer there.", todo="Open the conversation on the desk.")
    decided = await records.suggestions.decisions(suggestion_id)
    mine = next((one for one in decided if one.id == _ident(connection, suggestion_id)), None)
    if mine is not None and (mine.user_id, mine.action) == by:
        return suggestion, turn.conversation_id
    if said := await outcome(records, connection, suggestion, decided):
        raise Conflict(f"Nothing was done. {said}")
    return suggestion, turn.conversation_id


async def outcome(records: Records, connection: str, suggestion: Suggestion, decided: list[Decision]) -> str:
    """What became of a draft, as colleagues are told. Who decided is named to those who saw it happen: in the same connection."""
    here = next((one for one in decided if one.id == _ident(connection, suggestion.id)), None)
    if here is not None:
        who = await records.admin.user(here.user_id)
        return f"{SAID[here.action]} by {who.name if who else 'somebody'}."
    if decided:
        return f"{SAID[decided[-1].action]} on the desk."
    return OUTDATED if suggestion.stale else ""


def _ident(connection: str, suggestion_id: str) -> str:
    """One for each draft: of two who press at the same moment, one is first."""
    return f"{connection}:{suggestion_id}"
