"""A tenant's settings. Versioned: every Turn names the version it was made under."""

from typing import Annotated

from pydantic import Field

from copilot.domain.base import Frozen

KINDS = ("reply", "acknowledge", "cue", "questions", "options", "handover")
"""The names of the kinds, in the order they are shown; `copilot.kinds.CATALOGUE` holds what they do."""

Minutes = Annotated[int, Field(ge=0, le=1440)]


class Hours(Frozen):
    """Opening minutes of one weekday, counted from midnight in the tenant's time zone."""

    opens: Minutes = 0
    closes: Minutes = 1440


class TenantSettings(Frozen):
    """What a company can set. The defaults work for a team that has set nothing."""

    version: int = 1
    company: str = ""
    time_zone: str = "UTC"
    hours: dict[int, Hours] = {}
    """Weekday (0 = Monday) → hours; empty: always open. A weekday that is missing in a non-empty table is closed."""
    languages: tuple[str, ...] = ("en",)
    currency: str = "EUR"
    quiet_period_s: float = 2.0
    """How long drafting waits after a customer's message in chat and SMS, so that a burst is answered as one."""
    queue_cap_minutes: dict[str, float] = {"chat": 4, "sms": 4, "phone": 4, "email": 240, "social": 240, "letter": 1440}
    """How much earlier mood may bring someone forward, per channel."""
    kinds: tuple[str, ...] = KINDS
    daily_budget_microusd: int = 5_000_000
    retention_days: int = 1095
    answer_minutes: dict[str, float] = {"chat": 20, "sms": 30, "phone": 60, "email": 480, "social": 120, "letter": 2880}
    """How long an answer may take that the acknowledgement promises, in business minutes."""
