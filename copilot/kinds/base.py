"""What a kind of suggestion is."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel

from copilot.domain.suggestion import Abstention, Draft, KindName
from copilot.domain.turn import Turn


class Kind(ABC):
    """One type of suggestion, made from a Turn and nothing else.

    Every kind works without a model (`fallback`); one with a `prompt` is also drafted by a language model, whose answer (an `answer`
    object, flat, at most one list of flat objects) `compose` turns into the same payload.
    """

    name: ClassVar[KindName]
    prompt: ClassVar[str | None] = None
    """Name of the prompt file (without .md); None: no model takes part."""
    answer: ClassVar[type[BaseModel] | None] = None
    """What the model has to return."""
    stream: ClassVar[tuple[str, ...]] = ()
    """Fields of the answer shown while they grow, in order."""

    @abstractmethod
    def wanted(self, turn: Turn) -> str | None:
        """Why this turn wants the kind without being asked; None when it does not."""

    @abstractmethod
    def fallback(self, turn: Turn) -> Draft | Abstention:
        """The best honest draft without a model."""

    def variables(self, turn: Turn) -> Mapping[str, Any]:
        """What the prompt needs beside the Turn's common variables."""
        return {}

    def abstains(self, turn: Turn) -> Abstention | None:
        """A reason to stay silent that holds for the model too; asked before either path."""
        return None

    def compose(self, turn: Turn, answer: BaseModel) -> Draft | Abstention:
        """The model's answer as a draft. Raises Invalid when it cannot be one."""
        raise NotImplementedError(f"{self.name} takes no model answer")
