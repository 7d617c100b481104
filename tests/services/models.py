"""Language models for services: those that ask the scripted provider, and one that takes its time."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

from copilot.adapters.models import Limits, LiteLLMModels
from copilot.adapters.privacy import PresidioPrivacy
from copilot.domain.base import now
from copilot.domain.errors import Unavailable
from copilot.domain.ports.models import ModelAnswer, ModelRequest, OnText
from copilot.testing.models import ScriptedModels
from copilot.testing.provider import ScriptedProvider
from tests.adapters.models.questions import BUDGET, QUICK, NoPatterns, allowed, nothing_spent

GOOD: dict[str, Any] = {
    "acknowledgement": "Ines, you asked where the refund for your cancelled flight to Lisbon is.",
    "resolution": "When we cancel a flight, the fare is refunded within seven days to the card it was paid with.",
    "next_step": "I am looking into your refund now.",
    "abstain": "",
    "citations": [],
}
"""A reply to Ines that passes every check."""


PATIENT = QUICK.model_copy(update={"total_s": 300, "first_token_s": 100, "between_chunks_s": 100})
"""No pause between attempts, and no deadline that a busy machine could miss."""


def asking(
    provider: ScriptedProvider,
    *names: str,
    limits: Limits = PATIENT,
    clock: Callable[[], datetime] = now,
) -> LiteLLMModels:
    """Models of the provider, without a budget. Exact values of the record are masked; patterns are another test's matter."""
    return LiteLLMModels(
        names or ("openai/scripted",),
        api_base=provider.base_url,
        privacy=PresidioPrivacy(NoPatterns()),
        spent=nothing_spent,
        budget=allowed(BUDGET),
        clock=clock,
        limits=limits,
    )


def quickly(**changed: Any) -> Limits:
    """PATIENT, but for what the test is about."""
    return PATIENT.model_copy(update=changed)


class HeldModels(ScriptedModels):
    """A model that has been asked and takes its time: until `go`. Then it is down."""

    def __init__(self) -> None:
        super().__init__(name="held")
        self.asked_at_all, self.go = asyncio.Event(), asyncio.Event()

    async def ask(self, request: ModelRequest, on_text: OnText | None = None) -> ModelAnswer:
        self.asked_at_all.set()
        await self.go.wait()
        raise Unavailable("The model is down.")
