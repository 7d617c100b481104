"""What goes out to chat tools: once for each decision, at the tool's pace, and never again where nobody knows whether it was done."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

import structlog

from copilot.domain.base import new_id
from copilot.domain.channels import Account, Unsure
from copilot.domain.connections import UNKNOWN, Action, Outgoing
from copilot.domain.conversation import Conversation
from copilot.domain.errors import CopilotError, NotFound, Unavailable
from copilot.domain.ports.records import Database, Records
from copilot.services.chat_tools.connecting import Connecting
from copilot.services.running.hooks import Hook

log = structlog.get_logger()
SEND: Final = "send"
"""The durable job of one write; its subject is the write's id."""
FIRST: Final = timedelta(seconds=5)
LOOK: Final = timedelta(minutes=1)
"""After so long it is looked for what may have been written."""
BEHIND: Final = "Whether what it belongs under was written is not known."


@dataclass(frozen=True)
class Patience:
    """How often something is tried; pauses double from the first to the longest."""

    attempts: int
    longest: timedelta


PATIENCE: Final[dict[Action, Patience]] = {
    "note": Patience(8, timedelta(minutes=30)),
    "reply": Patience(8, timedelta(minutes=30)),
    "thread": Patience(8, timedelta(minutes=30)),
    "card": Patience(8, timedelta(minutes=30)),
    "mark": Patience(8, timedelta(minutes=30)),
    "words": Patience(8, timedelta(minutes=30)),
    "unsent": Patience(8, timedelta(minutes=30)),
    "event": Patience(18, timedelta(hours=4)),
}
"""A note that comes half an hour late helps nobody; a listener may be away for a day."""
QUEUED: Final = timedelta(hours=1)
"""For so long it does not count as an attempt that a tool's limits made something wait."""


UNDER: Final[tuple[Action, ...]] = ("card", "mark", "words", "unsent")
"""What is put under a thread."""
REFERRED: Final[tuple[Action, ...]] = ("thread", "card")
"""What later writes go under or change: they need the tool's id of it, which nobody can say."""


class Carrier(Protocol):
    """Does writes of its own kind, which are no messages of the customer's conversation."""

    async def carry(self, account: Account, conversation: Conversation, wanted: Outgoing) -> str:
        """Do it; returns the tool's id of it."""
        ...

    async def there(self, account: Account, conversation: Conversation, wanted: Outgoing) -> str | None:
        """The id of one that may have been done; empty when it surely was not; None when nobody can tell."""
        ...


