"""The Models port with a memory and a purse: a question that was answered before is not asked again."""

from typing import Any

from pydantic import BaseModel, ValidationError

from copilot.adapters.models import LiteLLMModels
from copilot.adapters.privacy import PresidioPrivacy
from copilot.domain.errors import CopilotError, Unavailable
from copilot.domain.ports.models import ModelAnswer, ModelRequest, Models, OnText
from copilot.domain.suggestion import Usage
from evals.answers import prices
from evals.answers.purse import Asked, Purse
from evals.answers.store import Store, key_of

PLENTY = 10**12
"""An evaluation's own budget counts, not a tenant's of the day."""


def opened(model: str, api_base: str, store: Store | None, purse: Purse) -> "KeptModels":
    """LiteLLM's `model`, with a memory."""

    async def nothing(_: str) -> int:
        return 0

    async def plenty(_: str) -> int:
        return PLENTY

    asked = LiteLLMModels(
        [model],
        api_base=api_base or None,
        privacy=PresidioPrivacy(),
        spent=nothing,
        budget=plenty,
        wasted=lambda _, microusd: purse.waste(microusd),
    )
    return KeptModels(asked, store, purse, api_base)


class KeptModels:
    """Asks `models` what `store` does not hold. Costs and times of a kept answer are those of the day it was given."""

    def __init__(self, models: Models, store: Store | None, purse: Purse, where: str = "") -> None:
        self._models, self._store, self._purse = models, store, purse
        self._where = where
        """The address it is asked at: another server under the same name is another model."""

    @property
    def configured(self) -> str:
        return self._models.configured

    async def warm(self) -> None:
        """Of the models themselves."""
        await self._models.warm()

    async def ask(self, request: ModelRequest, on_text: OnText | None = None) -> ModelAnswer:
        """As the port says. Raises Unavailable for every question of a trial pass that is not kept."""
        key = key_of(self._question(request))
        kept = self._kept(key, request)
        if kept is not None:
            self._purse.kept += self._purse.trial is None
            if on_text is not None:
                await on_text("".join(str(getattr(kept.value, name, "") or "") for name in request.stream))
            return kept
        if self._purse.trial is not None:
            self._purse.trial.append(Asked(self.configured, prices.tokens(self.configured, request.messages)))
            raise Unavailable("Nothing is asked in a trial pass.")
        try:
            answer = await self._models.ask(request, on_text)
        except CopilotError as error:
            self._purse.fail(error.detail)
            raise
        self._purse.pay(answer.cost_microusd)
        if self._store is not None:
            self._store.put(key, answer.model_dump(mode="json", serialize_as_any=True))
        return answer

    async def forget(self) -> None:
        """Of the models themselves: what is kept is the evaluation's."""
        await self._models.forget()

    async def close(self) -> None:
        """Of the models themselves."""
        await self._models.close()

    def _question(self, request: ModelRequest) -> dict[str, Any]:
        return {
            "model": request.model or self.configured,
            "where": self._where,
            "messages": [message.model_dump() for message in request.messages],
            "schema": request.answer.model_json_schema(),
            "max_tokens": request.max_tokens,
            "secrets": sorted(request.secrets),
        }

    def _kept(self, key: str, request: ModelRequest) -> ModelAnswer | None:
        found = self._store.get(key) if self._store is not None else None
        if found is None:
            return None
        try:
            value: BaseModel = request.answer.model_validate(found["value"])
            return ModelAnswer.model_validate({**found, "value": value, "usage": Usage.model_validate(found["usage"])})
        except (ValidationError, KeyError):
            return None
