"""What a tenant may spend on models in a day."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime

from copilot.domain.errors import Unavailable

Spent = Callable[[str], Awaitable[int]]
"""Tenant → a sum in millionths of a US dollar: what its stored suggestions cost today, or what they may cost."""


class Budget:
    """Refuses a question once the day's budget is spent. Questions under way at that moment are answered.

    Answers that became no suggestion (truncated, or invalid after the repair) cost money too and are in no record: they are
    counted here, in this process, for the day.
    """

    def __init__(self, spent: Spent, allowed: Spent, clock: Callable[[], datetime]) -> None:
        self._spent = spent
        self._allowed = allowed
        self._clock = clock
        self._day: date | None = None
        self._wasted: dict[str, int] = {}

    async def check(self, tenant_id: str) -> None:
        """Raises Unavailable when nothing is left today."""
        if await self._spent(tenant_id) + self._today().get(tenant_id, 0) >= await self._allowed(tenant_id):
            raise Unavailable("The daily budget is spent.", todo="It starts again tomorrow; an admin can raise it.")

    def waste(self, tenant_id: str, microusd: int) -> None:
        """Count the cost of answers nobody got."""
        if microusd:
            today = self._today()
            today[tenant_id] = today.get(tenant_id, 0) + microusd

    def _today(self) -> dict[str, int]:
        day = self._clock().date()
        if day != self._day:
            self._day, self._wasted = day, {}
        return self._wasted
