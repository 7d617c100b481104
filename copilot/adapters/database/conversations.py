"""Conversations and their messages."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from copilot.adapters.database import waiting
from copilot.adapters.database.connections import ensure_connection, ensure_team
from copilot.adapters.database.persons import of_person
from copilot.adapters.database.tables.talk import assignments, conversations, message_senses, messages
from copilot.adapters.database.tables.tenancy import connections
from copilot.adapters.database.transaction import Group, among, batches, equals, fields, mine, same
from copilot.domain.base import new_id, now
from copilot.domain.case import QueueEntry
from copilot.domain.conversation import DEFAULT_CONNECTION, FILE_CONNECTION, Conversation, Message
from copilot.domain.errors import Conflict, Invalid

_CHANGEABLE = ("status", "assignee", "team", "assurance", "language", "customer_id", "outcome")
_PLAIN = (*_CHANGEABLE, "channel", "csat")
_ROW = sa.select(*fields(conversations, Conversation)).where(mine(conversations))
_MESSAGE = fields(messages, Message)
_MESSAGES = (
    sa.select(messages.c.conversation_id, *_MESSAGE)
    .where(mine(messages), among(messages.c.conversation_id))
    .order_by(messages.c.conversation_id, messages.c.sent_at, messages.c.position)
)
_KNOWN = sa.select(*_MESSAGE).where(
    *equals(messages, "conversation_id"), sa.or_(among(messages.c.external_id, "external"), among(messages.c.id, "ours"))
)
_LAST_POSITION = sa.select(sa.func.max(messages.c.position)).where(*equals(messages, "conversation_id"))
_BY_ID = _ROW.where(*equals(conversations, "id"))
_BY_EXTERNAL = _ROW.where(*equals(conversations, "connection_id", "external_id"))
_RANK = sa.case({DEFAULT_CONNECTION: 0, FILE_CONNECTION: 1}, value=conversations.c.connection_id, else_=2)
_ANYWHERE = (
    sa.select(*fields(conversations, Conversation), _RANK.label("rank"))
    .where(*equals(conversations, "external_id"))
    .order_by(_RANK, conversations.c.id)
    .limit(2)
)
_OF_TOOL = (
    sa.select(conversations.c.connection_id, conversations.c.id)
    .select_from(conversations.join(connections, same(conversations, "connection_id", connections)))
    .where(*equals(conversations, "external_id"), connections.c.kind == sa.bindparam("tool"))
    .order_by(conversations.c.connection_id)
)
_OF_CUSTOMER = (
    _ROW.where(of_person(conversations.c.customer_id))
    .order_by(conversations.c.last_at.desc(), conversations.c.id.desc())
    .limit(sa.bindparam("limit"))
)
_AMONG = _ROW.where(among(conversations.c.id))
_REFS = sa.select(conversations.c.id, conversations.c.external_id).where(mine(conversations), among(conversations.c.id))
_HOW_MANY = sa.select(sa.func.count()).where(mine(conversations), of_person(conversations.c.customer_id))

_LAST_CONTACT = sa.select(sa.func.max(conversations.c.last_at)).where(
    mine(conversations), conversations.c.customer_id == sa.bindparam("ident")
)
_OPEN_WITH = sa.select(conversations.c.id).where(
    mine(conversations), conversations.c.status != "closed", among(conversations.c.customer_id)
)


class SqlConversations(Group):
    """The `Conversations` port."""

    async def upsert(self, conversation: Conversation, connection: str = "file") -> Conversation:
        """Create or update by (connection, external_id).

        On an update, values that are empty or were never set leave what is stored (`change` sets any of them); messages are matched by
        external id (by our id when they have none), and none is removed for not being given.
        """
        stored = await self._db.row(_BY_EXTERNAL, connection_id=connection, external_id=conversation.external_id)
        if stored is None:
            return await self._create(conversation, connection)
        changed = {
            name: value
            for name in _PLAIN
            if name in conversation.model_fields_set and (value := getattr(conversation, name)) not in ("", None)
        }
        await self._set(stored, changed)
        await self._merge(stored["id"], conversation.messages)
        return (await self._complete([await self._row_of(stored["id"])]))[0]

    async def find(self, ref: str, connection: str = "") -> Conversation | None:
        """By our id, else by the sender's id in that connection; without one, see `_anywhere`. With all messages, in order."""
        row = await self._db.row(_BY_ID, id=ref)
        if row is None:
            row = await (self._db.row(_BY_EXTERNAL, connection_id=connection, external_id=ref) if connection else self._anywhere(ref))
        return (await self._complete([row]))[0] if row else None

    async def of_tool(self, external_id: str, tool: str) -> list[tuple[str, str]]:
        """(connection, our id), by connection."""
        rows = await self._db.rows(_OF_TOOL, external_id=external_id, tool=tool)
        return [(row["connection_id"], row["id"]) for row in rows]

    async def references(self, ids: Sequence[str]) -> dict[str, str]:
        """Our id → the sender's; those that do not exist are left out."""
        return {row["id"]: row["external_id"] for part in batches(ids) for row in await self._db.rows(_REFS, ids=part)}

    async def add_message(self, conversation_id: str, message: Message) -> tuple[Message, bool]:
        """(the stored message, whether it is new). Another text under the same external id is an edit."""
        await self._row_of(conversation_id)
        return (await self._merge(conversation_id, [message]))[0]

    async def change(self, conversation_id: str, **fields: Any) -> None:
        """Any of status, assignee, team, assurance, language, customer_id, outcome; None empties. Raises Invalid for another name."""
        unknown = set(fields) - set(_CHANGEABLE)
        if unknown:
            raise Invalid(f"A conversation's {', '.join(sorted(unknown))} cannot be changed.")
        empty = dict.fromkeys(("assignee", "team", "language"), "")
        changed = {name: empty.get(name) if value is None else value for name, value in fields.items()}
        await self._set(await self._row_of(conversation_id), changed)

    async def of_customer(self, customer_id: str, limit: int = 100) -> list[Conversation]:
        """Newest first (by the latest message), with messages."""
        return await self._complete(await self._db.rows(_OF_CUSTOMER, customer_id=customer_id, limit=limit))

    async def count_of(self, customer_id: str) -> int:
        """How many conversations the person has had."""
        return int(await self._db.value(_HOW_MANY, customer_id=customer_id))

    async def contacts(self, customer_id: str, since: datetime, until: datetime) -> list[tuple[str, datetime]]:
        """(conversation id, first customer message with since <= sent_at <= until), oldest first."""
        rows = await self._db.rows(waiting.CONTACTS, customer_id=customer_id, since=since, until=until)
        return [(row["conversation_id"], row["at"]) for row in rows]

    async def last_contact(self, record_id: str) -> datetime | None:
        at: datetime | None = await self._db.value(_LAST_CONTACT, ident=record_id)
        return at

    async def open_with(self, record_ids: Sequence[str]) -> list[str]:
        return [ident for some in batches(record_ids) for ident in await self._db.column(_OPEN_WITH, ids=list(some))]

    async def queue(self, reader: str = "") -> list[QueueEntry]:
        """Conversations that are not closed; who waits longest comes first. `unread`: for that user."""
        return [waiting.entry(row, reader) for row in await self._db.rows(waiting.QUEUE, reader=reader)]

    async def several(self, ids: Sequence[str]) -> dict[str, Conversation]:
        """Conversations by our id, with messages."""
        rows = [row for some in batches(ids) for row in await self._db.rows(_AMONG, ids=list(some))]
        return {found.id: found for found in await self._complete(rows)}

    async def _anywhere(self, external_id: str) -> dict[str, Any] | None:
        """The default connection's, else that of files, else the only one's. Raises Conflict when several others have that id."""
        ranked = await self._db.rows(_ANYWHERE, external_id=external_id)
        ranks = [row.pop("rank") for row in ranked]
        if ranks == [2, 2]:
            raise Conflict(f"Several connections have a conversation {external_id!r}.", todo="Name the connection, or use our id for it.")
        return ranked[0] if ranked else None

    async def _row_of(self, conversation_id: str) -> Mapping[str, Any]:
        return await self._db.one(_BY_ID, f"There is no conversation {conversation_id}.", id=conversation_id)

    async def _create(self, conversation: Conversation, connection: str) -> Conversation:
        await ensure_connection(self._db, connection)
        await ensure_team(self._db, conversation.team)
        moment = now()
        row = {name: getattr(conversation, name) for name in ("id", "external_id", *_PLAIN)}
        last = max((m.sent_at for m in conversation.messages), default=moment)
        await self._db.add(conversations, [row | {"connection_id": connection, "last_at": last, "created_at": moment}])
        if conversation.assignee or conversation.team:
            await self._assign(conversation.id, conversation.assignee, conversation.team)
        stored = await self._merge(conversation.id, conversation.messages, fresh=True)
        once = {message.id: message for message, _ in stored}
        return conversation.model_copy(update={"messages": tuple(sorted(once.values(), key=lambda m: m.sent_at))})

    async def _set(self, stored: Mapping[str, Any], changed: Mapping[str, Any]) -> None:
        new = {name: value for name, value in changed.items() if value != stored[name]}
        if not new:
            return
        await ensure_team(self._db, new.get("team", ""))
        await self._db.run(sa.update(conversations).where(mine(conversations), conversations.c.id == stored["id"]).values(**new))
        if "assignee" in new or "team" in new:
            await self._assign(stored["id"], new.get("assignee", stored["assignee"]), new.get("team", stored["team"]))

    async def _assign(self, conversation_id: str, assignee: str, team: str) -> None:
        """A line of the assignments' history; the one before ends."""
        moment = now()
        open_ = mine(assignments), assignments.c.conversation_id == conversation_id, assignments.c.ended_at.is_(None)
        await self._db.run(sa.update(assignments).where(*open_).values(ended_at=moment))
        row = {"conversation_id": conversation_id, "assignee": assignee, "team": team, "assigned_at": moment}
        await self._db.add(assignments, [{"id": new_id(), **row}])

    async def _merge(self, conversation_id: str, given: Sequence[Message], *, fresh: bool = False) -> list[tuple[Message, bool]]:
        """Add what is new, change what was edited or deleted; per given message (as stored, whether it is new)."""
        known = {} if fresh else await self._known(conversation_id, given)
        position = 0 if fresh else await self._next_position(conversation_id)
        result: list[tuple[Message, bool]] = []
        added: list[Message] = []
        for message in given:
            key = message.external_id or message.id
            before = known.get(key)
            if before is None:
                added.append(message)
            elif (message := _after(before, message)) != before:
                await self._edit(before, message, added)
            known[key] = message
            result.append((message, before is None))
        rows = [_as_row(message, conversation_id, position + n) for n, message in enumerate(added)]
        await self._db.add(messages, rows)
        if added and not fresh:
            latest = max(message.sent_at for message in added)
            this = mine(conversations), conversations.c.id == conversation_id
            later = sa.update(conversations).where(*this, conversations.c.last_at < latest)
            await self._db.run(later.values(last_at=latest))
        return result

    async def _known(self, conversation_id: str, given: Sequence[Message]) -> dict[str, Message]:
        known: dict[str, Message] = {}
        for some in batches(given):
            external = [m.external_id for m in some if m.external_id]
            ours = [m.id for m in some if not m.external_id]
            for row in await self._db.rows(_KNOWN, conversation_id=conversation_id, external=external, ours=ours):
                message = Message(**row)
                known[message.external_id or message.id] = message
        return known

    async def _next_position(self, conversation_id: str) -> int:
        highest = await self._db.value(_LAST_POSITION, conversation_id=conversation_id)
        return 0 if highest is None else int(highest) + 1

    async def _edit(self, before: Message, after: Message, added: list[Message]) -> None:
        """What was sensed of the old text is forgotten with it."""
        if before in added:
            added[added.index(before)] = after
            return
        values = {name: getattr(after, name) for name in _EDITABLE}
        await self._db.run(sa.update(messages).where(mine(messages), messages.c.id == before.id).values(**values))
        if before.text != after.text:
            await self._db.run(sa.delete(message_senses).where(mine(message_senses), message_senses.c.message_id == before.id))

    async def _complete(self, rows: Sequence[Mapping[str, Any]]) -> list[Conversation]:
        said: dict[str, list[Message]] = {row["id"]: [] for row in rows}
        for some in batches(list(said)):
            for message in await self._db.rows(_MESSAGES, ids=list(some)):
                said[message.pop("conversation_id")].append(Message(**message))
        return [Conversation(**row, messages=tuple(said[row["id"]])) for row in rows]


_EDITABLE = ("text", "visibility", "attachments", "edited_at", "deleted_at")


def _after(before: Message, given: Message) -> Message:
    """The stored message after the same one came again: another text is an edit (unless an older one arrives late), a deletion stays."""
    late = before.edited_at is not None and given.edited_at is not None and given.edited_at < before.edited_at
    update: dict[str, Any] = {"deleted_at": before.deleted_at or given.deleted_at}
    if not late:
        update |= {name: getattr(given, name) for name in ("visibility", "attachments") if name in given.model_fields_set}
        if given.text != before.text:
            update |= {"text": given.text, "edited_at": given.edited_at or now()}
    return before.model_copy(update=update)


def _as_row(message: Message, conversation_id: str, position: int) -> dict[str, Any]:
    row = {name: getattr(message, name) for name in Message.model_fields}
    return row | {"conversation_id": conversation_id, "position": position}
