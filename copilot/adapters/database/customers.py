"""Customers, their identities and further fields."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from copilot.adapters.database.connections import ensure_connection
from copilot.adapters.database.erasure import erase
from copilot.adapters.database.matches import SqlMatches
from copilot.adapters.database.persons import RECORDS, of_person
from copilot.adapters.database.tables.people import customers, identities, identity_links
from copilot.adapters.database.transaction import Group, among, batches, equals, fields, mine, named, same
from copilot.domain.base import new_id, now
from copilot.domain.identities import normal
from copilot.domain.people import Customer, Field, Identity, IdentityType, joined

_ROW = sa.select(*fields(customers, Customer)).where(mine(customers))
_LINKED = (
    sa.select(identity_links.c.customer_id, identities.c.type, identity_links.c.value, identity_links.c.verified)
    .join(identities, same(identity_links, "identity_id", identities))
    .where(mine(identity_links), identity_links.c.unlinked_at.is_(None), among(identity_links.c.customer_id))
    .order_by(identity_links.c.linked_at, identity_links.c.id)
)
_OWNERS = (
    sa.select(identity_links.c.customer_id)
    .join(identities, same(identity_links, "identity_id", identities))
    .where(mine(identity_links), identity_links.c.unlinked_at.is_(None))
    .where(identities.c.type == sa.bindparam("type"), identities.c.normal == sa.bindparam("normal"))
)
_BY_IDENTITY = {
    verified: _ROW.where(customers.c.id.in_(owners)).order_by(customers.c.created_at, customers.c.id).limit(sa.bindparam("most"))
    for verified, owners in ((False, _OWNERS), (True, _OWNERS.where(identity_links.c.verified)))
}
_IDENTITY = sa.select(identities.c.id).where(*equals(identities, "type", "normal"))
_BY_ID = _ROW.where(*equals(customers, "id"))
_BY_EXTERNAL = _ROW.where(*equals(customers, "connection_id", "external_id"))
_NAMED = _ROW.where(named(customers))
_PERSON = _ROW.where(of_person(customers.c.id)).order_by(customers.c.id != customers.c.person_id, customers.c.created_at, customers.c.id)
_PERSONS = sa.select(customers.c.person_id).where(mine(customers), among(customers.c.id)).distinct()
_PLAIN = ("name", "since", "tier", "locale", "preferences")


class SqlCustomers(Group):
    """The `Customers` port."""

    async def upsert(self, customer: Customer, connection: str = "file") -> Customer:
        """Create or update by (connection, external_id).

        An update empties nothing: values that are empty or were not set leave what is stored; identities and fields are added, or
        replaced by address and by name.
        """
        stored = await self._by_external(connection, customer.external_id)
        if stored is None:
            await self._create(customer, connection)
            customer_id = customer.id
        else:
            customer_id = stored.id
            await self._update(stored, customer)
        await self._link(customer_id, customer.identities)
        found = await self._complete(await self._db.rows(_BY_ID, id=customer_id))
        return found[0]

    async def find(self, ref: str) -> Customer | None:
        """By our id, else by an external id (of several, the one stored last); all of that person's records in one."""
        row = await self._db.row(_NAMED, ref=ref)
        return joined(await self.records_of(row["id"])) if row is not None else None

    async def record(self, ref: str) -> Customer | None:
        found = await self._complete(await self._db.rows(_NAMED, ref=ref))
        return found[0] if found else None

    async def records_of(self, customer_id: str) -> list[Customer]:
        return await self._complete(await self._db.rows(_PERSON, customer_id=customer_id))

    async def same(self, one: str | None, other: str | None) -> bool:
        if one is None or other is None or one == other:
            return one is not None and one == other
        return len(await self._db.column(_PERSONS, ids=[one, other])) == 1

    async def by_identity(self, type_: IdentityType, value: str, *, verified: bool = False, most: int = 1000) -> list[Customer]:
        """Everyone who has this address now, oldest first: two people may share one."""
        return await self._complete(await self._db.rows(_BY_IDENTITY[verified], type=type_, normal=normal(type_, value), most=most))

    async def all(self, after: str = "", limit: int = 200) -> list[Customer]:
        """By id, from the one behind `after`."""
        return await self._complete(await self._db.rows(_ROW.where(customers.c.id > after).order_by(customers.c.id).limit(limit)))

    async def erase(self, *record_ids: str) -> dict[str, list[str]]:
        beside = {one for ident in record_ids for one in await self._db.column(RECORDS, customer_id=ident)} - set(record_ids)
        gone = await erase(self._db, record_ids)
        await SqlMatches(self._db).settle(beside)
        return gone

    async def _by_external(self, connection: str, external_id: str) -> Customer | None:
        rows = await self._db.rows(_BY_EXTERNAL, connection_id=connection, external_id=external_id)
        return (await self._complete(rows))[0] if rows else None

    async def _create(self, customer: Customer, connection: str) -> None:
        await ensure_connection(self._db, connection)
        moment = now()
        row = customer.model_dump(include={"id", "external_id", *_PLAIN}) | {"fields": customer.fields, "person_id": customer.id}
        await self._db.add(customers, [row | {"connection_id": connection, "created_at": moment, "updated_at": moment}])

    async def _update(self, stored: Customer, given: Customer) -> None:
        changed: dict[str, Any] = {name: getattr(given, name) for name in _PLAIN if getattr(given, name)}
        if given.fields:
            merged: Mapping[str, Field] = {field.name: field for field in (*stored.fields, *given.fields)}
            changed["fields"] = tuple(merged.values())
        changed = {name: value for name, value in changed.items() if value != getattr(stored, name)}
        if changed:
            statement = sa.update(customers).where(mine(customers), customers.c.id == stored.id)
            await self._db.run(statement.values(**changed, updated_at=now()))

    async def _link(self, customer_id: str, given: Sequence[Identity]) -> None:
        for identity in given:
            identity_id = await self._identity(identity)
            row = {"identity_id": identity_id, "customer_id": customer_id, "value": identity.value, "verified": identity.verified}
            if not await self._db.add_new(identity_links, {"id": new_id(), "linked_at": now(), **row}):
                statement = sa.update(identity_links).where(
                    mine(identity_links),
                    identity_links.c.identity_id == identity_id,
                    identity_links.c.customer_id == customer_id,
                    identity_links.c.unlinked_at.is_(None),
                )
                verified = {"verified": True} if identity.verified else {}
                await self._db.run(statement.values(value=identity.value, **verified))

    async def _identity(self, identity: Identity) -> str:
        matched = normal(identity.type, identity.value)
        found = await self._db.value(_IDENTITY, type=identity.type, normal=matched)
        if found is None:
            found = new_id()
            await self._db.add(identities, [{"id": found, "type": identity.type, "normal": matched, "created_at": now()}])
        return str(found)

    async def _complete(self, rows: Sequence[Mapping[str, Any]]) -> list[Customer]:
        linked: dict[str, list[Identity]] = {row["id"]: [] for row in rows}
        for some in batches(list(linked)):
            for link in await self._db.rows(_LINKED, ids=list(some)):
                identity = Identity(type=link["type"], value=link["value"], verified=link["verified"])
                linked[link["customer_id"]].append(identity)
        return [Customer(**row, identities=tuple(linked[row["id"]])) for row in rows]
