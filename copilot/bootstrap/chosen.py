"""What the settings choose: which adapter stands behind a port."""

from collections.abc import Callable
from datetime import datetime

from copilot.adapters.database.listening import Listening
from copilot.adapters.embedder import make_embedder
from copilot.adapters.hosted_embedder import PREFIX, HostedEmbedder
from copilot.adapters.identity import OidcProvider
from copilot.adapters.models import LiteLLMModels, ModelsApart, NoModels
from copilot.domain.ports.access import IdentityProvider
from copilot.domain.ports.models import Models, Privacy
from copilot.domain.ports.records import Database
from copilot.domain.ports.search import Embedder
from copilot.services.running.replicas import Replicas
from copilot.settings import Settings


def embedder(settings: Settings, privacy: Privacy) -> Embedder:
    """Our own weights, or an endpoint: what a name with the prefix means."""
    if settings.embedder.startswith(PREFIX):
        return HostedEmbedder(settings.embedder, privacy, settings.api_base or None, settings.embedder_languages)
    return make_embedder(settings.embedder, settings.embedder_precision, settings.embedder_languages)


def provider(settings: Settings) -> IdentityProvider | None:
    """OpenID Connect, where its issuer is set."""
    if not settings.oidc_issuer:
        return None
    return OidcProvider(settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret, groups=settings.oidc_groups_claim)


def listening(settings: Settings, replicas: Replicas) -> Listening | None:
    """What hears other replicas; None on one machine."""
    if settings.on_one_machine:
        return None
    return Listening(settings.sqlalchemy_url.replace("postgresql+psycopg://", "postgresql://", 1), replicas.changed)


def models(settings: Settings, privacy: Privacy, database: Database, clock: Callable[[], datetime]) -> Models:
    """LiteLLM here or in a process of its own; without a model set, none."""
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
