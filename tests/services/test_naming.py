"""A conversation as a chat tool's page names it: by the tool and the tool's id, never by the id alone."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
import sqlalchemy as sa

from copilot.adapters.database.tables.tenancy import connections
from copilot.bootstrap import DEFAULT_TENANT, Application
from copilot.domain.conversation import Conversation
from copilot.domain.errors import Conflict, NotFound
from copilot.testing.application import close_application, make_application, open_application


@pytest_asyncio.fixture
async def application(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Application]:
    made = make_application(tmp_path)
    await open_application(made)
    yield made
    await close_application(made)


async def comes(application: Application, connection: str, kind: str) -> str:
    """A conversation 12 of that account; our id for it."""
    async with application.database.write(DEFAULT_TENANT) as records:
        given = Conversation(id=f"id-{connection}", external_id="12", channel="chat")
        made = await records.conversations.upsert(given, connection)
        db = records.conversations._db  # type: ignore[attr-defined]
        await db.run(sa.update(connections).where(connections.c.id == connection).values(kind=kind))
    return made.id


async def test_the_same_number_at_two_tools_is_two_conversations(application: Application) -> None:
    ours, theirs = await comes(application, "chatwoot", "chatwoot"), await comes(application, "desk", "zendesk")
    named = application.reading.named
    assert await named(DEFAULT_TENANT, "12", "chatwoot") == ours
    assert await named(DEFAULT_TENANT, "12", "zendesk") == theirs
    assert await named(DEFAULT_TENANT, "12", "", "desk") == theirs
    with pytest.raises(NotFound, match="intercom"):
        await named(DEFAULT_TENANT, "12", "intercom")


async def test_of_two_accounts_of_one_tool_one_has_to_be_named(application: Application) -> None:
    await comes(application, "eu", "chatwoot")
    us = await comes(application, "us", "chatwoot")
    with pytest.raises(Conflict, match="Several accounts of chatwoot"):
        await application.reading.named(DEFAULT_TENANT, "12", "chatwoot")
    assert await application.reading.named(DEFAULT_TENANT, "12", "chatwoot", "us") == us
