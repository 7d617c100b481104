"""What the tests ask, and with which limits."""

from collections.abc import Awaitable, Callable

from copilot.adapters.models import Limits
from copilot.adapters.privacy.spans import Span
from copilot.domain.base import Frozen
from copilot.domain.ports.models import ChatMessage, ModelRequest

BUDGET = 1_000_000
QUICK = Limits(total_s=20, first_token_s=10, between_chunks_s=10, attempts=3, backoff_s=0.001, breaker_failures=100)
"""No deadline that a busy machine could miss, and no pause between attempts. Tests of a deadline shorten that one."""


class Reply(Frozen):
    acknowledgement: str
    resolution: str
    next_step: str


GOOD = Reply(acknowledgement="Dear ⟦NAME_2⟧, your refund is late.", resolution="It is 142 EUR.", next_step="I write to you today.")
SHOWN = "Dear Maria, your refund is late.\n\nIt is 142 EUR."


class NoPatterns:
    """Exact values only: Presidio is not what these tests are about."""

    def find(self, text: str) -> list[Span]:
        return []


async def nothing_spent(_: str) -> int:
    return 0


def question(tenant: str = "default") -> ModelRequest:
    return ModelRequest(
        tenant_id=tenant,
        purpose="reply",
        messages=(
            ChatMessage(role="system", content="You draft replies."),
            ChatMessage(role="user", content="Maria Schmidt writes: where is my refund?"),
        ),
        answer=Reply,
        stream=("acknowledgement", "resolution"),
        secrets=("Maria Schmidt",),
    )


def allowed(microusd: int) -> Callable[[str], Awaitable[int]]:
    """A budget that is the same for every tenant."""

    async def budget(_: str) -> int:
        return microusd

    return budget
