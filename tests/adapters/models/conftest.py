"""A provider on a local socket, and models that ask it. LiteLLM is imported once for the session."""

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime
from typing import Any

import pytest

from copilot.adapters.models import Limits, LiteLLMModels, vendor
from copilot.adapters.privacy import PresidioPrivacy
from copilot.domain.base import now
from copilot.testing.provider import ScriptedProvider
from tests.adapters.models.questions import BUDGET, QUICK, NoPatterns, allowed, nothing_spent

Make = Callable[..., LiteLLMModels]


@pytest.fixture(scope="session")
def litellm() -> Any:
    return vendor.load()


@pytest.fixture
def provider(litellm: Any) -> Iterator[ScriptedProvider]:
    with ScriptedProvider() as scripted:
        yield scripted


@pytest.fixture
async def make(provider: ScriptedProvider) -> AsyncIterator[Make]:
    """Builds models that ask the provider, and closes them after the test."""
    made: list[LiteLLMModels] = []

    def build(
        *names: str, limits: Limits = QUICK, spent: Any = nothing_spent, budget: int = BUDGET, clock: Callable[[], datetime] = now
    ) -> LiteLLMModels:
        models = LiteLLMModels(
            names or ("openai/scripted",),
            api_base=provider.base_url,
            privacy=PresidioPrivacy(NoPatterns()),
            spent=spent,
            budget=allowed(budget),
            clock=clock,
            limits=limits,
        )
        made.append(models)
        return models

    yield build
    for models in made:
        await models.close()
