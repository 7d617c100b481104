"""Writes to colleagues, one at a time for each message: a conversation's thread, its cards, what became of them, words to copy.

What stands in them is made from the record when they are written: a card that waited shows what is so now, and nothing of an erased person.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from weakref import WeakValueDictionary

from copilot.domain.channels import Account
from copilot.domain.connections import Action, Outgoing
from copilot.domain.conversation import Conversation
from copilot.domain.errors import CopilotError, NotFound, Refused, Unavailable
from copilot.domain.ports.channels import TriageTool
from copilot.domain.ports.records import Database
from copilot.domain.triage import Shown
from copilot.services.chat_tools.cards import card, summary

POSTS: Final[tuple[Action, ...]] = ("thread", "card", "mark", "words", "unsent")
DOUBTED: Final = "doubted"
"""With this begins the key of words that may have been sent."""
SINCE: Final = timedelta(minutes=1)
"""By so much the tool's clock may be behind ours."""
UNSENT: Final = "This could not be sent in the customer's tool. Here it is to copy:"
MAYBE: Final = "This may have been sent: look into the conversation first. Here it is to copy, if it is not there:"


@dataclass(frozen=True)
class Posting:
    """Carries writes to colleagues. `address`: where agents open this service; empty: there is no link."""

    database: Database
    tools: Mapping[str, TriageTool]
    address: str
    held: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)
    """A message's lock: what is read for it is written before it is read again."""

    async def carry(self, account: Account, conversation: Conversation, wanted: Outgoing) -> str:
        """Do it; returns the tool's id of the message. Raises Unavailable while what it belongs under is not there."""
        tool = self.tools[account.kind]
        thread = "" if wanted.action == "thread" else await self._thread(account, conversation)
        if wanted.action != "mark":
            return await tool.show(account, await self._made(account, conversation, wanted, thread))
        async with self.held.setdefault(f"{account.tenant_id}/{account.id}/{wanted.text}", asyncio.Lock()):
            posted = await self._card(account, wanted.text)
            await tool.change(account, posted.external_id, await self._made(account, conversation, posted, thread))
            return posted.external_id

    async def there(self, account: Account, conversation: Conversation, wanted: Outgoing) -> str | None:
        """The id of a message that may have been posted; empty when it surely was not; None when the tool cannot be read."""
        if wanted.action == "mark":
            return ""  # the same change again changes nothing
        try:
            thread = "" if wanted.action == "thread" else await self._thread(account, conversation)
            return await self.tools[account.kind].find(account, wanted.key, thread, wanted.made_at - SINCE)
        except CopilotError:
            return None

    async def _made(self, account: Account, conversation: Conversation, wanted: Outgoing, thread: str) -> Shown:
        if wanted.action in ("words", "unsent"):
            said = MAYBE if wanted.key.startswith(f"{DOUBTED}:") else UNSENT
            heading = said if wanted.action == "unsent" else ""
            return Shown(key=wanted.key, thread=thread, heading=heading, words=wanted.text)
        link = f"{self.address.rstrip('/')}/c/{conversation.id}" if self.address else ""
        async with self.database.read(account.tenant_id) as records:
            if wanted.action == "thread":
                made = await summary(records, conversation, wanted.text, quote=account.settings.get("quote") is not False)
            else:
                begun = await records.connections.latest(account.id, conversation.id, "thread")
                made = await card(records, account.id, wanted.text, cue=begun is None or begun.text != wanted.text)
        return made.model_copy(update={"key": wanted.key, "thread": thread, "link": link if wanted.action == "thread" else ""})

    async def _thread(self, account: Account, conversation: Conversation) -> str:
        """The tool's id of the message with which the conversation's thread begins."""
        async with self.database.read(account.tenant_id) as records:
            found = await records.connections.latest(account.id, conversation.id, "thread")
        return _there(found).external_id

    async def _card(self, account: Account, turn_id: str) -> Outgoing:
        async with self.database.read(account.tenant_id) as records:
            found = await records.connections.wanted(card_key(account.id, turn_id))
        return _there(found)


def card_key(connection: str, turn_id: str) -> str:
    """By which a turn's card is known."""
    return f"card:{connection}:{turn_id}"


def _there(found: Outgoing | None) -> Outgoing:
    if found is None:
        raise NotFound("What it belongs under is gone.", todo="Open the conversation on the desk.")
    if found.doubted and found.state != "unsure":
        raise Refused("What it belongs under may not have been written.", todo="Look for that first; the next turn begins a new thread.")
    if found.state in ("failed", "shadow"):
        raise Refused(f"What it belongs under was not written: {found.problem or found.state}", todo="The next turn begins a new thread.")
    if found.state != "sent":
        raise Unavailable("What it belongs under is not written yet.", retry_after=0.0)
    return found
