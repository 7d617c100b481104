"""An agent sends their words in their own chat tool from here: with their own token of it, once for each decision."""

from dataclasses import dataclass

from pydantic import Field

from copilot.domain.base import Frozen, new_id
from copilot.domain.conversation import Conversation
from copilot.domain.errors import Conflict, Refused
from copilot.domain.ports.records import Database, Records
from copilot.domain.staff import Caller
from copilot.services.chat_tools.connecting import Connecting
from copilot.services.chat_tools.writing import Writing
from copilot.services.conversations.answering import OwnAnswer, of_conversation, person
from copilot.services.conversations.reading import conversation


class Words(Frozen):
    """What the customer shall read. `suggestion_id`: the draft it came from."""

    text: str = Field(min_length=1, max_length=150_000, pattern=r"\S")
    suggestion_id: str | None = None


class Leaving(Frozen):
    """It waits to be sent; what became of it is in the tool, and comes back from there as a message."""

    id: str
    state: str


@dataclass(frozen=True)
class Sending:
    """Sends what a person decided to send."""

    database: Database
    connecting: Connecting
    writing: Writing

    async def send(self, caller: Caller, ref: str, given: Words, key: str = "") -> Leaving:
        """Raises NotFound; Refused without their own token; Conflict without a tool that can, in shadow, and for a draft sent before.

        The message is stored when the tool reports it: then it is matched with the draft, as if it had been written there.
        """
        user = person(caller)
        async with self.database.write(caller.tenant_id) as records:
            found = await conversation(records, ref)
            connection = await self._connection(records, caller, found, user)
            await of_conversation(records, found.id, OwnAnswer(text=given.text, suggestion_id=given.suggestion_id))
            what = f"reply:{given.suggestion_id}" if given.suggestion_id else f"reply:{user}:{key or new_id()}"
            if not await self.writing.want(records, connection, found, "reply", what, given.text, user):
                raise await _known(records, what)
            await records.log.event("message.sending", conversation_id=found.id, subject_id=given.suggestion_id or "", actor=f"user:{user}")
        self.writing.wake(caller.tenant_id)
        return Leaving(id=what, state="waiting")

    async def can(self, caller: Caller, ref: str) -> bool:
        """Whether something of theirs would reach the customer from here: the tool takes it, they have their own token, it is no shadow."""
        async with self.database.read(caller.tenant_id) as records:
            try:
                await self._connection(records, caller, await conversation(records, ref), person(caller))
            except (Conflict, Refused):
                return False
        return True

    async def _connection(self, records: Records, caller: Caller, found: Conversation, user: str) -> str:
        connection = await records.connections.of(found.id)
        channel = self.connecting.channels.get(connection.kind) if connection else None
        if connection is None or channel is None or "reply" not in channel.can:
            raise Conflict("Nothing can be sent from here in this conversation.", todo="Copy the words into your chat tool.")
        account = await self.connecting.account(caller.tenant_id, connection.id)
        if account.shadow:
            raise Conflict("This connection is in shadow: nothing is written there.", todo=f"Copy the words into {channel.title}.")
        if not account.agents.get(user):
            raise Refused(
                f"{channel.title} sends in your name only with your own access token.",
                todo=f"Add it once under your name, My chat tools. Or copy the words into {channel.title}.",
            )
        return connection.id


async def _known(records: Records, what: str) -> Conflict:
    """Why it is not sent once more."""
    before = await records.connections.wanted(what)
    if before is not None and before.doubted:
        return Conflict("This may have been sent: look into the conversation first.", todo="Copy the words there if they are not in it.")
    if before is not None and before.state == "shadow":
        return Conflict("The connection went into shadow first: this was not sent.", todo="Copy the words into your chat tool.")
    if before is not None and before.state == "failed":
        return Conflict(
            f"This could not be sent: {before.problem}", todo="Look into the conversation, and copy the words there if need be."
        )
    return Conflict("This was sent before.", todo="Look into the conversation in your chat tool.")
