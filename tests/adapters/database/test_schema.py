from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from copilot.adapters.database import SqlDatabase, open_database
from copilot.adapters.database.schema import head
from copilot.adapters.database.tables import METADATA
from copilot.domain.errors import Invalid, Refused
from copilot.domain.tenant import TenantSettings


async def test_an_empty_database_is_made_at_head_with_the_first_tenant(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    database = open_database(f"sqlite+aiosqlite:///{path}")
    assert await database.revision() == ("", head())
    assert not path.exists()
    assert await database.migrate() == head()
    assert await database.revision() == (head(), head())
    assert await database.tenants() == ["default"]
    async with database.read("default") as records:
        assert await records.admin.settings() == TenantSettings()
    assert path.stat().st_mode & 0o077 == 0
    await database.close()


async def test_migrating_again_changes_nothing(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        await records.admin.put_settings(TenantSettings(company="Wanderlust"))
    assert await database.migrate() == head()
    assert await database.tenants() == ["default"]
    async with database.read("default") as records:
        assert (await records.admin.settings()).company == "Wanderlust"


async def test_a_database_of_a_newer_version_is_refused(database: SqlDatabase) -> None:
    async with database._store.changing_schema() as transaction:
        await transaction.run(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    assert await database.revision() == ("9999", head())
    with pytest.raises(Refused, match="newer") as refused:
        await database.migrate()
    assert refused.value.todo


async def test_the_revisions_make_exactly_the_tables_the_code_asks(database: SqlDatabase) -> None:
    def differences(connection: Connection) -> list[object]:
        from alembic.autogenerate import compare_metadata
        from alembic.migration import MigrationContext

        return list(compare_metadata(MigrationContext.configure(connection), METADATA))

    async with database._store.changing_schema() as transaction:
        assert await transaction.connection.run_sync(differences) == []


@pytest.mark.parametrize("url", ["sqlite://", "sqlite+aiosqlite:///:memory:", "mysql://x/y", "nonsense"])
def test_an_address_that_cannot_be_used_is_named(url: str) -> None:
    with pytest.raises(Invalid):
        open_database(url)


def test_every_row_belongs_to_a_tenant_by_its_key() -> None:
    """Composite keys: no foreign key between records can leave its tenant."""
    for name, table in METADATA.tables.items():
        if name in ("tenants", "replicas", "sign_in_tries"):
            continue
        assert "tenant_id" in table.c, name
        if name not in ("events", "outbox", "inbox"):
            assert next(iter(table.primary_key)).name == "tenant_id", name
        for constraint in table.foreign_key_constraints:
            if constraint.referred_table.name != "tenants":
                assert constraint.column_keys[0] == "tenant_id", (name, constraint.name)


def test_what_a_foreign_key_points_from_is_indexed() -> None:
    """Otherwise deleting the row it points to reads the whole table (SQLite), which erasure does."""
    for name, table in METADATA.tables.items():
        starts = [tuple(c.name for c in index.columns)[:2] for index in table.indexes if index.dialect_options["sqlite"]["where"] is None]
        starts += [
            tuple(c.name for c in u.columns)[:2] for u in table.constraints if isinstance(u, sa.UniqueConstraint | sa.PrimaryKeyConstraint)
        ]
        for constraint in table.foreign_key_constraints:
            keys = tuple(constraint.column_keys)
            if len(keys) == 2 and constraint.referred_table.name not in ("connections", "users"):
                assert keys in starts, (name, keys)
