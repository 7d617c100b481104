"""Wiring: settings in, the application out. The only place that knows which adapter stands behind which port."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import httpx
import structlog

from copilot.adapters import keyring
from copilot.adapters.cross_encoder import CrossEncoderReranker
from copilot.adapters.database import open_database
from copilot.adapters.database.listening import Listening
from copilot.adapters.durable import DbosEngine
from copilot.adapters.embedder import make_embedder
from copilot.adapters.fetching import WebFetcher
from copilot.adapters.hosted_embedder import PREFIX, HostedEmbedder
from copilot.adapters.identity import OidcProvider
from copilot.adapters.lexical import TantivyLexical
from copilot.adapters.models import LiteLLMModels, ModelsApart, NoModels
from copilot.adapters.outgoing import ToolAddresses
from copilot.adapters.passwords import Argon2Passwords
from copilot.adapters.privacy import PresidioPrivacy
from copilot.adapters.prompts import FilePrompts, prompts_folder
from copilot.adapters.vault import FernetVault
from copilot.adapters.vectors import ChromaVectors
from copilot.adapters.workshop import Workshop
from copilot.channels import channels, triage
from copilot.channels.limits import Pacing
from copilot.domain import base
from copilot.domain.errors import Refused
from copilot.domain.ports.access import IdentityProvider, Passwords
from copilot.domain.ports.imports import Fetcher
from copilot.domain.ports.models import Models, Privacy, Prompts
from copilot.domain.ports.records import Database, Records
from copilot.domain.ports.search import Embedder, LexicalIndex, VectorIndex
from copilot.domain.ports.work import DurableEngine
from copilot.domain.suggestion import Suggestion
from copilot.domain.tenant import TenantSettings
from copilot.graph.aside import Aside
from copilot.graph.build import Tools
from copilot.graph.build import build as build_graph
from copilot.graph.draft import Drafter, Fence, random_fence
from copilot.retrieval.search import Search
from copilot.sensing.emotion import Senser
from copilot.sensing.head import Head
from copilot.services.administration import Administration
from copilot.services.answering import Answering
from copilot.services.asking import Asking
from copilot.services.briefs import Briefs
from copilot.services.bringing import Bringing
from copilot.services.case_making import CaseMaking
from copilot.services.chat_tools.arriving import POLL, Arriving
from copilot.services.chat_tools.connecting import Connecting
from copilot.services.chat_tools.deciding import Deciding
from copilot.services.chat_tools.entering import Entering
from copilot.services.chat_tools.inbox_card import InboxCard
from copilot.services.chat_tools.noting import Noting
from copilot.services.chat_tools.posting import POSTS, Posting
from copilot.services.chat_tools.receiving import ARRIVE, Receiving
from copilot.services.chat_tools.refusing import Refusing
from copilot.services.chat_tools.sending import Sending
from copilot.services.chat_tools.standing import Standings
from copilot.services.chat_tools.telling import Telling
from copilot.services.chat_tools.tending import Tending
from copilot.services.chat_tools.triaging import Triaging
from copilot.services.chat_tools.writing import SEND, Writing
from copilot.services.closing import CLOSED
from copilot.services.company_accounts import CompanyAccounts
from copilot.services.conversations import Conversations
from copilot.services.corrections import Correcting
from copilot.services.curating import Curating
from copilot.services.customers import Customers
from copilot.services.decisions import Decisions
from copilot.services.dispatch import Dispatcher
from copilot.services.drafting import KINDS_JOB, TURN, Drafting
from copilot.services.editing import PUBLISH, Editing
from copilot.services.erasure import ERASE, Erasure
from copilot.services.experiment_watch import LOOK, ExperimentWatch
from copilot.services.experiments import Experiments
from copilot.services.exporting import Exporting
from copilot.services.facts import PUBLISH_FACT, FactChanging
from copilot.services.falling import FALL, Falling
from copilot.services.figures import Figuring
from copilot.services.flags import Flags
from copilot.services.gap_closing import IN_STEP, GapClosing
from copilot.services.gap_drafts import GapDrafts
from copilot.services.gap_history import HISTORY, GapHistory
from copilot.services.grants import Grants
from copilot.services.handovers import Handovers
from copilot.services.harvesting import Harvesting
from copilot.services.health import Healths
from copilot.services.importing import IMPORT, Importing
from copilot.services.indexing import Indexes
from copilot.services.ingest import Ingest
from copilot.services.judging import Judging
from copilot.services.knowledge import KnowledgeBase
from copilot.services.lab import Lab
from copilot.services.live import Live
from copilot.services.marks import Marks
from copilot.services.matching import Matching
from copilot.services.owed import Owing
from copilot.services.panels import Panels
from copilot.services.proofreading import Proofreading
from copilot.services.publishing import refuse_mirrored
from copilot.services.pulse import Pulse
from copilot.services.quality import Quality
from copilot.services.questions import Questions
from copilot.services.queue import Queue
from copilot.services.reading import Reading
from copilot.services.rebuilding import Rebuilding
from copilot.services.recalling import Recalling
from copilot.services.reindexing import REINDEX, TIDY, Reindexing
from copilot.services.remarks import Remarks
from copilot.services.replicas import Replicas
from copilot.services.replies import Replies
from copilot.services.retention import RETAIN, Retention
from copilot.services.rules import Rules
from copilot.services.scorecard_drawing import Drawing
from copilot.services.scorecard_figures import ScoreFiguring
from copilot.services.scorecards import Scorecards
from copilot.services.scoring import Scoring
from copilot.services.shift import Shift
from copilot.services.signing_in import SigningIn
from copilot.services.staff import Staff
from copilot.services.suggest import Suggest
from copilot.services.switching import Switching
from copilot.services.syncing import Syncing
from copilot.services.tombstones import Tombstones
from copilot.services.topics import GapTopics
from copilot.services.trying import Trying
from copilot.services.usage import FOLD, Usage
from copilot.services.whereabouts import Whereabouts
from copilot.services.wrapping import Wrapping
from copilot.settings import Settings

log = structlog.get_logger()
DEFAULT_TENANT = "default"


@dataclass(frozen=True)
class Day:
    """What the desk does with an agent's day, one use case each."""

    answering: Answering
    marks: Marks
    whereabouts: Whereabouts
    wrapping: Wrapping
    shift: Shift
    owing: Owing
    figuring: Figuring
    exporting: Exporting


