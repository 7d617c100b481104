"""One question on its way to one validated answer: masked, asked, retried, repaired, restored."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pydantic import BaseModel
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt, wait_exponential, wait_random

from copilot.adapters.models.answers import BadAnswer, instructed, read, repair
from copilot.adapters.models.breaker import Breaker
from copilot.adapters.models.failures import Failure
from copilot.adapters.models.limits import Limits
from copilot.adapters.models.partial import GrowingText, joined
from copilot.adapters.models.vendor import Question, Received, Vendor
from copilot.domain.errors import Unavailable
from copilot.domain.ports.models import ChatMessage, Masker, ModelAnswer, ModelRequest, OnText, Privacy
from copilot.domain.suggestion import Usage


@dataclass(frozen=True)
class Masked:
    """The messages as the provider may see them, and what puts the values back."""

    messages: tuple[ChatMessage, ...]
    masker: Masker


def masked(request: ModelRequest, privacy: Privacy) -> Masked:
    """Replace personal data in the messages. May take seconds the first time, then some milliseconds: call it in a thread."""
    masker = privacy.masker(request.secrets)
    messages = (ChatMessage(role=message.role, content=masker.mask(message.content)) for message in request.messages)
    return Masked(tuple(messages), masker)


class Asking:
    """The state of one question. `cost_microusd` grows with every answer the provider charges for, used or not."""

    def __init__(self, request: ModelRequest, masked: Masked, on_text: OnText | None, vendor: Vendor, limits: Limits) -> None:
        self._request = request
        self._masked = masked.messages
        self._masker = masked.masker
        self._on_text = on_text
        self._vendor = vendor
        self._limits = limits
        self._started = time.monotonic()
        self._deadline = self._started + limits.total_s
        self._repaired = False
        self._shown = ""
        self._first_token_ms: float | None = None
        self._usage = Usage()
        self.cost_microusd = 0
        self.answered = False

    async def first_answer(self, breakers: Mapping[str, Breaker], api_base: Callable[[str], str | None]) -> ModelAnswer:
        """The answer of the first model that gives a valid one. Raises Unavailable with each model's reason."""
        failures: dict[str, Failure] = {}
        for model, breaker in breakers.items():
            try:
                return await self._ask(model, breaker, api_base(model))
            except Failure as failure:
                failures[model] = failure
        waits = [failure.wait_s for failure in failures.values() if failure.wait_s is not None]
        reasons = "; ".join(f"{model}: {failure.reason}" for model, failure in failures.items())
        raise Unavailable(f"No model answered ({reasons}).", retry_after=min(waits) if waits else None)

    async def _ask(self, model: str, breaker: Breaker, api_base: str | None) -> ModelAnswer:
        messages = instructed(self._masked, self._request.answer, spell_out=not self._vendor.takes_schema(model))
        raw = await self._text(Question(model, messages, self._request.answer, self._request.max_tokens, api_base), breaker)
        try:
            value = read(raw, self._request.answer, self._masker)
        except BadAnswer as error:
            if self._repaired:
                raise Unavailable("The model's answer did not fit, also after one repair.") from None
            self._repaired = True
            messages = repair(messages, raw, error)
            raw = await self._text(Question(model, messages, self._request.answer, self._request.max_tokens, api_base), breaker)
            value = self._read_again(raw)
        await self._show_all(value)
        self.answered = True
        return ModelAnswer(
            value=value,
            model=model,
            usage=self._usage,
            cost_microusd=self.cost_microusd,
            latency_ms=(time.monotonic() - self._started) * 1000,
            first_token_ms=self._first_token_ms,
            sent=messages,
        )

    def _read_again(self, raw: str) -> BaseModel:
        try:
            return read(raw, self._request.answer, self._masker)
        except BadAnswer:
            raise Unavailable("The model's answer did not fit, also after one repair.") from None

    async def _text(self, question: Question, breaker: Breaker) -> str:
        """The raw answer to one question: the only retry loop there is."""
        retrying = AsyncRetrying(
            stop=stop_after_attempt(self._limits.attempts),
            wait=self._pause,
            retry=retry_if_exception(self._worth_waiting),
            sleep=asyncio.sleep,
            reraise=True,
        )
        raw: str = await retrying(self._once, question, breaker)
        return raw

    async def _once(self, question: Question, breaker: Breaker) -> str:
        growing = GrowingText(self._request.stream, self._masker)

        async def forward(raw: str) -> None:
            if self._first_token_ms is None:
                self._first_token_ms = (time.monotonic() - self._started) * 1000
            text = growing.grown(raw) if self._on_text else None
            if text is not None:
                await self._show(text)

        received = Received()
        try:
            with breaker.attempt():
                await self._vendor.ask(question, forward, received)
        finally:
            self._usage = _sum(self._usage, received.usage)
            self.cost_microusd += received.cost_microusd
        return received.text

    async def _show(self, text: str) -> None:
        if self._on_text is not None and text != self._shown:
            self._shown = text
            await self._on_text(text)

    async def _show_all(self, value: BaseModel) -> None:
        """The last word: what was held back as a possible placeholder, and what validation changed."""
        await self._show(joined(getattr(value, field, None) for field in self._request.stream))

    def _worth_waiting(self, error: BaseException) -> bool:
        left = min(self._limits.longest_wait_s, self._deadline - time.monotonic())
        return isinstance(error, Failure) and error.passing and (error.wait_s or 0.0) <= left

    def _pause(self, state: RetryCallState) -> float:
        """Seconds until the next attempt: at least what the provider asks for."""
        backoff = wait_exponential(self._limits.backoff_s, max=self._limits.longest_wait_s) + wait_random(0, self._limits.backoff_s)
        error = state.outcome.exception() if state.outcome else None
        asked_for = error.wait_s if isinstance(error, Failure) and error.wait_s else 0.0
        return max(backoff(state), asked_for)


def _sum(one: Usage, other: Usage) -> Usage:
    return Usage(**{name: getattr(one, name) + getattr(other, name) for name in Usage.model_fields})
