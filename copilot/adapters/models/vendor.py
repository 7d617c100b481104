"""LiteLLM: the only file that imports it, and only when a question is asked."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from pydantic import BaseModel

from copilot.adapters.models.failures import Failure, translated
from copilot.adapters.models.limits import Limits
from copilot.domain.ports.models import ChatMessage
from copilot.domain.suggestion import Usage

_CLOSING_S = 1.0
_COMPLETE = frozenset({"stop", "end_turn", "stop_sequence", "eos", "eos_token", "tool_calls", "function_call"})
_OUR_SIDE_ONLY = ("LITELLM_LOCAL_MODEL_COST_MAP", "LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS", "LITELLM_LOCAL_BLOG_POSTS")


@cache
def load() -> Any:
    """Import LiteLLM (3–6 s, once) so that it never calls anybody but the provider: no price map, no telemetry, no tokenizers.

    Call it in a thread without an event loop.
    """
    for name in _OUR_SIDE_ONLY:
        os.environ.setdefault(name, "True")
    import litellm

    litellm.telemetry = False  # gone in present releases; the oldest we allow has it
    litellm.suppress_debug_info = True
    litellm.turn_off_message_logging = True
    litellm.disable_hf_tokenizer_download = True
    # Embeddings read "no retries" as "as many as usual". One retry loop, ours.
    litellm.DEFAULT_MAX_RETRIES = 0  # type: ignore[attr-defined]
    # Its warnings quote the provider's answers, which may quote the question.
    logging.getLogger("LiteLLM").setLevel(logging.CRITICAL)
    asyncio.run(_rehearse(litellm))
    return litellm


async def _rehearse(litellm: Any) -> None:
    """One answer from LiteLLM's own mock: its first call imports for two more seconds, which would stop everybody's event loop."""
    import openai.resources.chat.completions  # noqa: F401 - what the mock does not reach

    stream = await litellm.acompletion(
        model="openai/rehearsal", messages=[{"role": "user", "content": "ready?"}], mock_response="yes", stream=True, **{"no-log": True}
    )
    async for _ in stream:
        pass


async def hang_up(litellm: Any) -> None:
    """Close the connections LiteLLM keeps open and forget them, so that a later question opens new ones."""
    await litellm.close_litellm_async_clients()
    litellm.in_memory_llm_clients_cache.flush_cache()


@dataclass
class Received:
    """One answer: the raw text, and what it used and cost (0 when the price is not known)."""

    text: str = ""
    finish: str | None = None
    usage: Usage = field(default_factory=lambda: Usage(calls=1))
    cost_microusd: int = 0
    counted: bool = False
    """Whether the provider said what it used."""


@dataclass(frozen=True)
class Question:
    """One call of one model."""

    model: str
    messages: Sequence[ChatMessage]
    answer: type[BaseModel]
    max_tokens: int
    api_base: str | None


class Vendor:
    """Asks one model once: no retry, no fallback; every error comes out as Failure."""

    def __init__(self, litellm: Any, limits: Limits, clock: Callable[[], datetime]) -> None:
        self._litellm = litellm
        self._limits = limits
        self._clock = clock

    def takes_schema(self, model: str) -> bool:
        """Does the model accept a JSON schema beside the messages?"""
        return bool(self._litellm.supports_response_schema(model=model))

    async def ask(self, question: Question, on_text: Callable[[str], Awaitable[None]], received: Received) -> None:
        """Stream the answer into `received`; `on_text` gets the raw text so far, each time it grew.

        Raises Failure when it is late, cut or truncated; what was received until then, and what it cost, stands in `received`.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._limits.first_token_s
        late = f"the model did not begin to answer within {self._limits.first_token_s:g} s"
        async with self._guard(deadline, late):
            stream = await self._litellm.acompletion(**self._parameters(question))
        try:
            while True:
                async with self._guard(deadline, late):
                    chunk = await anext(stream, None)
                if chunk is None:
                    break
                piece, alive = _content(chunk)
                self._account(chunk, question, received)
                if alive:
                    deadline = loop.time() + self._limits.between_chunks_s
                    late = f"the model stopped for more than {self._limits.between_chunks_s:g} s in the middle of its answer"
                if piece:
                    received.text += piece
                    await on_text(received.text)
                if received.counted and stream.received_finish_reason is not None:
                    break  # the last chunk; asking for one more would start LiteLLM's logging (some milliseconds an answer)
            # LiteLLM reports "stop" for a stream that the provider cut; this attribute holds what really came.
            received.finish = getattr(stream, "received_finish_reason", None)
        finally:
            await _close(stream)
        _check_complete(received)

    async def close(self) -> None:
        """Close the connections to providers."""
        await hang_up(self._litellm)

    def _parameters(self, question: Question) -> dict[str, Any]:
        parameters: dict[str, Any] = {
            "model": question.model,
            "messages": [{"role": message.role, "content": message.content} for message in question.messages],
            "max_tokens": question.max_tokens,
            "stream": True,
            "stream_options": {"include_usage": True},
            "drop_params": True,
            # One retry loop, ours; and a socket never outlives our own deadlines by much.
            "max_retries": 0,
            "num_retries": 0,
            "timeout": self._limits.total_s + _CLOSING_S,
            "no-log": True,
        }
        if self.takes_schema(question.model):
            parameters["response_format"] = question.answer
        if question.api_base:
            parameters["api_base"] = question.api_base
            if not self._litellm.validate_environment(question.model)["keys_in_environment"]:
                # The clients insist on a key; a server of one's own wants none.
                parameters["api_key"] = "none"
        return parameters

    def _account(self, chunk: Any, question: Question, received: Received) -> None:
        used = getattr(chunk, "usage", None)
        if used is None:
            return
        received.counted = True
        details = getattr(used, "prompt_tokens_details", None)
        received.usage = Usage(
            input_tokens=used.prompt_tokens or 0,
            output_tokens=used.completion_tokens or 0,
            cached_tokens=getattr(details, "cached_tokens", None) or 0,
            calls=1,
        )
        try:
            costs = self._litellm.cost_per_token(model=question.model, usage_object=used)
        except Exception:  # noqa: BLE001 - the price of a model that is not in the map is not known, and LiteLLM raises many types for it
            return
        received.cost_microusd = round(sum(costs) * 1_000_000)

    @asynccontextmanager
    async def _guard(self, deadline: float, late: str) -> AsyncIterator[None]:
        """Bound one wait for the vendor, and translate its errors."""
        try:
            async with asyncio.timeout_at(deadline) as limit:
                yield
        except Exception as error:  # whatever the vendors' SDKs raise is one failed attempt, never our crash
            if isinstance(error, TimeoutError) and limit.expired():
                raise Failure(late) from None
            raise translated(error, self._clock()) from error


def _content(chunk: Any) -> tuple[str, bool]:
    """(text, whether the model shows life): reasoning is life without text, an empty first chunk is neither."""
    if not chunk.choices:
        return "", False
    delta = chunk.choices[0].delta
    text = getattr(delta, "content", None) or ""
    return text, bool(text or getattr(delta, "reasoning_content", None))


def _check_complete(received: Received) -> None:
    if received.finish is None:
        raise Failure("the answer was cut off by the provider", passing=True)
    if received.finish in ("length", "max_tokens"):
        raise Failure("the answer was longer than allowed and was cut off", blames_model=False)
    if received.finish not in _COMPLETE:
        raise Failure(f"the provider ended the answer ({received.finish})", blames_model=False)


async def _close(stream: Any) -> None:
    """Close the connection of a stream that was not read to its end; never raises, never takes long."""
    try:
        async with asyncio.timeout(_CLOSING_S):
            await stream.aclose()
    except Exception:  # the answer, or the error that led here, matters more than how the socket closes
        logging.getLogger(__name__).debug("a model's stream did not close cleanly", exc_info=True)
