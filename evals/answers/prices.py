"""LiteLLM's own counter and price table: how many tokens a text is, and what they cost."""

import asyncio
from collections.abc import Sequence

from copilot.adapters.models import vendor
from copilot.domain.ports.models import ChatMessage


async def ready() -> None:
    """Load LiteLLM, beside the event loop. The functions below want that."""
    await asyncio.to_thread(vendor.load)


def tokens(model: str, messages: Sequence[ChatMessage]) -> int:
    """Of a question; for a model whose own counter LiteLLM has not, as OpenAI's count."""
    counted = vendor.load().token_counter(
        model=model, messages=[{"role": message.role, "content": message.content} for message in messages]
    )
    return int(counted)


def price(model: str, given: int, written: int) -> float | None:
    """Dollars for so many tokens in and out; None when the price is not known."""
    try:
        costs = vendor.load().cost_per_token(model=model, prompt_tokens=given, completion_tokens=written)
    except Exception:  # noqa: BLE001 - LiteLLM raises many types for a model that is not in its table
        return None
    found = float(sum(costs))
    return found if found > 0 or not (given or written) else None
