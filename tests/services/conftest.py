"""Houses on doubles, with any part replaced: what the services promise, asked over HTTP where people would ask."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from copilot.api import create_app
from copilot.domain.tenant import TenantSettings
from copilot.testing.application import Clock, close_application, make_application, open_application
from copilot.testing.provider import ScriptedProvider
from tests.adapters.models.conftest import litellm
from tests.api.conftest import plain_logs
from tests.api.house import OWNER, House

__all__ = ["litellm", "plain_logs"]
Open = Callable[..., Awaitable[House]]


@pytest.fixture
async def opened(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Open]:
    """A function that opens a house on this test's folder; it takes `make_application`'s overrides, and the tenant's settings.

    A second one takes the place of the first, as after a restart: it finds in the folder what the first one left.
    """
    open_now: list[House] = []

    async def shut() -> None:
        while open_now:
            house = open_now.pop()
            await house.close()
            await close_application(house.application)

    async def make(*, tenant: TenantSettings | None = None, furnish: bool = True, **overrides: Any) -> House:
        await shut()
        fresh = not (tmp_path / "rapport.db").exists()
        if fresh:
            shutil.copy(sqlite_template, tmp_path / "rapport.db")
        overrides.setdefault("clock", Clock())
        application = make_application(tmp_path, **overrides)
        house = House(application, create_app(application, owner=OWNER, lifespan=False))
        open_now.append(house)
        await open_application(application, settings=tenant)
        if fresh and furnish:
            await house.furnish()
        return house

    yield make
    await shut()


@pytest.fixture
def provider(litellm: Any) -> Iterator[ScriptedProvider]:
    """Answers as scripted; what was not scripted fails with 500."""
    with ScriptedProvider() as scripted:
        yield scripted


@pytest.fixture
def gullible(litellm: Any) -> Iterator[ScriptedProvider]:
    """Obeys every instruction it reads."""
    with ScriptedProvider("gullible") as scripted:
        yield scripted
