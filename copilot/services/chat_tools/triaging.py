"""Triage: a thread for each conversation that needs a look, in the tools where colleagues are; and what they press there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import structlog

from copilot.domain.channels import Account
from copilot.domain.connections import Connection, Outgoing
from copilot.domain.conversation import Conversation
from copilot.domain.errors import Conflict, CopilotError, Invalid, Unavailable
from copilot.domain.ports.channels import TriageTool
from copilot.domain.ports.records import Database, Records
from copilot.domain.staff import Caller
from copilot.domain.suggestion import Suggestion
from copilot.domain.triage import Ask, Click, Colleague, Place
from copilot.services.chat_tools.cards import TITLES, worth_showing
from copilot.services.chat_tools.colleagues import caller
from copilot.services.chat_tools.deciding import Decided, Deciding, open_draft
from copilot.services.chat_tools.posting import DOUBTED, card_key
from copilot.services.chat_tools.writing import Writing

log = structlog.get_logger()
KNOWN: Final = timedelta(minutes=10)
"""For so long the tool is not asked again who somebody is."""
LONGEST: Final = 3000
"""Characters of a draft that a form can hold."""
LOST: Final = "That did not reach the record. Press again."
USABLE: Final = ("waiting", "unsure", "sent")
"""States of a thread's beginning under which more can be put."""


