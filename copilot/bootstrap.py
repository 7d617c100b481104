"""Wiring: settings in, the application out. The only place that knows which adapter stands behind which port."""

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from copilot.adapters.database import open_database
from copilot.adapters.database.listening import Listening
from copilot.adapters.durable import DbosEngine
from copilot.adapters.embedder import make_embedder
from copilot.adapters.lexical import TantivyLexical
from copilot.adapters.models import LiteLLMModels, NoModels
from copilot.adapters.privacy import PresidioPrivacy
from copilot.adapters.prompts import FilePrompts, prompts_folder
from copilot.adapters.vectors import ChromaVectors
from copilot.domain import base
from copilot.domain.errors import Refused
from copilot.domain.ports.models import Models, Privacy, Prompts
from copilot.domain.ports.records import Database
from copilot.domain.ports.search import Embedder, LexicalIndex, VectorIndex
from copilot.domain.ports.work import DurableEngine
from copilot.domain.tenant import TenantSettings
from copilot.graph.build import Tools
from copilot.graph.build import build as build_graph
from copilot.graph.draft import Drafter
from copilot.retrieval.search import Search
from copilot.sensing.emotion import Senser
from copilot.sensing.head import Head
from copilot.services.administration import Administration
from copilot.services.conversations import Conversations
from copilot.services.curating import Curating
from copilot.services.customers import Customers
from copilot.services.decisions import Decisions
from copilot.services.dispatch import Dispatcher
from copilot.services.drafting import KIND, TURN, Drafting
from copilot.services.erasure import ERASE, Erasure
from copilot.services.handovers import Handovers
from copilot.services.indexing import Indexes
from copilot.services.ingest import Ingest
from copilot.services.knowledge import KnowledgeBase
from copilot.services.live import Live
from copilot.services.queue import Queue
from copilot.services.reading import Reading
from copilot.services.replicas import Replicas
from copilot.services.staff import Staff
from copilot.services.suggest import Suggest
from copilot.services.tombstones import Tombstones
from copilot.settings import Settings

log = structlog.get_logger()
DEFAULT_TENANT = "default"


@dataclass
class Application:
    """Everything, wired. `start` and `stop` belong to the edge's lifespan; without them nothing durable runs."""

    settings: Settings
    clock: Callable[[], datetime]
    database: Database
    embedder: Embedder
    vectors: VectorIndex
    lexical: LexicalIndex
    models: Models
    privacy: Privacy
    engine: DurableEngine
    dispatcher: Dispatcher
    live: Live
    indexes: Indexes
    ingest: Ingest
    drafting: Drafting
    suggest: Suggest
    decisions: Decisions
    handovers: Handovers
    knowledge: KnowledgeBase
    customers: Customers
    erasure: Erasure
    queue: Queue
    staff: Staff
    reading: Reading
    conversations: Conversations
    curating: Curating
    administration: Administration
    listening: Listening | None = None
    """With PostgreSQL: hears what other replicas change."""
    notes: tuple[str, ...] = ()
    """What whoever runs this should know: an index that was damaged and is made again."""
    ready: bool = False

    async def open(self) -> None:
        """The database at its head, the indexes in step with it. An older schema is refused: `copilot migrate` brings it up."""
        current, head = await self.database.revision()
        if current > head:  # revisions are numbered
            raise Refused(
                f"The database has revision {current}, which is newer than this version of the program (it knows {head}).",
                todo="Install the version that made it, or restore an older backup.",
            )
        if current and current != head:
            raise Refused(f"The database is at {current}, this version needs {head}.", todo="Stop the service and run: copilot migrate")
        for note in self.notes:
            log.warning("note", text=note)
        await self.database.migrate()
        if DEFAULT_TENANT not in await self.database.tenants():
            await self.database.create_tenant(DEFAULT_TENANT, TenantSettings())
        for tenant in await self.database.tenants():
            await self.indexes.refresh(tenant)

    async def start(self) -> None:
        """Warm up and work: durable jobs, dispatcher. Ready when this returns."""
        await self.embedder.warm()
        await self.models.warm()
        await self.open()
        await self.engine.launch()
        await self.dispatcher.start()
        if self.listening is not None:
            self.listening.start()
        self.ready = True

    async def stop(self) -> None:
        """Finish nothing, lose nothing: what is under way is resumed at the next start."""
        self.ready = False
        self.live.close()
        if self.listening is not None:
            await self.listening.stop()
        await self.dispatcher.stop()
        await self.engine.close()
        await self.close()

    async def close(self) -> None:
        """Give back files and connections."""
        await self.models.close()
        await self.database.close()
        self.embedder.close()
        self.vectors.close()
        self.lexical.close()


