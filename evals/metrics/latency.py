"""Latency: how long each kind takes to draft."""

from collections.abc import Sequence
from statistics import median
from typing import ClassVar

from evals.casebook.format import Case
from evals.metrics.base import About, Better, CaseMetric, Reading, Unit
from evals.outcome import Outcome


class _Latency(CaseMetric):
    """The median over cases: a machine that was busy once does not count for all."""

    ability: ClassVar[About] = "cost"
    better: ClassVar[Better] = "lower"
    unit: ClassVar[Unit] = "ms"
    source = "DESIGN §7. Samples run beside each other: compare runs of one machine, and take limits from `make bench`."
    kind: ClassVar[str]

    def read(self, case: Case, outcome: Outcome) -> Reading | None:
        """None where the kind was not drafted."""
        made = outcome.of(self.kind)
        return None if made is None or made.state == "failed" else Reading(made.latency_ms)

    def figure(self, values: Sequence[float], truths: Sequence[float]) -> float:
        """The median, in milliseconds."""
        return median(values)


class ReplyMs(_Latency):
    """The reply."""

    name, kind, says = "reply ms", "reply", "Milliseconds from frozen evidence to a checked reply, the median."


class AcknowledgeMs(_Latency):
    """The acknowledgement."""

    name, kind, says = "acknowledge ms", "acknowledge", "Milliseconds from frozen evidence to a checked acknowledgement, the median."


class CueMs(_Latency):
    """The cue."""

    name, kind, says = "cue ms", "cue", "Milliseconds from frozen evidence to a checked cue, the median."


class QuestionsMs(_Latency):
    """Advisor questions."""

    name, kind, says = "questions ms", "questions", "Milliseconds from frozen evidence to checked questions, the median."


class OptionsMs(_Latency):
    """Options."""

    name, kind, says = "options ms", "options", "Milliseconds from frozen evidence to checked options, the median."


class HandoverMs(_Latency):
    """The handover brief."""

    name, kind, says = "handover ms", "handover", "Milliseconds from frozen evidence to a checked brief, the median."