@dataclass(frozen=True)
class Triaging:
    """Shows colleagues what needs a look, and does what they decide."""

    database: Database
    tools: Mapping[str, TriageTool]
    writing: Writing
    deciding: Deciding
    met: dict[tuple[str, str, str], tuple[datetime, Colleague]] = field(default_factory=dict)
    """By tenant, connection and the tool's id: who that is, and since when we know."""

    async def finished(self, records: Records, conversation_id: str, turn_id: str, suggestions: Sequence[Suggestion]) -> None:
        """A turn is done: leave what colleagues are shown with this transaction."""
        if not worth_showing(list(suggestions)):
            return
        own = await records.connections.of(conversation_id)
        found = await records.conversations.find(conversation_id)
        for connection in await records.connections.all():
            if found is not None and own is not None and self._wants(connection, own):
                await self._show(records, connection, found, turn_id, suggestions)

    async def clicked(self, account: Account, click: Click) -> None:
        """A decision that was kept is carried out. Safe to run again.

        Raises Unavailable, to come again; every other error is told to whoever pressed.
        """
        try:
            acts = await self._caller(account, click.user)
            decided = await self.deciding.decide(acts, account.id, click.suggestion_id, click.action, click.text)
            await self._tell_others(account, acts, decided)
        except Unavailable:
            raise
        except CopilotError as error:
            await self._marked(account, click.suggestion_id)
            await self.tell(account, click.user, click.place, str(error))

    async def asked(self, account: Account, ask: Ask) -> None:
        """Show them the draft to change. What hinders it is told to them."""
        try:
            await self._caller(account, ask.user)
            async with self.database.read(account.tenant_id) as records:
                suggestion, _ = await open_draft(records, account.id, ask.suggestion_id)
            if len(suggestion.text) > LONGEST:
                raise Invalid("This draft is too long for a form.", todo="Change it on the desk.")
            await self.tools[account.kind].edit(account, ask, suggestion.text)
        except CopilotError as error:
            if isinstance(error, Conflict):
                await self._marked(account, ask.suggestion_id)
            await self.tell(account, ask.user, ask.place, str(error))

    async def lost(self, account: Account, click: Click) -> None:
        """It was acknowledged and could not be kept."""
        await self.tell(account, click.user, click.place, LOST)

    async def tell(self, account: Account, user: str, place: Place, text: str) -> None:
        """As well as may be: nothing depends on it."""
        try:
            await self.tools[account.kind].whisper(account, user, place, text)
        except CopilotError as error:
            log.warning("colleague_not_told", tenant=account.tenant_id, connection=account.id, reason=error.detail)

    async def unsent(self, records: Records, outgoing: Outgoing) -> None:
        """An answer that somebody sent from a thread will not be sent, or may have been: its words are put there, to copy."""
        if outgoing.action != "reply" or outgoing.state not in ("failed", "shadow"):
            return
        suggestion_id, found = outgoing.key.removeprefix("reply:"), await records.conversations.find(outgoing.conversation_id)
        decided = {one.id for one in await records.suggestions.decisions(suggestion_id)}
        for connection in await records.connections.all():
            if found is not None and connection.kind in self.tools and f"{connection.id}:{suggestion_id}" in decided:
                # Keys of their own: what is sure later is said, too.
                key = f"{DOUBTED if outgoing.doubted else 'unsent'}:{connection.id}:{suggestion_id}"
                await self.writing.want(records, connection.id, found, "unsent", key, outgoing.text)

    def _wants(self, connection: Connection, own: Connection) -> bool:
        chosen = connection.settings.get("connections") or ()
        return connection.kind in self.tools and connection.active and (not chosen or (isinstance(chosen, list) and own.id in chosen))

    async def _show(
        self, records: Records, connection: Connection, found: Conversation, turn_id: str, suggestions: Sequence[Suggestion]
    ) -> None:
        if await records.connections.wanted(card_key(connection.id, turn_id)) is not None:  # more was asked for on the desk
            await self._mark(records, connection.id, found, turn_id, f"more:{turn_id}:{len(suggestions)}")
            return
        thread = await records.connections.latest(connection.id, found.id, "thread")
        before = await records.connections.latest(connection.id, found.id, "card")
        begins = thread is None or thread.state not in USABLE
        if begins:
            await self.writing.want(records, connection.id, found, "thread", f"thread:{connection.id}:{turn_id}", turn_id)
        elif before is not None and before.state in USABLE:
            await self._mark(records, connection.id, found, before.text, f"outdated:{turn_id}")
        offers = any(one.state == "proposed" and one.kind in TITLES for one in suggestions)
        if offers or not begins:
            waits = begins or (thread is not None and thread.state != "sent")
            await self.writing.want(records, connection.id, found, "card", card_key(connection.id, turn_id), turn_id, behind=waits)

    async def _tell_others(self, account: Account, acts: Caller, decided: Decided) -> None:
        """The card says what became of the draft; the words to copy stand under it."""
        suggestion = decided.suggestion
        async with self.database.write(account.tenant_id) as records:
            found = await records.conversations.find(decided.conversation_id)
            if found is None:
                return
            if decided.words:
                key = f"words:{account.id}:{suggestion.id}"
                await self.writing.want(records, account.id, found, "words", key, decided.words, acts.user_id or "")
            await self._mark(records, account.id, found, suggestion.turn_id, suggestion.id)
        self.writing.wake(account.tenant_id)

    async def _marked(self, account: Account, suggestion_id: str) -> None:
        """Somebody pressed what is no longer so: the card is made true."""
        async with self.database.write(account.tenant_id) as records:
            suggestion = await records.suggestions.get(suggestion_id)
            turn = await records.turns.status(suggestion.turn_id) if suggestion else None
            found = await records.conversations.find(turn.conversation_id) if turn else None
            if suggestion is None or found is None or not (suggestion.stale or await records.suggestions.decisions(suggestion_id)):
                return
            await self._mark(records, account.id, found, suggestion.turn_id, f"late:{suggestion_id}")
        self.writing.wake(account.tenant_id)

    async def _mark(self, records: Records, connection: str, found: Conversation, turn_id: str, what: str) -> None:
        if await records.connections.wanted(card_key(connection, turn_id)) is not None:
            await self.writing.want(records, connection, found, "mark", f"mark:{connection}:{what}", turn_id)

    async def _caller(self, account: Account, user: str) -> Caller:
        key, now = (account.tenant_id, account.id, user), self.writing.clock()
        at, colleague = self.met.get(key, (now - KNOWN * 2, Colleague(id=user)))
        if now - at > KNOWN:
            colleague = await self.tools[account.kind].colleague(account, user)
            self.met[key] = (now, colleague)
        async with self.database.read(account.tenant_id) as records:
            return await caller(records, account.id, colleague)
