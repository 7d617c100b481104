"""The application: everything, wired. How it opens, starts and stops."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from copilot.adapters.database.listening import Listening
from copilot.bootstrap.chat_tools import ChatTools
from copilot.domain.errors import Refused
from copilot.domain.ports.models import Models, Privacy
from copilot.domain.ports.records import Database
from copilot.domain.ports.search import Embedder, LexicalIndex, VectorIndex
from copilot.domain.ports.work import DurableEngine
from copilot.domain.tenant import TenantSettings
from copilot.services.conversations.answering import Answering
from copilot.services.conversations.decisions import Decisions
from copilot.services.conversations.drafting import Drafting
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
from copilot.services.customers.erasure import Erasure
from copilot.services.customers.exporting import Exporting
from copilot.services.customers.matching import Matching
from copilot.services.customers.taking_in import Customers
from copilot.services.gaps.asking import Asking
from copilot.services.gaps.closing import GapClosing
from copilot.services.gaps.drafting import GapDrafts
from copilot.services.gaps.history import GapHistory
from copilot.services.gaps.questions import Questions
from copilot.services.gaps.topics import GapTopics
from copilot.services.handovers.briefs import Briefs
from copilot.services.handovers.offering import Handovers
from copilot.services.handovers.shift import Shift
from copilot.services.knowledge.articles import KnowledgeBase
from copilot.services.knowledge.corrections import Correcting
from copilot.services.knowledge.editing import Editing
from copilot.services.knowledge.facts import FactChanging
from copilot.services.knowledge.flags import Flags
from copilot.services.knowledge.health import Healths
from copilot.services.knowledge.importing import Importing
from copilot.services.knowledge.proofreading import Proofreading
from copilot.services.knowledge.recalling import Recalling
from copilot.services.knowledge.remarks import Remarks
from copilot.services.knowledge.replies import Replies
from copilot.services.knowledge.syncing import Syncing
from copilot.services.people.administration import Administration
from copilot.services.people.company_accounts import CompanyAccounts
from copilot.services.people.panels import Panels
from copilot.services.people.signing_in import SigningIn
from copilot.services.people.staff import Staff
from copilot.services.quality.candidates import Quality
from copilot.services.quality.case_making import CaseMaking
from copilot.services.quality.experiments import Experiments
from copilot.services.quality.figures import Figuring
from copilot.services.quality.harvesting import Harvesting
from copilot.services.quality.scorecard_drawing import Drawing
from copilot.services.quality.scorecard_figures import ScoreFiguring
from copilot.services.quality.scorecards import Scorecards
from copilot.services.quality.scoring import Scoring
from copilot.services.running.dispatch import Dispatcher
from copilot.services.running.live import Live
from copilot.services.searching.indexing import Indexes
from copilot.services.searching.lab import Lab
from copilot.services.searching.reindexing import Reindexing
from copilot.services.searching.rules import Rules
from copilot.services.searching.trying import Trying
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
        await self.live.close()
        if self.listening is not None:
            await self.listening.stop()
        await self.dispatcher.stop()
        await self.engine.close()
        await self.chat_tools.receiving.close()
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