@dataclass(frozen=True)
class GapWork:
    """What becomes of questions that knowledge did not cover, one use case each."""

    topics: GapTopics
    drafts: GapDrafts
    history: GapHistory
    closing: GapClosing
    trying: Trying


@dataclass(frozen=True)
class QualityWork:
    """Cases from the desk and experiments, one use case each."""

    making: CaseMaking
    harvesting: Harvesting
    cases: Quality
    experiments: Experiments


@dataclass(frozen=True)
class ChatTools:
    """What comes in from chat tools and goes out to them, one use case each."""

    connecting: Connecting
    receiving: Receiving
    arriving: Arriving
    writing: Writing
    noting: Noting
    telling: Telling
    sending: Sending
    entering: Entering
    standings: Standings
    tending: Tending
    triaging: Triaging
    inbox_card: InboxCard
    http: httpx.AsyncClient

    async def finished(self, records: Records, conversation_id: str, turn_id: str, suggestions: Sequence[Suggestion]) -> None:
        """A turn is done: the customer's tool gets its note, whoever listens its events, colleagues what they triage."""
        await self.noting.finished(records, conversation_id, turn_id, suggestions)
        await self.telling.finished(records, conversation_id, turn_id, suggestions)
        await self.triaging.finished(records, conversation_id, turn_id, suggestions)


