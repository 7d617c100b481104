"""lead time: how many messages before people see dissatisfaction the copilot does, and how often it warns of what never comes."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from copilot.sensing.heat import CALM_AT_MOST
from evals.metrics.base import About, Better, Reading, Unit
from evals.metrics.outside import SampleMetric

SOURCE = "USS (Sun et al., SIGIR 2021): the first turn whose mean satisfaction is below 3. Warned: heat leaves calm (above 45)."


def crossing(heats: Sequence[float]) -> int | None:
    """The first message at which heat leaves calm; None: it never does."""
    return next((at for at, heat in enumerate(heats) if heat > CALM_AT_MOST), None)


class _OfDialogue(SampleMetric):
    task = "lead_time"
    ability: ClassVar[About] = "de-escalation"
    version = 1
    source = SOURCE


class Warned(_OfDialogue):
    """Of dialogues that turn."""

    name = "warned in time"
    says = "The share of dialogues that turn bad in which heat has left calm by then. One missed is a customer who is lost unseen."

    def read(self, found: Mapping[str, Any]) -> Reading | None:
        """None where satisfaction never turns, or is low from the first message on."""
        turned, crossed = found["turned"], crossing(found["heats"])
        if not turned:
            return None
        return Reading(float(crossed is not None and crossed <= turned))


class Lead(_OfDialogue):
    """Of those that turn and are warned of."""

    name = "lead time"
    unit: ClassVar[Unit] = "count"
    says = "How many messages before satisfaction turns heat has left calm, where it had by then; 0: with the very message."

    def read(self, found: Mapping[str, Any]) -> Reading | None:
        """None where nothing turned or nothing warned."""
        turned, crossed = found["turned"], crossing(found["heats"])
        return Reading(float(turned - crossed)) if turned and crossed is not None and crossed <= turned else None


class FalseWarning(_OfDialogue):
    """Of dialogues that never turn."""

    name = "warned for nothing"
    better: ClassVar[Better] = "lower"
    says = "The share of dialogues that stay satisfactory in which heat leaves calm all the same. It costs an agent a glance."

    def read(self, found: Mapping[str, Any]) -> Reading | None:
        """None where satisfaction is low somewhere."""
        return None if found["turned"] is not None else Reading(float(crossing(found["heats"]) is not None))
