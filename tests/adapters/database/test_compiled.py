"""What SQLAlchemy compiled is kept once for a process, whichever record it was compiled for."""

import shutil
from pathlib import Path

import sqlalchemy as sa

from copilot.adapters.database import open_database, sqlite
from copilot.adapters.database.compiled import COMPILED
from copilot.adapters.database.tables.tenancy import tenants
from copilot.domain.tenant import TenantSettings


async def test_a_statement_is_compiled_once_for_readers_writer_and_the_next_record(sqlite_template: Path, tmp_path: Path) -> None:
    statement = sa.select(tenants.c.tenant_id.label("a_statement_of_this_test_alone"))
    kept = len(COMPILED)
    for name in ("one.db", "two.db"):
        shutil.copy(sqlite_template, tmp_path / name)
        for writes in (False, True):
            engine = sqlite.engine(tmp_path / name, writes=writes)
            async with engine.begin() as connection:
                assert (await connection.execute(statement)).scalars().all() == ["default"]
            await engine.dispose()
            assert len(COMPILED) == kept + 1


async def test_records_that_share_statements_answer_each_with_its_own(sqlite_template: Path, tmp_path: Path) -> None:
    one, two = (open_database(f"sqlite+aiosqlite:///{shutil.copy(sqlite_template, tmp_path / name)}") for name in ("one.db", "two.db"))
    await one.create_tenant("north", TenantSettings(company="North"))
    await two.create_tenant("south", TenantSettings(company="South"))
    assert (await one.tenants(), await two.tenants()) == (["default", "north"], ["default", "south"])
    async with one.read("north") as records:
        assert (await records.admin.settings()).company == "North"
    await one.close()
    await two.close()
