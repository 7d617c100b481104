"""What a check is."""

from abc import ABC, abstractmethod
from typing import ClassVar

from copilot.domain.base import Frozen
from copilot.domain.suggestion import CheckResult, Citation, Payload
from copilot.domain.turn import Turn


class Checked(Frozen):
    """What is checked: a draft of a kind, or an agent's own text (kind `own`, no payload)."""

    kind: str
    text: str
    payload: Payload | None = None
    citations: tuple[Citation, ...] = ()

    @property
    def for_customer(self) -> bool:
        """Whether the text is meant to be sent to the customer (cue and handover briefs are read by colleagues)."""
        return self.kind in ("reply", "acknowledge", "own", "questions")


class Check(ABC):
    """One thing a draft must survive: it passes, flags (with the place) or withholds."""

    name: ClassVar[str]

    @abstractmethod
    def run(self, turn: Turn, draft: Checked) -> list[CheckResult]:
        """Findings, none of them `pass`; an empty list means the check passed. Pure: the Turn and the draft decide."""