@dataclass(frozen=True)
class Writing:
    """Writes into chat tools."""

    database: Database
    connecting: Connecting
    clock: Callable[[], datetime]
    wake: Callable[[str], None]
    carriers: Mapping[Action, Carrier] = field(default_factory=dict)
    heard: list[Hook[Outgoing]] = field(default_factory=list)
    """Hear of what became of each attempt at a write."""

    async def want(
        self,
        records: Records,
        connection: str,
        conversation: Conversation,
        action: Action,
        key: str,
        text: str,
        agent: str = "",
        *,
        behind: bool = False,
    ) -> bool:
        """Leave a write with the transaction that decided on it. False: it is known.

        `behind`: it comes after a thread that is not written yet, and is started when that is.
        """
        now = self.clock()
        what = {"key": key, "action": action, "text": text, "agent": agent, "due_at": now + LOOK if behind else now, "made_at": now}
        wanted = Outgoing.model_validate({"id": new_id(), "connection_id": connection, "conversation_id": conversation.id, **what})
        if not await records.connections.want(wanted):
            return False
        if not behind:
            await records.log.enqueue(SEND, wanted.id)
        return True

    async def run(self, tenant: str, subject: str) -> None:
        """The durable job `send`.

        It is noted as unsure before the tool is asked, and as sent afterwards. What stayed unsure (the process died, the answer was lost)
        is looked for in the thread, and written again only when it is not there; in a tool that cannot be read, a person looks, and is
        believed.
        """
        begun = await self._begin(tenant, subject)
        if begun is None:
            return
        account, conversation, wanted, noted = begun
        there = await self._there(account, conversation, wanted) if wanted.state == "unsure" else ""
        if there is None and (not _missed(wanted) or wanted.action in REFERRED):
            ended = self._in_doubt(noted, noted.problem or UNKNOWN)
        elif there:
            ended = noted.model_copy(update={"state": "sent", "external_id": there, "problem": ""})
        else:
            ended = await self._written(account, conversation, noted)
        await self._moved(tenant, ended)

    async def _begin(self, tenant: str, subject: str) -> tuple[Account, Conversation, Outgoing, Outgoing] | None:
        """With what is to be written, and that as it is noted until the tool has answered; None when the tool is not to be asked."""
        now = self.clock()
        async with self.database.write(tenant) as records:
            wanted = await records.connections.outgoing(subject)
            if wanted is None or wanted.state not in ("waiting", "unsure") or wanted.due_at > now:
                return None
            conversation = await records.conversations.find(wanted.conversation_id)
            if conversation is None or await self._waits(records, wanted, now):
                return None
            try:
                account = await self._account(tenant, wanted.connection_id)
            except Unavailable as error:  # its secrets cannot be opened: others are not kept waiting behind it
                await records.connections.moved(wanted.model_copy(update={"due_at": now + LOOK, "problem": error.detail}))
                return None
            tried = {"attempts": wanted.attempts + 1, "due_at": now + LOOK}
            if account is not None and not account.shadow:
                noted = wanted.model_copy(update={"state": "unsure", **tried})
                await records.connections.moved(noted)
                return account, conversation, wanted, noted
            await self._end(records, wanted.model_copy(update={**_shadowed(wanted), **tried} if account else _stopped(wanted)))
        self.wake(tenant)
        return None

    async def _account(self, tenant: str, connection: str) -> Account | None:
        """None for a connection that was stopped."""
        try:
            return await self.connecting.account(tenant, connection)
        except NotFound:
            return None

    async def unfinished(self, _: datetime) -> list[tuple[str, str, str]]:
        """Writes whose time has come."""
        found = []
        for tenant in await self.database.tenants():
            async with self.database.read(tenant) as records:
                found += [(SEND, tenant, ident) for ident in await records.connections.due(self.clock())]
        return found

    async def _moved(self, tenant: str, ended: Outgoing) -> None:
        async with self.database.write(tenant) as records:
            found = await records.connections.outgoing(ended.id)
            if found is None or ((found.state != "unsure" or _missed(found)) and ended.state != "sent"):
                return  # somebody said meanwhile what became of it
            await self._end(records, ended)
        self.wake(tenant)

    async def _end(self, records: Records, ended: Outgoing) -> None:
        """Note what became of an attempt, whatever it was: what waits behind it follows, and whoever has to know of it hears."""
        connection = await records.connections.find(ended.connection_id)
        await records.connections.moved(ended)
        data = {"state": ended.state, "action": ended.action, "kind": connection.kind if connection else ""}
        await records.log.event("connection.wrote", conversation_id=ended.conversation_id, subject_id=ended.id, data=data)
        if ended.action == "thread" and ended.state in ("sent", "failed"):
            await self._release(records, ended)
        for hears in self.heard:
            await hears(records, ended)

    async def _waits(self, records: Records, wanted: Outgoing, now: datetime) -> bool:
        """Whether it belongs under a thread that is still to be written. Then it comes after that, and no attempt is counted."""
        if wanted.action not in UNDER:
            return False
        thread = await records.connections.latest(wanted.connection_id, wanted.conversation_id, "thread")
        if thread is None or thread.state not in ("waiting", "unsure"):
            return False
        await records.connections.moved(wanted.model_copy(update={"due_at": max(now, thread.due_at) + FIRST}))
        return True

    async def _release(self, records: Records, thread: Outgoing) -> None:
        """What waited for a thread goes out now, or is given up with it."""
        for one in await records.connections.held(thread.connection_id, thread.conversation_id):
            if thread.state == "failed":
                problem = BEHIND if thread.doubted else thread.problem
                await self._end(records, one.model_copy(update={"state": "failed", "problem": problem}))
                continue
            await records.connections.moved(one.model_copy(update={"due_at": self.clock()}))
            await records.log.enqueue(SEND, one.id)

    async def _there(self, account: Account, conversation: Conversation, wanted: Outgoing) -> str | None:
        """The id of a write that may have been done; empty when it surely was not; None when nobody knows."""
        try:
            if (carrier := self.carriers.get(wanted.action)) is not None:
                return await carrier.there(account, conversation, wanted)
            return await self.connecting.channel(account.kind).written(account, conversation.external_id, wanted)
        except Exception:  # whatever it is: who cannot look does not know
            log.exception("write_not_looked_for", tenant=account.tenant_id, connection=account.id)
            return None

    async def _written(self, account: Account, conversation: Conversation, begun: Outgoing) -> Outgoing:
        channel, thread = self.connecting.channel(account.kind), conversation.external_id
        try:
            if (carrier := self.carriers.get(begun.action)) is not None:
                ident = await carrier.carry(account, conversation, begun)
            else:
                ident = await channel.write(account, thread, begun)
        except Unsure as error:
            return self._in_doubt(begun, error.detail)
        except Unavailable as error:
            return self._later(begun, error)
        except CopilotError as error:
            log.warning("write_failed", tenant=account.tenant_id, connection=account.id, reason=error.detail)
            return begun.model_copy(update={"state": "failed", "problem": error.detail})
        except Exception as error:  # whatever it is: the tool may have been asked before it
            log.exception("write_in_doubt", tenant=account.tenant_id, connection=account.id)
            return self._in_doubt(begun, f"{UNKNOWN} ({type(error).__name__})")
        return begun.model_copy(update={"state": "sent", "external_id": ident, "problem": ""})

    def _in_doubt(self, begun: Outgoing, problem: str) -> Outgoing:
        """It is looked for after a while, less and less often; in the end by a person, who is told that it may be there."""
        if begun.attempts >= PATIENCE[begun.action].attempts:
            return begun.model_copy(update={"state": "failed", "problem": _unknown(problem)})
        return begun.model_copy(update={"due_at": self.clock() + max(LOOK, _pause(begun)), "problem": problem})

    def _later(self, begun: Outgoing, error: Unavailable) -> Outgoing:
        patience, told_to_wait = PATIENCE[begun.action], error.retry_after is not None and self.clock() - begun.made_at < QUEUED
        if begun.attempts >= patience.attempts and not told_to_wait:
            return begun.model_copy(update={"state": "failed", "problem": error.detail})
        pause = _pause(begun)
        if error.retry_after is not None:
            pause = max(pause, timedelta(seconds=error.retry_after))
        attempts = begun.attempts - 1 if told_to_wait else begun.attempts
        return begun.model_copy(update={"state": "waiting", "attempts": attempts, "due_at": self.clock() + pause, "problem": error.detail})


def _missed(wanted: Outgoing) -> bool:
    """A person looked, and wants it written: unsure without an attempt, which `_begin` counts with whatever it notes as unsure."""
    return wanted.state == "unsure" and wanted.attempts == 0


def _unknown(problem: str) -> str:
    """The problem of a write that ends in doubt."""
    return problem if problem.startswith(UNKNOWN) else f"{UNKNOWN} {problem}"


def _shadowed(wanted: Outgoing) -> dict[str, Any]:
    return {"state": "shadow", "problem": UNKNOWN if wanted.doubted else ""}


def _stopped(wanted: Outgoing) -> dict[str, Any]:
    why = "The connection was stopped."
    return {"state": "failed", "problem": _unknown(why) if wanted.doubted else why}


def _pause(begun: Outgoing) -> timedelta:
    """Before the next attempt."""
    return timedelta(seconds=min(PATIENCE[begun.action].longest.total_seconds(), FIRST.total_seconds() * 2.0 ** (begun.attempts - 1)))