@dataclass(frozen=True)
class ScorecardWork:
    """What a tenant does that looks at real conversations, one use case each."""

    having: Scorecards
    drawing: Drawing
    scoring: Scoring
    figuring: ScoreFiguring


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
    reindexing: Reindexing
    ingest: Ingest
    drafting: Drafting
    suggest: Suggest
    decisions: Decisions
    handovers: Handovers
    briefs: Briefs
    switching: Switching
    grants: Grants
    asking: Asking
    questions: Questions
    knowledge: KnowledgeBase
    editing: Editing
    remarks: Remarks
    facts: FactChanging
    replies: Replies
    recalling: Recalling
    correcting: Correcting
    flags: Flags
    healths: Healths
    lab: Lab
    rules: Rules
    importing: Importing
    syncing: Syncing
    proofreading: Proofreading
    customers: Customers
    matching: Matching
    erasure: Erasure
    queue: Queue
    staff: Staff
    signing_in: SigningIn
    panels: Panels
    reading: Reading
    conversations: Conversations
    curating: Curating
    gaps: GapWork
    day: Day
    quality: QualityWork
    scorecards: ScorecardWork
    administration: Administration
    chat_tools: ChatTools
    company_accounts: CompanyAccounts | None = None
    """With an identity provider."""
    listening: Listening | None = None
    """With PostgreSQL: hears what other replicas change."""
    notes: tuple[str, ...] = ()
    """What whoever runs this should know: an index that was damaged and is made again."""
    ready: bool = False

    async def open(self, *, working: bool = False) -> None:
        """The database at its head, the indexes in step with it. An older schema is refused: `copilot migrate` brings it up.

        `working`: durable jobs will run, so that what takes long is left to them.
        """
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
        if not current:
            await self.database.migrate()
        if DEFAULT_TENANT not in await self.database.tenants():
            await self.database.create_tenant(DEFAULT_TENANT, TenantSettings())
        for tenant in await self.database.tenants():
            await self.reindexing.refresh(tenant, working=working)

    async def start(self) -> None:
        """Warm up and work: durable jobs, dispatcher. Ready when this returns."""
        await asyncio.gather(self.embedder.warm(), self.models.warm(), self.drafting.tools.aside.warm())
        await self.open(working=True)
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
        await self.chat_tools.receiving.refusing.close()
        await self.close()

    async def close(self) -> None:
        """Give back files and connections."""
        self.drafting.tools.aside.close()
        await self.chat_tools.http.aclose()
        await self.models.close()
        await self.database.close()
        await self.embedder.close()
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
    passwords: Passwords | None = None,
    provider: IdentityProvider | None = None,
    fetcher: Fetcher | None = None,
    fence: Fence = random_fence,
    http: httpx.AsyncClient | None = None,
) -> Application:
    """The wired application. Anything given by name replaces what the settings would choose."""
    folder = settings.data_dir
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    privacy = privacy or PresidioPrivacy()
    prompts = prompts or FilePrompts(settings.prompts_dir or prompts_folder())
    database = database or open_database(settings.sqlalchemy_url)
    embedder = embedder or _embedder(settings, privacy)
    notes: tuple[str, ...] = ()
    if vectors is None:
        vectors = chroma = ChromaVectors(settings.chroma_url or folder / "vectors")
        notes = (chroma.message,) if chroma.message else ()
    lexical = lexical or TantivyLexical(folder / "words")
    engine = engine or DbosEngine(settings.durable_url, settings.replica_id)
    models = models or _models(settings, privacy, database, clock)
    passwords = passwords or Argon2Passwords()
    fetcher = fetcher or WebFetcher()
    wired = _wire(settings, clock, database, embedder, vectors, lexical, models, privacy, prompts, engine, passwords, fetcher, fence, http)
    wired.notes = notes
    provider = provider or _provider(settings)
    if provider is not None:
        wired.company_accounts = CompanyAccounts(database, wired.signing_in, provider, settings.oidc_tenant, settings.oidc_groups)
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
    passwords: Passwords,
    fetcher: Fetcher,
    fence: Fence,
    http: httpx.AsyncClient | None,
) -> Application:
    live = Live(database)
    dispatcher = Dispatcher(database, engine, settings.replica_id, clock)
    key, *older = keyring.keys(settings.data_dir, settings.secret_key)
    tombstones = Tombstones(key, tuple(older))
    search = Search(embedder, vectors, lexical, CrossEncoderReranker(settings.reranker) if settings.reranker else None)
    indexes = Indexes(database, embedder, vectors, lexical, settings.replica_id)
    head = Head.load() if settings.embedder == "minilm" else None
    aside = Workshop() if settings.drafting_process else Aside()
    tools = Tools(embedder, vectors, search, Senser(head), Drafter(models, prompts, aside=aside, fence=fence))

    def wake(tenant: str) -> None:
        live.wake(tenant)
        dispatcher.wake()

    chat_tools = _chat_tools(
        settings, http, database, FernetVault((key, *older)), Ingest(database, privacy, tombstones, clock, wake), engine, wake
    )
    drafting = Drafting(database, build_graph(), tools, live, clock, dispatcher.wake, chat_tools.finished)

    async def forget() -> None:
        await asyncio.gather(aside.forget(), models.forget())

    erasure = Erasure(database, indexes, engine, tombstones, clock, dispatcher.wake, forget)
    handovers = Handovers(database, privacy, clock, wake, chat_tools.telling.offered)
    day = Day(
        answering=Answering(database, privacy, clock, wake),
        marks=Marks(database, clock),
        whereabouts=Whereabouts(database, clock),
        wrapping=Wrapping(database, indexes, privacy, clock, live.wake),
        shift=Shift(database, handovers, clock),
        owing=Owing(database, clock, live.wake),
        figuring=Figuring(database, clock),
        exporting=Exporting(database, clock, live.wake),
    )
    retention = Retention(database, indexes, engine, clock)
    falling = Falling(database, clock, live.wake)
    editing = Editing(database, indexes, clock, live.wake, refuse_mirrored)
    facts = FactChanging(database, editing, clock, live.wake)
    usage = Usage(database)
    bringing = Bringing(database, indexes, fetcher, clock, live.wake)
    judging = Judging(indexes, search, drafting.reader, clock)
    closing = GapClosing(database, judging, clock, live.wake)
    topics = GapTopics(database, closing, privacy, clock, live.wake)
    gaps = GapWork(
        topics=topics,
        drafts=GapDrafts(database, topics, editing, tools.drafter, clock),
        history=GapHistory(database, judging, closing, clock, wake),
        closing=closing,
        trying=Trying(database, editing, judging, closing, vectors, lexical, clock),
    )
    may_try = tuple(dict.fromkeys((*settings.models, *settings.experiment_models)))
    experiments = Experiments(database, tools.drafter, may_try, clock, live.wake)
    watch = ExperimentWatch(database, experiments, clock)
    making = CaseMaking(database, privacy, clock, live.wake)
    reindexing = Reindexing(Rebuilding(indexes, clock), clock, wake)
    jobs = {
        ARRIVE: chat_tools.arriving.run,
        POLL: chat_tools.arriving.poll,
        SEND: chat_tools.writing.run,
        CLOSED: day.wrapping.begin,
        TURN: drafting.turn,
        KINDS_JOB: drafting.kinds,
        ERASE: erasure.run,
        RETAIN: retention.run,
        FALL: falling.run,
        PUBLISH: editing.run,
        PUBLISH_FACT: facts.run,
        FOLD: usage.run,
        REINDEX: reindexing.run,
        TIDY: reindexing.tidy,
        IMPORT: bringing.run,
        HISTORY: gaps.history.run,
        IN_STEP: closing.run,
        LOOK: watch.run,
    }
    for name, job in jobs.items():
        engine.register(name, job)

    async def failed(tenant: str, subject: str) -> None:
        await drafting.failed(tenant, subject)
        await reindexing.failed(tenant, subject)

    engine.on_failure(failed)
    due = (
        retention.due,
        falling.due,
        editing.due,
        facts.due,
        usage.due,
        closing.due,
        watch.due,
        chat_tools.arriving.due,
        chat_tools.telling.due,
    )
    left = (drafting.unfinished, erasure.unfinished, reindexing.unfinished, bringing.unfinished, gaps.history.unfinished)
    tools_left = (chat_tools.arriving.unfinished, chat_tools.writing.unfinished, chat_tools.receiving.refusing.due)
    for unfinished in (*left, *tools_left, *due):
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
        reindexing=reindexing,
        ingest=chat_tools.arriving.ingest,
        drafting=drafting,
        suggest=Suggest(database, drafting.graph, tools, privacy, clock, drafting.reader),
        decisions=Decisions(database, privacy, clock, wake),
        handovers=handovers,
        briefs=Briefs(database, clock),
        switching=Switching(database, clock),
        grants=Grants(database, privacy, clock, wake),
        asking=Asking(database, tools, clock, drafting.reader, live.wake),
        questions=Questions(database, indexes, privacy, clock, live.wake),
        knowledge=KnowledgeBase(database, indexes, search, clock, drafting.reader, live.wake),
        editing=editing,
        facts=facts,
        replies=Replies(database, clock, live.wake),
        recalling=Recalling(database, clock, live.wake),
        correcting=Correcting(database, clock, live.wake),
        remarks=Remarks(database, clock, live.wake),
        flags=Flags(database, privacy, clock, live.wake),
        healths=Healths(database, usage, clock),
        lab=Lab(database, judging, gaps.trying, privacy, clock, drafting.reader),
        rules=Rules(database, privacy, clock, live.wake),
        importing=Importing(database, clock, wake),
        syncing=Syncing(database, indexes, clock, live.wake),
        proofreading=Proofreading(database, clock),
        customers=Customers(database, indexes, privacy, tombstones, clock, live.wake),
        matching=Matching(database, clock, wake),
        erasure=erasure,
        listening=_listening(settings, Replicas(database, live, dispatcher, indexes)),
        queue=Queue(database, clock),
        staff=Staff(database, clock),
        signing_in=SigningIn(database, passwords, clock, live.wake),
        panels=Panels(database, clock),
        reading=Reading(database, live.wake),
        conversations=Conversations(database, live.wake),
        curating=Curating(database, indexes, privacy, clock, live.wake),
        gaps=gaps,
        day=day,
        quality=QualityWork(making, Harvesting(database, making), Quality(database, clock, live.wake), experiments),
        scorecards=ScorecardWork(
            Scorecards(database, clock, live.wake),
            Drawing(database, clock, live.wake),
            Scoring(database, privacy, clock, live.wake),
            ScoreFiguring(database),
        ),
        administration=Administration(database, live.wake),
        chat_tools=chat_tools,
    )


