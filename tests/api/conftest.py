"""One application per test: SQLite in a folder, doubles for the rest."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog

from copilot.api import create_app
from copilot.testing.application import Clock, close_application, make_application, open_application
from tests.api.house import OWNER, House


@pytest.fixture(autouse=True)
def plain_logs() -> Iterator[None]:
    """One JSON object a line, as the service writes them (the default renders every local variable of a traceback: slow, and private)."""
    processors: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(default=str),
    ]
    structlog.configure(processors=processors, wrapper_class=structlog.make_filtering_bound_logger(20), cache_logger_on_first_use=False)
    yield
    structlog.reset_defaults()


@pytest.fixture
async def house(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[House]:
    """Tenants `default` and `other`, nothing in them."""
    shutil.copy(sqlite_template, tmp_path / "rapport.db")
    application = make_application(tmp_path, clock=Clock())
    made = House(application, create_app(application, owner=OWNER, lifespan=False))
    try:
        await open_application(application, "other")
        yield made
    finally:
        await made.close()
        await close_application(application)


@pytest.fixture
async def furnished(house: House) -> House:
    """With knowledge, and with Ines, to whom a refund was promised twelve days ago."""
    await house.furnish()
    return house
