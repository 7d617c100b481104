"""The Models port over LiteLLM."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

from copilot.adapters.models import vendor
from copilot.adapters.models.asking import Asking, masked
from copilot.adapters.models.breaker import Breaker
from copilot.adapters.models.budget import Budget, Spent
from copilot.adapters.models.limits import Limits
from copilot.checks.kept import forget_texts
from copilot.domain.base import now
from copilot.domain.errors import Invalid, Unavailable
from copilot.domain.ports.models import ModelAnswer, ModelRequest, OnText, Privacy


class LiteLLMModels:
    """Asks the first of `models` that can answer; the others are its fallbacks, in order.

    `spent(tenant)` is what the tenant's stored suggestions cost today and `budget(tenant)` what they may cost, in millionths of a
    US dollar; `wasted(tenant, cost)` hears of answers nobody got (by default the budget itself). `api_base` is used for the first model
    and for fallbacks of the same provider ("openai/…"). Use it in one event loop.
    """

    def __init__(
        self,
        models: Sequence[str],
        *,
        api_base: str | None = None,
        privacy: Privacy,
        spent: Spent,
        budget: Spent,
        clock: Callable[[], datetime] = now,
        limits: Limits = Limits(),  # noqa: B008 - a frozen value
        wasted: Callable[[str, int], None] | None = None,
    ) -> None:
        self._models = tuple(dict.fromkeys(name.strip() for name in models if name.strip()))
        if not self._models:
            raise Invalid("No model is named.", todo="Name at least one, or use NoModels.")
        self._api_base = api_base
        self._privacy = privacy
        self._budget = Budget(spent, budget, clock)
        self._wasted = wasted or self._budget.waste
        self._clock = clock
        self._limits = limits
        self._breakers = {model: self._breaker() for model in self._models}
        self._others: dict[str, Breaker] = {}
        """Of models that a question named and that are not set."""
        self._vendor: vendor.Vendor | None = None
        self._loading = asyncio.Lock()

    @property
    def configured(self) -> str:
        return self._models[0]

    async def warm(self) -> None:
        """Import LiteLLM and what masking needs now rather than with the first question (10 s and more on a busy machine)."""
        await self._loaded()
        await asyncio.to_thread(lambda: self._privacy.masker(()).mask("warm@example.com"))

    async def ask(self, request: ModelRequest, on_text: OnText | None = None) -> ModelAnswer:
        """As the port says. After a retry, a fallback or the repair the text given to `on_text` starts again from its beginning.

        Whatever `on_text` raises is raised here; a cancelled question closes its connection.
        """
        await self._budget.check(request.tenant_id)
        loaded = await self._loaded()
        hidden = await asyncio.to_thread(masked, request, self._privacy)
        asking = Asking(request, hidden, on_text, loaded, self._limits)
        try:
            async with asyncio.timeout(self._limits.total_s) as limit:
                return await asking.first_answer(self._line(request.model), self._base)
        except TimeoutError:
            if not limit.expired():
                raise
            raise Unavailable(f"No model answered within {self._limits.total_s:g} s.", todo="Try again later.") from None
        finally:
            if not asking.answered:
                self._wasted(request.tenant_id, asking.cost_microusd)

    async def forget(self) -> None:
        """Drop every text that masking keeps for speed."""
        forget_texts()

    async def close(self) -> None:
        """Close the provider connections of this process."""
        if self._vendor is not None:
            await self._vendor.close()
            self._vendor = None

    def _line(self, first: str) -> dict[str, Breaker]:
        """The models in the order they are tried, each with its breaker."""
        if not first or first == self._models[0]:
            return self._breakers
        if first not in self._others | self._breakers:
            self._others[first] = self._breaker()
        return {first: (self._others | self._breakers)[first]} | self._breakers

    def _breaker(self) -> Breaker:
        return Breaker(self._limits.breaker_failures, self._limits.breaker_pause_s, self._clock)

    def _base(self, model: str) -> str | None:
        same_provider = model.partition("/")[0] == self._models[0].partition("/")[0]
        return self._api_base if same_provider else None

    async def _loaded(self) -> vendor.Vendor:
        async with self._loading:
            if self._vendor is None:
                self._vendor = vendor.Vendor(await asyncio.to_thread(vendor.load), self._limits, self._clock)
            return self._vendor
