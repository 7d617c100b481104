"""Wiring: settings in, the application out. The only place that knows which adapter stands behind which port."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import httpx

from copilot.adapters import keyring
from copilot.adapters.cross_encoder import CrossEncoderReranker
from copilot.adapters.database import open_database
from copilot.adapters.durable import DbosEngine
from copilot.adapters.fetching import WebFetcher
from copilot.adapters.lexical import TantivyLexical
from copilot.adapters.passwords import Argon2Passwords
from copilot.adapters.privacy import PresidioPrivacy
from copilot.adapters.prompts import FilePrompts, prompts_folder
from copilot.adapters.vault import FernetVault
from copilot.adapters.vectors import ChromaVectors
from copilot.adapters.workshop import Workshop
from copilot.bootstrap import chosen
from copilot.bootstrap.application import Application, Day, GapWork, QualityWork, ScorecardWork
from copilot.bootstrap.chat_tools import chat_tools as wired_tools
from copilot.domain import base
from copilot.domain.ports.access import IdentityProvider, Passwords
from copilot.domain.ports.imports import Fetcher
from copilot.domain.ports.models import Models, Privacy, Prompts
from copilot.domain.ports.records import Database
from copilot.domain.ports.search import Embedder, LexicalIndex, VectorIndex
from copilot.domain.ports.work import DurableEngine
from copilot.graph.aside import Aside
from copilot.graph.build import Tools
from copilot.graph.build import build as build_graph
from copilot.graph.draft import Drafter, Fence, random_fence
from copilot.retrieval.search import Search
from copilot.sensing.emotion import Senser
from copilot.sensing.head import Head
from copilot.services.chat_tools.arriving import POLL
from copilot.services.chat_tools.receiving import ARRIVE
from copilot.services.chat_tools.writing import SEND
from copilot.services.conversations.answering import Answering
from copilot.services.conversations.closing import CLOSED
from copilot.services.conversations.decisions import Decisions
from copilot.services.conversations.drafting import KINDS_JOB, TURN, Drafting
from copilot.services.conversations.grants import Grants
from copilot.services.conversations.ingest import Ingest
from copilot.services.conversations.marks import Marks
from copilot.services.conversations.owed import Owing
from copilot.services.conversations.queue import Queue
from copilot.services.conversations.reading import Reading
from copilot.services.conversations.status import Conversations
from copilot.services.conversations.suggest import Suggest
from copilot.services.conversations.switching import Switching
from copilot.services.conversations.whereabouts import Whereabouts
from copilot.services.conversations.wrapping import Wrapping
from copilot.services.customers.curating import Curating
from copilot.services.customers.erasure import ERASE, Erasure
from copilot.services.customers.exporting import Exporting
from copilot.services.customers.matching import Matching
from copilot.services.customers.retention import RETAIN, Retention
from copilot.services.customers.taking_in import Customers
from copilot.services.customers.tombstones import Tombstones
from copilot.services.gaps.asking import Asking
from copilot.services.gaps.closing import IN_STEP, GapClosing
from copilot.services.gaps.drafting import GapDrafts
from copilot.services.gaps.history import HISTORY, GapHistory
from copilot.services.gaps.judging import Judging
from copilot.services.gaps.questions import Questions
from copilot.services.gaps.topics import GapTopics
from copilot.services.handovers.briefs import Briefs
from copilot.services.handovers.falling import FALL, Falling
from copilot.services.handovers.offering import Handovers
from copilot.services.handovers.shift import Shift
from copilot.services.knowledge.articles import KnowledgeBase
from copilot.services.knowledge.bringing import Bringing
from copilot.services.knowledge.corrections import Correcting
from copilot.services.knowledge.editing import PUBLISH, Editing
from copilot.services.knowledge.facts import PUBLISH_FACT, FactChanging
from copilot.services.knowledge.flags import Flags
from copilot.services.knowledge.health import Healths
from copilot.services.knowledge.importing import IMPORT, Importing
from copilot.services.knowledge.proofreading import Proofreading
from copilot.services.knowledge.publishing import refuse_mirrored
from copilot.services.knowledge.recalling import Recalling
from copilot.services.knowledge.remarks import Remarks
from copilot.services.knowledge.replies import Replies
from copilot.services.knowledge.syncing import Syncing
from copilot.services.knowledge.usage import FOLD, Usage
from copilot.services.people.administration import Administration
from copilot.services.people.company_accounts import CompanyAccounts
from copilot.services.people.panels import Panels
from copilot.services.people.signing_in import SigningIn
from copilot.services.people.staff import Staff
from copilot.services.quality.candidates import Quality
from copilot.services.quality.case_making import CaseMaking
from copilot.services.quality.experiment_watch import LOOK, ExperimentWatch
from copilot.services.quality.experiments import Experiments
from copilot.services.quality.figures import Figuring
from copilot.services.quality.harvesting import Harvesting
from copilot.services.quality.scorecard_drawing import Drawing
from copilot.services.quality.scorecard_figures import ScoreFiguring
from copilot.services.quality.scorecards import Scorecards
from copilot.services.quality.scoring import Scoring
from copilot.services.running.dispatch import Dispatcher
from copilot.services.running.live import Live
from copilot.services.running.replicas import Replicas
from copilot.services.searching.indexing import Indexes
from copilot.services.searching.lab import Lab
from copilot.services.searching.rebuilding import Rebuilding
from copilot.services.searching.reindexing import REINDEX, TIDY, Reindexing
from copilot.services.searching.rules import Rules
from copilot.services.searching.trying import Trying
from copilot.settings import Settings


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
    embedder = embedder or chosen.embedder(settings, privacy)
    notes: tuple[str, ...] = ()
    if vectors is None:
        vectors = chroma = ChromaVectors(settings.chroma_url or folder / "vectors")
        notes = (chroma.message,) if chroma.message else ()
    lexical = lexical or TantivyLexical(folder / "words")
    engine = engine or DbosEngine(settings.durable_url, settings.replica_id)
    models = models or chosen.models(settings, privacy, database, clock)
    passwords = passwords or Argon2Passwords()
    fetcher = fetcher or WebFetcher()
    wired = _wire(settings, clock, database, embedder, vectors, lexical, models, privacy, prompts, engine, passwords, fetcher, fence, http)
    wired.notes = notes
    provider = provider or chosen.provider(settings)
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

    chat_tools = wired_tools(
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
        listening=chosen.listening(settings, Replicas(database, live, dispatcher, indexes)),
        queue=Queue(database, clock),
        staff=Staff(database, clock),
        signing_in=SigningIn(database, passwords, clock, live.wake),
        panels=Panels(database, clock),
        reading=Reading(database, live.wake),
        conversations=Conversations(database, clock, wake),
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
