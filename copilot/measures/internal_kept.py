"""internal kept: what is meant for colleagues stays with them."""

from typing import ClassVar

from copilot.checks.base import Check
from copilot.checks.internal import Internal
from copilot.measures.base import CheckedMeasure


class InternalKept(CheckedMeasure):
    """Quotations, figures and limits that only internal text holds, and what is only to be known."""

    name = "internal kept"
    source = "DESIGN §3, audience: internal may guide the agent, never be quoted."
    says = "The share of answers that quote nothing internal."
    check: ClassVar[Check] = Internal()
