"""their language: answers are in the customer's."""

from typing import ClassVar

from copilot.checks.base import Check
from copilot.checks.language import Language
from copilot.measures.base import CheckedMeasure


class TheirLanguage(CheckedMeasure):
    """A text too short to tell counts as right."""

    name = "their language"
    source = "CRAFT, Replies 8: the customer's language and form of address."
    says = "The share of answers in the language the customer writes."
    check: ClassVar[Check] = Language()
