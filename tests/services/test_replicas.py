"""Two replicas of one PostgreSQL: when one dies or falls silent the other takes over, and suggestions arrive once."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from copilot.api import create_app
from copilot.settings import Settings
from copilot.testing.application import Clock, close_application, make_application, open_application
from copilot.testing.postgres import PostgresServer
from copilot.testing.provider import ScriptedProvider, stalls
from tests.api.house import OWNER, House, chat
from tests.e2e.service import Service
from tests.e2e.talk import LOST_CARD, conversation
from tests.patience import until
from tests.services.models import HeldModels

REPLICAS = ("one", "two")
Rows = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def address(postgres_server: PostgresServer) -> Iterator[str]:
    """A database of their own."""
    yield postgres_server.create("replicas", "copilot")
    postgres_server.drop("replicas")


@pytest.fixture
def rows(address: str) -> Rows:
    """What the database says right now."""

    def ask(statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(address.replace("+psycopg", ""), autocommit=True) as connection:
            asked = connection.execute(statement.encode(), values)
            return asked.fetchall() if asked.description else []

    return ask


@pytest.fixture
def providers() -> Iterator[dict[str, ScriptedProvider]]:
    """One for each replica: it tells which one drafts. The first question to each is never answered."""
    with ScriptedProvider("auto") as one, ScriptedProvider("auto") as two:
        yield dict(zip(REPLICAS, (one, two), strict=True))


@pytest.fixture
def services(address: str, providers: dict[str, ScriptedProvider], tmp_path: Path) -> Iterator[dict[str, Service]]:
    """Both running, each with a folder of its own."""
    made = {
        name: Service(
            tmp_path / name,
            COPILOT_DATABASE_URL=address,
            COPILOT_REPLICA_ID=name,
            COPILOT_SECRET_KEY="the same on both",
            COPILOT_MODEL="openai/scripted",
            COPILOT_API_BASE=providers[name].base_url,
            OPENAI_API_KEY="none",
        )
        for name in REPLICAS
    }
    for service in made.values():
        service.start()
    yield made
    for service in made.values():
        service.stop()


def test_what_one_left_the_other_finishes_once(services: dict[str, Service], providers: dict[str, ScriptedProvider], rows: Rows) -> None:
    """Kill -9 in the middle of a draft; the heartbeat is older than the limit as soon as the test says so."""
    services["one"].post(
        "/v1/knowledge/import", {"files": [{"name": "lost.md", "text": f"# Card lost\n\n{LOST_CARD} Block it in the app."}]}
    )
    for provider in providers.values():
        provider.script(stalls('{"'))
    taken = services["one"].post("/v1/conversations", conversation("left", channel="email"))
    victim = until(lambda: next((name for name in REPLICAS if providers[name].requests), ""), "one of them to draft")
    survivor = next(name for name in REPLICAS if name != victim)
    services[victim].kill()
    providers[survivor].forget()
    assert services[survivor].turn("left")["state"] == "frozen", "evidence is there, whoever made it"

    rows("UPDATE replicas SET seen_at = seen_at - interval '1 hour' WHERE id = %s", victim)
    turn = services[survivor].drafted("left")
    assert turn["turn_id"] == taken["turn_id"]
    assert "work_adopted" in services[survivor].output
    assert {"cue", "reply"} <= {s["kind"] for s in turn["suggestions"]}
    assert_once(rows, turn)

    # Whoever was dead comes back, and does nothing again.
    services[victim].start()
    services[victim].post("/v1/conversations", conversation("next", channel="email"))
    for name in REPLICAS:
        assert services[name].drafted("next")["suggestions"], "both see everything"
    assert_once(rows, services[victim].turn("left"))
    assert_once(rows, services[victim].turn("next"))


async def test_a_replica_that_was_only_silent_changes_nothing_when_it_wakes(postgres_url: str, tmp_path: Path) -> None:
    """The other one has drafted the turn meanwhile; what comes late is dropped, and both show the same."""
    models = HeldModels()
    clock = Clock()
    async with replica("silent", postgres_url, tmp_path, models=models, clock=clock) as silent:
        await silent.furnish()
        await (await silent.enter("integrator")).post("/v1/conversations", json=chat())
        await silent.application.dispatcher.once()
        await models.asked_at_all.wait()
        async with replica("other", postgres_url, tmp_path, clock=clock) as other:
            clock.forward(minutes=2)
            assert await other.application.dispatcher.sweep() == 1
            await other.settle()
            tom = await other.enter("agent")
            before = (await tom.get("/v1/conversations/chat-1/suggestions")).json()
            assert before["state"] == "done"
            models.go.set()
            await silent.settle()
            after = (await tom.get("/v1/conversations/chat-1/suggestions")).json()
            assert after == before
            assert {"cue", "reply"} <= {s["kind"] for s in after["suggestions"]}
            async with other.application.database.read("default") as records:
                events = await records.log.events(0, limit=1000)
    ready = Counter(event.subject_id for event in events if event.type == "suggestion.ready")
    assert ready == Counter(s["id"] for s in after["suggestions"])
    assert Counter(event.type for event in events)["turn.done"] == 1


@asynccontextmanager
async def replica(name: str, address: str, folder: Path, **overrides: Any) -> AsyncIterator[House]:
    """One of several in this process: the database is theirs together."""
    settings = Settings(data_dir=folder / name, database_url=address, embedder="hash", model="", fallback_models=(), replica_id=name)
    application = make_application(folder / name, settings=settings, **overrides)
    house = House(application, create_app(application, owner=OWNER, lifespan=False))
    try:
        await open_application(application)
        yield house
    finally:
        await house.close()
        await close_application(application)


def assert_once(rows: Rows, turn: dict[str, Any]) -> None:
    """One suggestion per kind and variant, each announced once; nothing waits."""
    made = rows("SELECT kind, variant, id FROM suggestions WHERE turn_id = %s", turn["turn_id"])
    assert set(Counter((kind, variant) for kind, variant, _ in made).values()) == {1}
    for _, _, ident in made:
        assert rows("SELECT count(*) FROM events WHERE type = 'suggestion.ready' AND subject_id = %s", ident) == [(1,)]
    assert rows("SELECT count(*) FROM turns WHERE id = %s AND state = 'done'", turn["turn_id"]) == [(1,)]
    assert rows("SELECT count(*) FROM outbox") == [(0,)]
