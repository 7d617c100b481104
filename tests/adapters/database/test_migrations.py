"""A database that is in use is brought up to date with what is in it."""

import sqlalchemy as sa
from alembic import command
from sqlalchemy.engine import Connection

from copilot.adapters.database import SqlDatabase, schema
from copilot.adapters.database.stores import run_sync
from copilot.adapters.database.tables import METADATA

USER = "INSERT INTO users (tenant_id, id, name, role, email, active, created_at) VALUES ('default', :id, :id, 'agent', :email, :on, {at})"


def _to(revision: str, connection: Connection) -> None:
    config = schema._config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


async def test_people_keep_their_addresses_but_two_of_one_address_cannot_both(database: SqlDatabase) -> None:
    async with database._store.changing_schema() as transaction:
        connection = transaction.connection

        def begin_again(inner: Connection) -> None:
            if inner.dialect.name == "postgresql":
                inner.execute(sa.text("DROP SCHEMA public CASCADE"))
                inner.execute(sa.text("CREATE SCHEMA public"))
            else:
                inner.execute(sa.text("PRAGMA defer_foreign_keys = ON"))
                for table in (*METADATA.tables, "alembic_version"):
                    inner.execute(sa.text(f'DROP TABLE "{table}"'))
            _to("0001", inner)
            at = "now()" if inner.dialect.name == "postgresql" else "0"
            inner.execute(sa.text(f"INSERT INTO tenants (tenant_id, created_at) VALUES ('default', {at})"))
            for ident, email in (("a", "Kim@Example.com"), ("b", "kim@example.com"), ("c", "bo@example.com"), ("d", ""), ("e", "")):
                inner.execute(sa.text(USER.format(at=at)), {"id": ident, "email": email, "on": True})

        await connection.run_sync(begin_again)
        await run_sync(transaction, lambda inner: _to("head", inner))
    async with database.read("default") as records:
        people = {user.id: user.email for user in await records.admin.users()}
    assert people == {"a": "kim@example.com", "b": "", "c": "bo@example.com", "d": "", "e": ""}
    assert (await database.revision())[0] == schema.head()
