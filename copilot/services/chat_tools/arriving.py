"""What chat tools delivered is worked in: read whole where it was not signed, taken into the record, its content then forgotten.

And every minute each tool is asked what changed, so that what it never delivered comes in too – by the same way.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from copilot.domain.channels import Account, Arrival
from copilot.domain.connections import EARLIER, POLLED
from copilot.domain.conversation import Message
from copilot.domain.errors import Conflict, CopilotError, Invalid, NotFound, Refused, Unavailable
from copilot.domain.formats import ConversationIn, MessageIn
from copilot.domain.ports.channels import Channel
from copilot.domain.ports.records import Database
from copilot.domain.triage import Click
from copilot.services.chat_tools.connecting import Connecting
from copilot.services.chat_tools.looking_back import LookingBack
from copilot.services.chat_tools.receiving import ARRIVE, Receiving
from copilot.services.conversations.ingest import Ingest
from copilot.services.running.pulse import Pulse

log = structlog.get_logger()
POLL: Final = "poll"
"""The durable job that asks one tool what changed; its subject is the connection."""
EVERY: Final = timedelta(minutes=1)
PAGES: Final = 5
"""Pages that one poll reads; the next goes on."""
SOME: Final = 100
"""Deliveries that are looked up at once."""
ACTOR: Final = "connection:"
UNFORESEEN: Final = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError)
"""What comes of content that nobody foresaw. It is that delivery's problem and holds nobody else's up; a database that fails is another
thing: what waits for it goes on waiting."""


@dataclass(frozen=True)
class Arriving:
    """Works deliveries in."""

    database: Database
    connecting: Connecting
    receiving: Receiving
    ingest: Ingest
    past: LookingBack
    pulse: Pulse
    clock: Callable[[], datetime]
    clicked: Callable[[Account, Click], Awaitable[None]]
    """Does what a colleague decided."""

    async def run(self, tenant: str, _: str) -> None:
        """The durable job `arrive`: all that waits, the oldest first, what contacts said long ago when nothing else does.

        Safe to run again at any point, each message is taken once.

        Raises Unavailable, to come again, when a tool has to be read that does not answer; the others go on.
        """
        if self.receiving.working.get(tenant):
            return  # that run takes everything along
        self.receiving.working[tenant] = True
        later: dict[int, Exception] = {}
        try:
            while rows := [ident for ident in await self._waiting(tenant, len(later)) if ident not in later]:
                for place, ident in enumerate(rows):
                    await self.pulse.calm()
                    try:
                        if not await self._one(tenant, ident, just_looked=place == 0):
                            break
                    except Exception as error:  # noqa: BLE001 - whatever it is, it is raised when the others are done
                        later[ident] = error
        finally:
            self.receiving.working[tenant] = False
        if [ident for ident in await self._waiting(tenant, len(later)) if ident not in later]:
            await self.run(tenant, "")  # came in while this run ended
        for silent in later.values():
            raise silent

    async def _waiting(self, tenant: str, beside: int) -> list[int]:
        """Some of those that wait, `beside` so many that are left for later: one silent tool holds nobody else's up."""
        async with self.database.read(tenant) as records:
            return await records.connections.waiting(self.clock() + EVERY, SOME + beside)

    async def _one(self, tenant: str, ident: int, *, just_looked: bool) -> bool:
        """False: nothing was done. What somebody said long ago waits until a look at the queue has shown that nothing came meanwhile."""
        async with self.database.read(tenant) as records:
            kept = await records.connections.kept(ident)
        if kept is None or kept.state != "waiting":
            return True
        if kept.delivery_id.startswith(EARLIER) and not just_looked:
            return False
        problem = ""
        try:
            account = await self.connecting.account(tenant, kept.connection_id)
            for told in kept.arrivals or ():
                await (self.clicked(account, told) if isinstance(told, Click) else self._take(account, told))
        except Unavailable:
            raise
        except CopilotError as error:
            problem = error.detail
            log.warning("delivery_failed", tenant=tenant, connection=kept.connection_id, reason=error.detail)
        except UNFORESEEN as error:
            problem = _unforeseen(error)
            log.error("delivery_failed", tenant=tenant, connection=kept.connection_id, reason=problem)
        async with self.database.write(tenant) as records:
            await records.connections.worked(kept.id, self.clock(), problem)
        return True

    async def poll(self, tenant: str, connection: str) -> None:
        """The durable job `poll`."""
        problem, cursor = "", ""
        async with self.database.read(tenant) as records:
            known = await records.connections.find(connection)
        if known is None or not known.active:
            return
        try:
            account = await self.connecting.account(tenant, connection)
            async for reached in self._ask(account, self.connecting.channel(account.kind), known.cursor):
                cursor = reached  # it holds, whatever becomes of the next page
        except CopilotError as error:
            problem = error.detail
        except UNFORESEEN as error:
            problem = _unforeseen(error)
            log.error("poll_failed", tenant=tenant, connection=connection, reason=problem)
        values = {"polled_at": self.clock(), "problem": problem} | ({"cursor": cursor} if cursor else {})
        async with self.database.write(tenant) as records:
            await records.connections.change(connection, **values)

    async def unfinished(self, before: datetime) -> list[tuple[str, str, str]]:
        """Deliveries that were kept before `before` and came to no end."""
        found = []
        for tenant in await self.database.tenants():
            async with self.database.read(tenant) as records:
                found += [(ARRIVE, tenant, str(ident)) for ident in await records.connections.waiting(before)]
        return found

    async def due(self, _: datetime) -> list[tuple[str, str, str]]:
        """Connections whose tool is to be asked again."""
        found, at = [], self.clock() - EVERY
        for tenant in await self.database.tenants():
            async with self.database.read(tenant) as records:
                known = await records.connections.all()
            for one in known:
                channel = self.connecting.channels.get(one.kind)
                if channel is not None and "poll" in channel.can and one.active and (one.polled_at is None or one.polled_at <= at):
                    found.append((POLL, tenant, one.id))
        return found

    async def _ask(self, account: Account, channel: Channel, cursor: str) -> AsyncIterator[str]:
        """Everything since the cursor, some pages of it; tells the next one after each."""
        for _ in range(PAGES):
            page = await channel.since(account, cursor)
            for arrival in page.arrivals:
                await self._polled(account, arrival)
            cursor = page.cursor
            yield cursor
            if not page.more:
                break

    async def _polled(self, account: Account, arrival: Arrival) -> None:
        """An erased person, a conversation that nobody can read or understand: the others go on. What cannot be read now waits."""
        try:
            await self._take(account, arrival)
        except Unavailable as error:
            log.info("poll_waits", tenant=account.tenant_id, connection=account.id, reason=error.detail)
            now = self.clock()
            known_by = f"{POLLED}{arrival.conversation.conversation_id}:{now.isoformat()}"
            async with self.database.write(account.tenant_id) as records:
                await records.connections.receive(account.id, known_by, (arrival,), now)
        except (Refused, NotFound, Invalid, Conflict) as error:
            log.info("poll_skipped", tenant=account.tenant_id, connection=account.id, reason=error.detail)
        except UNFORESEEN as error:
            log.error("poll_skipped", tenant=account.tenant_id, connection=account.id, reason=_unforeseen(error))

    async def _take(self, account: Account, arrival: Arrival) -> None:
        if read := not arrival.whole:
            arrival = await self._read_again(account, arrival.conversation.conversation_id)
        given = await self._known(account, arrival, read=read)
        if given is not None:
            given = _public_names(given)
            await self.ingest.conversation(account.tenant_id, given, account.id, actor=f"{ACTOR}{account.id}")

    async def _read_again(self, account: Account, ident: str) -> Arrival:
        """The thread as it is now. What was on record before it was read, and is not in it, was taken away."""
        async with self.database.read(account.tenant_id) as records:
            before = await records.conversations.find(ident, account.id)
        arrival = await self.connecting.channel(account.kind).thread(account, ident)
        if before is None or not arrival.complete:
            return arrival
        there = {one.id for one in arrival.conversation.messages}
        gone = tuple(one.external_id for one in before.messages if one.external_id not in there)
        return arrival.model_copy(update={"deleted": (*arrival.deleted, *gone)})

    async def _known(self, account: Account, arrival: Arrival, *, read: bool) -> ConversationIn | None:
        """With what is on record: deleted messages by their words, and the thread's past where it is new here. `read`: it is the thread."""
        given = arrival.conversation
        async with self.database.read(account.tenant_id) as records:
            before = await records.conversations.find(given.conversation_id, account.id)
        if before is None:
            channel = self.connecting.channel(account.kind)
            if "history" in channel.can and not read:
                given = (await channel.thread(account, given.conversation_id)).conversation
            if not given.messages:
                return None
            await self.past.first_seen(account, given)
            return given
        if not read and "status" in given.model_fields_set and given.status != before.status:
            given = await self._now(account, given)
        gone = [one for one in before.messages if one.external_id in arrival.deleted and one.deleted_at is None]
        return given.model_copy(update={"messages": [*given.messages, *_deleted(gone, self.clock())]}) if gone else given

    async def _now(self, account: Account, given: ConversationIn) -> ConversationIn:
        """As the tool has it now. Deliveries come late and in no order: by an old one, what goes on would be closed over somebody."""
        channel = self.connecting.channel(account.kind)
        if "history" not in channel.can:
            return given
        try:
            thread = (await channel.thread(account, given.conversation_id)).conversation
        except NotFound:  # it is gone there
            return given
        return given.model_copy(update={"status": thread.status}) if "status" in thread.model_fields_set else given


def _unforeseen(error: Exception) -> str:
    """Its class only: what it says may be somebody's words."""
    return f"It could not be understood here ({type(error).__name__})."


def _public_names(given: ConversationIn) -> ConversationIn:
    """In a public place a customer has the name that stands there: a handle. What the tool itself calls them is its own record."""
    if given.channel != "social":
        return given
    messages = [
        one.model_copy(update={"author_name": ""}) if one.author == "customer" and not one.author_name.startswith("@") else one
        for one in given.messages
    ]
    return given.model_copy(update={"messages": messages})


def _deleted(messages: Iterable[Message], at: datetime) -> list[MessageIn]:
    return [
        MessageIn(
            id=one.external_id,
            author=one.author,
            text=one.text,
            sent_at=one.sent_at.isoformat(),
            author_id=one.author_id,
            author_name=one.author_name,
            visibility=one.visibility,
            deleted_at=at.isoformat(),
        )
        for one in messages
    ]
