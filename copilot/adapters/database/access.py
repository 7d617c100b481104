"""Sessions, one-time links, panel tokens and passwords; and the doors: what is asked before a tenant is known."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, TypeVar

import sqlalchemy as sa
from pydantic import BaseModel

from copilot.adapters.database.postgres import EVERY_TENANT
from copilot.adapters.database.stores import Store
from copilot.adapters.database.tables.access import entry_links, panel_tokens, sessions, sign_in_tries
from copilot.adapters.database.tables.tenancy import users
from copilot.adapters.database.transaction import Group, fields, mine
from copilot.domain.access import PANEL_KEY, SESSION_KEY, Account, EntryLink, PanelToken, Session
from copilot.domain.errors import NotFound
from copilot.domain.staff import User

M = TypeVar("M", bound=BaseModel)
KEPT: Final = timedelta(days=30)
"""How long after its end a session, link or token is kept, so that a question about it can be answered."""
_USER = sa.select(*fields(users, User)).where(mine(users))
_OF_PERSON = "person_"
"""Before the columns of the user in a joined row."""


class SqlAccess(Group):
    """The `Access` port."""

    async def set_password(self, user_id: str, password_hash: str) -> None:
        person = mine(users), users.c.id == user_id
        if not await self._db.run(sa.update(users).where(*person).values(password_hash=password_hash)):
            raise NotFound(f"There is no user {user_id!r}.", todo="List the users.")

    async def with_password(self) -> set[str]:
        return set(await self._db.column(sa.select(users.c.id).where(mine(users), users.c.password_hash.is_not(None))))

    async def user_by_email(self, email: str) -> User | None:
        row = await self._db.row(_USER.where(users.c.email == email))
        return User(**row) if row else None

    async def user_by_subject(self, subject: str) -> User | None:
        row = await self._db.row(_USER.where(users.c.subject == subject))
        return User(**row) if row else None

    async def set_subject_once(self, user_id: str, subject: str) -> bool:
        without = mine(users), users.c.id == user_id, users.c.subject.is_(None)
        return await self._db.run(sa.update(users).where(*without).values(subject=subject)) == 1

    async def put_session(self, session: Session, digest: str) -> None:
        for table in (sessions, entry_links, panel_tokens):
            await self._db.run(sa.delete(table).where(mine(table), table.c.ends_at < session.started_at - KEPT))
        await self._db.add(sessions, [session.model_dump(exclude={"tenant_id"}) | {"digest": digest}])

    async def seen(self, session_id: str, at: datetime) -> None:
        await self._db.run(sa.update(sessions).where(mine(sessions), sessions.c.id == session_id).values(seen_at=at))

    async def end_session(self, session_id: str, at: datetime) -> list[str]:
        return await self._end(sessions.c.id == session_id, panel_tokens.c.session_id == session_id, at)

    async def end_all(self, user_id: str, at: datetime) -> list[str]:
        unused = mine(entry_links), entry_links.c.user_id == user_id, entry_links.c.used_at.is_(None)
        await self._db.run(sa.update(entry_links).where(*unused).values(used_at=at))
        return await self._end(sessions.c.user_id == user_id, panel_tokens.c.user_id == user_id, at)

    async def _end(self, which: sa.ColumnElement[bool], panels: sa.ColumnElement[bool], at: datetime) -> list[str]:
        """The key ids of those that had not ended before."""
        keys: list[str] = []
        for table, condition, kind in ((sessions, which, SESSION_KEY), (panel_tokens, panels, PANEL_KEY)):
            running = mine(table), condition, table.c.ended_at.is_(None)
            ended = sa.update(table).where(*running).values(ended_at=at).returning(table.c.id)
            keys += [kind + ident for ident in await self._db.column(ended)]
        return keys

    async def put_link(self, link: EntryLink, digest: str) -> None:
        await self._db.add(entry_links, [link.model_dump(exclude={"tenant_id"}) | {"digest": digest}])

    async def use_link(self, link_id: str, at: datetime) -> bool:
        fresh = mine(entry_links), entry_links.c.id == link_id, entry_links.c.used_at.is_(None), entry_links.c.ends_at > at
        return await self._db.run(sa.update(entry_links).where(*fresh).values(used_at=at)) == 1

    async def put_panel_token(self, token: PanelToken, digest: str) -> None:
        await self._db.add(panel_tokens, [token.model_dump(exclude={"tenant_id"}) | {"digest": digest}])


def _with_person(table: sa.Table, model: type[BaseModel], *alive: sa.ColumnElement[bool]) -> sa.Select[tuple[object, ...]]:
    """Rows of `table` by `:digest`, each with the person it lets in, who has to be active."""
    person = [users.c[name].label(_OF_PERSON + name) for name in User.model_fields]
    joined = table.join(users, sa.and_(users.c.tenant_id == table.c.tenant_id, users.c.id == table.c.user_id))
    wanted = table.c.digest == sa.bindparam("digest"), users.c.active, *alive
    return sa.select(*fields(table, model), *person).select_from(joined).where(*wanted)


_SESSION = _with_person(sessions, Session, sessions.c.ended_at.is_(None))
_LINK = _with_person(entry_links, EntryLink)
_PANEL = _with_person(panel_tokens, PanelToken, panel_tokens.c.ended_at.is_(None))
_ACCOUNTS = (
    sa.select(users.c.tenant_id, users.c.password_hash, *fields(users, User))
    .where(users.c.email == sa.bindparam("email"), users.c.active)
    .order_by(users.c.tenant_id)
)


class SqlDoors:
    """The `Doors` port."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def accounts(self, email: str) -> list[Account]:
        async with self._store.reading(EVERY_TENANT) as transaction:
            rows = await transaction.rows(_ACCOUNTS, email=email)
        return [Account(tenant_id=row.pop("tenant_id"), password_hash=row.pop("password_hash"), user=User(**row)) for row in rows]

    async def session(self, digest: str) -> tuple[Session, User] | None:
        return await self._one(_SESSION, Session, digest)

    async def link(self, digest: str) -> tuple[EntryLink, User] | None:
        return await self._one(_LINK, EntryLink, digest)

    async def panel_token(self, digest: str) -> tuple[PanelToken, User] | None:
        return await self._one(_PANEL, PanelToken, digest)

    async def _one(self, statement: sa.Select[tuple[object, ...]], model: type[M], digest: str) -> tuple[M, User] | None:
        async with self._store.reading(EVERY_TENANT) as transaction:
            row = await transaction.row(statement, digest=digest)
        if row is None:
            return None
        person = {name: row.pop(_OF_PERSON + name) for name in User.model_fields}
        return model(**row), User(**person)

    async def count_try(self, names: Sequence[str], at: datetime, since: datetime) -> dict[str, int]:
        counted = {}
        async with self._store.writing(EVERY_TENANT) as transaction:
            await transaction.run(sa.delete(sign_in_tries).where(sign_in_tries.c.since < since))
            for name in sorted(names):  # one order, so that two transactions never wait for each other
                new = transaction.insert(sign_in_tries).values(who=name, tries=1, since=at)
                again = new.on_conflict_do_update(index_elements=["who"], set_={"tries": sign_in_tries.c.tries + 1})
                counted[name] = int(await transaction.value(again.returning(sign_in_tries.c.tries)))
        return counted

    async def forget_tries(self, names: Sequence[str]) -> None:
        async with self._store.writing(EVERY_TENANT) as transaction:
            await transaction.run(sa.delete(sign_in_tries).where(sign_in_tries.c.who.in_(names)))
