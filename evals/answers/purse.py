"""What a run spends on language models, and where it stops."""

from dataclasses import dataclass, field

from copilot.domain.errors import Refused
from evals.runs import BUDGET_SPENT

MICRO = 1_000_000
"""Millionths of a dollar in a dollar."""


class BudgetSpent(Refused):
    """Nothing more is asked in this run."""


@dataclass
class Asked:
    """One question that a trial pass did not ask."""

    model: str
    tokens: int
    """Of the question."""


@dataclass
class Purse:
    """Counts what is asked, and what it costs in millionths of a US dollar (0 where the price is not known)."""

    limit: int | None = None
    spent: int = 0
    asked: int = 0
    """Questions a provider was asked."""
    kept: int = 0
    """Questions answered from what was kept."""
    failed: dict[str, int] = field(default_factory=dict)
    """Why questions got no answer, and how often."""
    trial: list[Asked] | None = None
    """While it is a list, nothing is asked: what would be is noted in it."""

    def check(self) -> None:
        """Raises BudgetSpent when the budget is used up. What is under way may still finish: a few samples more."""
        if self.limit is not None and self.trial is None and self.spent >= self.limit:
            raise BudgetSpent(
                f"{BUDGET_SPENT} ${self.limit / MICRO:.2f} is spent.",
                todo="The same command again, with a budget, goes on with what is left.",
            )

    def pay(self, microusd: int) -> None:
        """One answer of a provider."""
        self.asked += 1
        self.spent += microusd

    def waste(self, microusd: int) -> None:
        """Paid, and no answer came of it."""
        self.spent += microusd

    def fail(self, reason: str) -> None:
        """A question that got no answer."""
        self.failed[reason] = self.failed.get(reason, 0) + 1

    def dollars(self) -> float:
        """What was spent."""
        return self.spent / MICRO