def build(
    settings: Settings,
    *,
    clock: Callable[[], datetime] = base.now,
    database: Database | None = None,
    embedder: Embedder | None = None,
    vectors: VectorIndex | None = None,
    lexical: LexicalIndex | None = None,
    models: Models | None = None,
    privacy: Privacy | None = None,
    prompts: Prompts | None = None,
    engine: DurableEngine | None = None,
) -> Application:
    """The wired application. Anything given by name replaces what the settings would choose."""
    folder = settings.data_dir
    folder.mkdir(parents=True, exist_ok=True)
    privacy = privacy or PresidioPrivacy()
    prompts = prompts or FilePrompts(settings.prompts_dir or prompts_folder())
    database = database or open_database(settings.sqlalchemy_url)
    embedder = embedder or make_embedder(settings.embedder)
    notes: tuple[str, ...] = ()
    if vectors is None:
        vectors = chroma = ChromaVectors(settings.chroma_url or folder / "vectors")
        notes = (chroma.message,) if chroma.message else ()
    lexical = lexical or TantivyLexical(folder / "words")
    engine = engine or DbosEngine(settings.durable_url, settings.replica_id)
    models = models or _models(settings, privacy, database, clock)
    wired = _wire(settings, clock, database, embedder, vectors, lexical, models, privacy, prompts, engine)
    wired.notes = notes
    return wired


def _wire(
    settings: Settings,
    clock: Callable[[], datetime],
    database: Database,
    embedder: Embedder,
    vectors: VectorIndex,
    lexical: LexicalIndex,
    models: Models,
    privacy: Privacy,
    prompts: Prompts,
    engine: DurableEngine,
) -> Application:
    live = Live(database)
    dispatcher = Dispatcher(database, engine, settings.replica_id, clock)
    tombstones = Tombstones(_secret(settings))
    search = Search(embedder, vectors, lexical)
    indexes = Indexes(database, embedder, vectors, lexical, settings.replica_id)
    head = Head.load() if settings.embedder == "minilm" else None
    tools = Tools(embedder, vectors, search, Senser(head), Drafter(models, prompts))
    drafting = Drafting(database, build_graph(), tools, live, clock, dispatcher.wake)

    def wake(tenant: str) -> None:
        live.wake(tenant)
        dispatcher.wake()

    erasure = Erasure(database, indexes, engine, tombstones, clock, dispatcher.wake)
    for name, job in ((TURN, drafting.turn), (KIND, drafting.kind), (ERASE, erasure.run)):
        engine.register(name, job)
    engine.on_failure(drafting.failed)
    for unfinished in (drafting.unfinished, erasure.unfinished):
        dispatcher.watch(unfinished)
    return Application(
        settings=settings,
        clock=clock,
        database=database,
        embedder=embedder,
        vectors=vectors,
        lexical=lexical,
        models=models,
        privacy=privacy,
        engine=engine,
        dispatcher=dispatcher,
        live=live,
        indexes=indexes,
        ingest=Ingest(database, privacy, tombstones, clock, wake),
        drafting=drafting,
        suggest=Suggest(database, drafting.graph, tools, privacy, clock, drafting.reader),
        decisions=Decisions(database, privacy, clock, wake),
        handovers=Handovers(database, privacy, clock, live.wake),
        knowledge=KnowledgeBase(database, indexes, search, clock, drafting.reader, live.wake),
        customers=Customers(database, indexes, privacy, tombstones, clock, live.wake),
        erasure=erasure,
        listening=_listening(settings, Replicas(database, live, dispatcher, indexes)),
        queue=Queue(database, clock),
        staff=Staff(database, clock),
        reading=Reading(database, live.wake),
        conversations=Conversations(database, live.wake),
        curating=Curating(database, indexes, clock, live.wake),
        administration=Administration(database, live.wake),
    )


def _listening(settings: Settings, replicas: Replicas) -> Listening | None:
    if settings.on_one_machine:
        return None
    return Listening(settings.sqlalchemy_url.replace("postgresql+psycopg://", "postgresql://", 1), replicas.changed)


def _models(settings: Settings, privacy: Privacy, database: Database, clock: Callable[[], datetime]) -> Models:
    if not settings.models:
        return NoModels()

    async def spent(tenant: str) -> int:
        async with database.read(tenant) as records:
            return await records.admin.spent(clock().date())

    async def budget(tenant: str) -> int:
        async with database.read(tenant) as records:
            return (await records.admin.settings()).daily_budget_microusd

    return LiteLLMModels(settings.models, api_base=settings.api_base or None, privacy=privacy, spent=spent, budget=budget, clock=clock)


def _secret(settings: Settings) -> bytes:
    """The key of the erasure tombstones: set by the operator, or made once and kept in the data folder."""
    if settings.secret_key:
        return settings.secret_key.encode()
    path = Path(settings.data_dir) / "secret.key"
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
    except FileExistsError:
        pass
    return path.read_text().strip().encode()
