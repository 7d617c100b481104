"""Saved replies: texts that editors keep and agents insert as they are, by `/shortcut`."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from copilot.domain.base import Frozen, new_id
from copilot.domain.errors import Conflict, Invalid, NotFound
from copilot.domain.facts import SavedReply
from copilot.domain.ports.records import Database, Records
from copilot.domain.staff import Caller
from copilot.services.conversations.reading import actor

SHORTCUT = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
LONGEST_SHORTCUT = 40


class Written(Frozen):
    """A saved reply as an editor writes it."""

    shortcut: str
    title: str
    text: str
    locale: str = ""
    owner: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Replies:
    """Keeps saved replies."""

    database: Database
    clock: Callable[[], datetime]
    wake: Callable[[str], None]

    async def listed(self, tenant: str) -> list[SavedReply]:
        """By shortcut."""
        async with self.database.read(tenant) as records:
            return await records.facts.replies()

    async def get(self, tenant: str, reply_id: str) -> SavedReply:
        """Raises NotFound."""
        async with self.database.read(tenant) as records:
            return await _reply(records, reply_id)

    async def add(self, caller: Caller, given: Written) -> SavedReply:
        """Raises Conflict when its shortcut is taken in that language."""
        async with self.database.write(caller.tenant_id) as records:
            reply = SavedReply(id=new_id(), **await self._checked(records, caller, given))
            await records.facts.add_reply(reply)
            await _tell(records, caller, reply, "added")
        self.wake(caller.tenant_id)
        return reply

    async def save(self, caller: Caller, reply_id: str, seen: int, given: Written) -> SavedReply:
        """Raises Conflict when somebody saved after `seen`."""
        async with self.database.write(caller.tenant_id) as records:
            present = await _reply(records, reply_id)
            changed = await self._checked(records, caller, given, but=reply_id)
            reply = present.model_copy(update={**changed, "version": present.version + 1})
            if present.version != seen or not await records.facts.save_reply(reply, seen):
                raise Conflict("Somebody changed this reply after you opened it.", todo="Open it again; your text is still here.")
            await _tell(records, caller, reply, "saved")
        self.wake(caller.tenant_id)
        return reply

    async def remove(self, caller: Caller, reply_id: str) -> None:
        """Raises NotFound."""
        async with self.database.write(caller.tenant_id) as records:
            reply = await _reply(records, reply_id)
            await records.facts.remove_reply(reply_id)
            await _tell(records, caller, reply, "removed")
        self.wake(caller.tenant_id)

    async def _checked(self, records: Records, caller: Caller, given: Written, but: str = "") -> dict[str, object]:
        shortcut = given.shortcut.strip().lstrip("/").casefold()
        if not SHORTCUT.fullmatch(shortcut) or len(shortcut) > LONGEST_SHORTCUT:
            raise Invalid(f"{given.shortcut!r} cannot be a shortcut.", todo="Use letters, digits and dashes, such as refund-times.")
        if not given.text.strip() or not given.title.strip():
            raise Invalid("A saved reply has a title and a text.", todo="Write both.")
        for other in await records.facts.replies():
            if other.id != but and (other.shortcut, other.locale) == (shortcut, given.locale):
                raise Conflict(f"“/{shortcut}” is “{other.title}” already.", todo="Choose another shortcut, or change that reply.")
        who = caller.who
        return {**given.model_dump(), "shortcut": shortcut, "saved_by": who, "saved_at": self.clock()}


async def _reply(records: Records, reply_id: str) -> SavedReply:
    found = await records.facts.reply(reply_id)
    if found is None:
        raise NotFound(f"There is no saved reply {reply_id!r}.", todo="List the saved replies.")
    return found


async def _tell(records: Records, caller: Caller, reply: SavedReply, what: str) -> None:
    await records.log.event(f"saved_reply.{what}", subject_id=reply.id, actor=actor(caller), data={"version": reply.version})
