"""What is wrong with a folder of articles, as a report says it."""

from typing import Literal

from copilot.domain.base import Frozen

Severity = Literal["error", "warning"]


class Finding(Frozen):
    """One thing that is wrong: where, which rule says so, what it is and what to do about it."""

    file: str
    line: int
    """From 1."""
    rule: str
    severity: Severity
    message: str
    todo: str