def _chat_tools(
    settings: Settings,
    http: httpx.AsyncClient | None,
    database: Database,
    vault: FernetVault,
    ingest: Ingest,
    engine: DurableEngine,
    wake: Callable[[str], None],
) -> ChatTools:
    reach, clock = ToolAddresses(private=settings.private_tools), ingest.clock
    http = http or reach.client()
    tools = channels(http, Pacing(clock))
    connecting = Connecting(database, tools, vault, reach, clock, wake)
    refusing = Refusing(database, clock)
    rooms = triage(tools)
    writing = Writing(database, connecting, clock, wake, dict.fromkeys(POSTS, Posting(database, rooms, settings.address)))
    sending = Sending(database, connecting, writing)
    deciding = Deciding(database, Decisions(database, ingest.privacy, clock, wake), sending)
    triaging = Triaging(database, rooms, writing, deciding)
    writing.heard.append(triaging.unsent)
    receiving = Receiving(database, connecting, clock, wake, refusing, triaging.asked, triaging.lost)
    return ChatTools(
        connecting=connecting,
        receiving=receiving,
        arriving=Arriving(database, connecting, receiving, ingest, Pulse(), clock, triaging.clicked),
        writing=writing,
        noting=Noting(writing, tools, settings.address),
        telling=Telling(database, writing, tools, clock),
        entering=Entering(database, connecting, Panels(database, clock), clock, wake),
        sending=sending,
        triaging=triaging,
        inbox_card=InboxCard(database, deciding, settings.address),
        standings=Standings(database, connecting, refusing, clock),
        tending=Tending(database, connecting, engine, clock, wake),
        http=http,
    )


def _embedder(settings: Settings, privacy: Privacy) -> Embedder:
    if settings.embedder.startswith(PREFIX):
        return HostedEmbedder(settings.embedder, privacy, settings.api_base or None, settings.embedder_languages)
    return make_embedder(settings.embedder, settings.embedder_precision, settings.embedder_languages)


def _provider(settings: Settings) -> IdentityProvider | None:
    if not settings.oidc_issuer:
        return None
    return OidcProvider(settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret, groups=settings.oidc_groups_claim)


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

    base = settings.api_base or None
    if settings.drafting_process:
        return ModelsApart(settings.models, api_base=base, spent=spent, budget=budget, clock=clock)
    return LiteLLMModels(settings.models, api_base=base, privacy=privacy, spent=spent, budget=budget, clock=clock)
