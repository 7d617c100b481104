"""own words: no formula that costs trust."""

from typing import ClassVar

from copilot.checks.base import Check
from copilot.checks.sympathy import Sympathy
from copilot.measures.base import CheckedMeasure


class OwnWords(CheckedMeasure):
    """Formulas, exclamation marks at an angry person, feelings nobody showed, a second apology."""

    name = "own words"
    source = "CRAFT, Replies, the `Never` list."
    says = "The share of answers without a phrase that costs trust (“I understand your frustration”, “as soon as possible”, “our policy”)."
    check: ClassVar[Check] = Sympathy()
