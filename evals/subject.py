"""What is measured: the copilot itself, with the sample company's knowledge and customers, and each case beside them.

One installation for a whole run: what is loaded once is not loaded for every case. It is thrown away at the end.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from copilot.bootstrap import DEFAULT_TENANT, Application, build
from copilot.commands.demo import knowledge_folder, sample_customers
from copilot.commands.folders import read_files
from copilot.domain.errors import Invalid
from copilot.domain.formats import ConversationIn
from copilot.domain.tenant import KINDS, TenantSettings
from copilot.domain.turn import Turn
from copilot.kinds import by_name
from copilot.kinds.base import Kind
from copilot.services.knowledge.articles import SourceFile
from copilot.settings import Settings
from evals.answers.models import opened as opened_models
from evals.casebook import building
from evals.casebook.format import Case
from evals.expectations import CATALOGUE
from evals.outcome import Outcome
from evals.resources import shared
from evals.session import session

COMPANY = TenantSettings(company="Ternway", time_zone="Europe/Berlin", languages=("en", "de", "es"), quiet_period_s=0)
MOMENT = datetime(2026, 11, 25, 10, tzinfo=UTC)
"""When every case happens, a Wednesday: with the weekday and the hour, dates in drafts and in questions to a model would change from run to
run, and cases with them. Later than every `valid_from` in knowledge/; raise it when an article begins later."""


@dataclass(frozen=True)
class Variant:
    """What is tried. Empty: what ships."""

    model: str = ""
    """A LiteLLM model name; empty: no language model."""
    api_base: str = ""
    prompts: Path | None = None
    knowledge: Path | None = None
    embedder: str = ""
    """As COPILOT_EMBEDDER; empty: what ships. `hash` needs no encoder: quick, and meaning counts for nothing."""

    def settings(self, folder: Path) -> Settings:
        """As an installation reads it; what the environment says of models does not count here."""
        return Settings(
            data_dir=folder,
            model=self.model,
            fallback_models=(),
            api_base=self.api_base,
            prompts_dir=self.prompts,
            embedder=self.embedder or "minilm",
        )


@dataclass
class Subject:
    """The open application, and which cases' own customers and articles it holds already."""

    application: Application
    tenants: dict[str, str] = field(default_factory=dict)
    _companies: set[str] = field(default_factory=set)
    """Tenants that hold articles of cases' own."""
    _opening: dict[str, asyncio.Lock] = field(default_factory=dict)

    async def run(self, case: Case) -> Outcome:
        """The whole graph once. Raises Invalid when the case's customer or articles are refused, BudgetSpent when nothing more is asked."""
        session().purse.check()
        tenant = await self._prepared(case)
        given = ConversationIn.model_validate(building.conversation(case))
        wanted = wanted_kinds(case)
        # One turn for all of them: a second one would have other message ids and another answer time than the first's evidence.
        turn, suggestions = await self.application.suggest.once(tenant, given, also=wanted, turn_id=given.conversation_id)
        asked = tuple(kind for kind in wanted if kind not in turn.settings.kinds or by_name(kind).wanted(turn) is None)
        return Outcome(turn=turn, suggestions=tuple(suggestions), asked=asked)

    async def _prepared(self, case: Case) -> str:
        """The tenant that holds what the case needs."""
        name = building.ident(case)
        if name in self.tenants:
            return self.tenants[name]
        tenant = DEFAULT_TENANT
        if case.articles:
            tenant = await self._company(case)
        line = building.customer_line(case)
        if line is not None:
            imported = await self.application.customers.import_lines(tenant, [json.dumps(line)])
            _accepted(case, imported.refused)
        self.tenants[name] = tenant
        return tenant

    async def _company(self, case: Case) -> str:
        """The tenant with the case's own articles: cases that bring the same ones share it, as those without share the sample company."""
        files = [SourceFile(name=path, text=text) for path, text in building.articles(case)]
        tenant = "own-" + sha256("\0".join(f"{one.name}\0{one.text}" for one in files).encode()).hexdigest()[:16]
        async with self._opening.setdefault(tenant, asyncio.Lock()):
            if tenant not in self._companies:
                await self.application.staff.create_tenant(tenant, COMPANY)
                _accepted(case, (await self.application.knowledge.import_files(tenant, files)).refused)
                self._companies.add(tenant)
        return tenant


def wanted_kinds(case: Case) -> list[str]:
    """Those that the case asks for, and those its expectations look at."""
    expected = [*case.must, *case.must_not]
    named: set[str] = {*case.kinds, *(one.kind for one in expected if one.kind)}
    named |= {kind for one in expected for kind in CATALOGUE[one.name].kinds}
    named |= {str(one.value) for one in expected if one.name == "abstain"}
    return [kind for kind in KINDS if kind in named]


@asynccontextmanager
async def opened(variant: Variant) -> AsyncIterator[Subject]:
    """The sample company in a folder of its own, for as long as the block runs. Raises Invalid when the knowledge cannot be read."""
    with TemporaryDirectory(prefix="rapport-eval-") as folder:
        here = session()
        models = opened_models(variant.model, variant.api_base, here.store, here.purse) if variant.model else None
        application = build(variant.settings(Path(folder)), clock=lambda: MOMENT, models=models, fence=fixed_fence)
        await application.open()
        try:
            async with application.database.write(DEFAULT_TENANT) as records:
                await records.admin.put_settings(COMPANY)
            refused: list[dict[str, str]] = []
            sources = [SourceFile(**file) for file in read_files(variant.knowledge or knowledge_folder(), refused)]
            imported = await application.knowledge.import_files(DEFAULT_TENANT, sources)
            if refused or imported.refused:
                first = (refused or [one.model_dump() for one in imported.refused])[0]
                raise Invalid(f"{first['name']}: {first['reason']}", todo="Correct the article: a suite measures all of them or none.")
            await application.customers.import_lines(DEFAULT_TENANT, sample_customers())
            yield Subject(application)
        finally:
            await application.close()


def fixed_fence(turn: Turn, kind: Kind) -> str:
    """The same code for the same case and kind, so that the same question comes out."""
    return sha256(f"{turn.conversation_ref} {kind.name}".encode()).hexdigest()[:12]


def _accepted(case: Case, refused: Iterable[object]) -> None:
    for one in refused:
        raise Invalid(f"case {case.case!r}: {getattr(one, 'reason', one)}", todo="Correct the case.")


async def subject(variant: Variant) -> Subject:
    """The one of this event loop, opened by whoever asks first. `close_shared` ends it."""
    return await shared(variant, lambda: opened(variant))
