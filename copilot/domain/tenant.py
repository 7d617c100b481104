"""A tenant's settings. Versioned: every Turn names the version it was made under."""

from typing import Annotated, Literal

from pydantic import Field, field_validator

from copilot.domain.base import Frozen

KINDS = ("reply", "acknowledge", "cue", "questions", "options", "handover")
"""The names of the kinds, in the order they are shown; `copilot.kinds.CATALOGUE` holds what they do."""

Minutes = Annotated[int, Field(ge=0, le=1440)]


class Hours(Frozen):
    """Opening minutes of one weekday, counted from midnight in the tenant's time zone."""

    opens: Minutes = 0
    closes: Minutes = 1440


Retained = Literal["conversations", "memories", "provider_calls", "quality_cases"]
"""Classes of records for which a company can say how long they are kept."""
Outdating = Literal["conversations", "memories", "provider_calls", "quality_cases", "expired_memories", "deliveries"]
"""Classes of records that go when they are old; guarded memories (health, grief) and chat tools' deliveries have an end of their own."""


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
    retention_days: dict[Retained, int] = {}
    """How many days a class of records is kept; one that is not named is kept for ever. `conversations`: closed ones, counted from their
    last message, with everything drafted, promised and remembered from them. `provider_calls`: exactly what a provider received.
    `quality_cases`: those that nobody approved."""
    answer_minutes: dict[str, float] = {"chat": 20, "sms": 30, "phone": 60, "email": 480, "social": 120, "letter": 2880}
    """How long an answer may take that the acknowledgement promises, in business minutes."""
    promise_notice_minutes: float = 120.0
    """How long before a promise falls due its owner is told and finds an update drafted, in business minutes."""
    handover_minutes: float = 10.0
    """How long a colleague has to accept a handover before it falls to the team, in business minutes; 0: it waits for them."""
    dispositions: tuple[str, ...] = ("solved", "waiting for the customer", "waiting for us", "not solved", "no answer needed")
    """How a conversation can end, as the wrap-up offers it: in the company's own words."""
    panel_origins: tuple[str, ...] = ()
    """Exact origins (https://chat.example.com, or chrome-extension:// and an id) of the pages that may frame the panel."""

    @field_validator("retention_days", mode="before")
    @classmethod
    def _by_class(cls, value: object) -> object:
        """Settings and turns stored by earlier versions hold one number, which nothing ever acted on."""
        return {} if isinstance(value, int) else value
