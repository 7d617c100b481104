"""What a metric is: one figure about what the copilot does, with its version, its source, and what its two mistakes cost."""

from abc import ABC
from collections.abc import Sequence
from statistics import fmean
from typing import ClassVar, Literal, NamedTuple

from evals.casebook.format import Ability, Case
from evals.outcome import Outcome

About = Ability | Literal["cost", "all"]
"""`all`: over every ability, and told for each of them."""
Better = Literal["higher", "lower"]
Unit = Literal["share", "score", "count", "ms", "tokens", "dollars", "points"]


class Reading(NamedTuple):
    """One sample's value, and what was seen. `truth`: what it should have been, where the figure compares the two over all samples."""

    value: float
    why: str = ""
    truth: float | None = None


class Metric(ABC):
    """One file, one entry in the catalogue. Raise `version` whenever the same drafts could get another value."""

    name: ClassVar[str]
    """As people say it."""
    ability: ClassVar[About]
    version: ClassVar[int] = 1
    source: ClassVar[str]
    """Where the idea comes from: a paper, a page of CRAFT, an invariant."""
    better: ClassVar[Better] = "higher"
    unit: ClassVar[Unit] = "share"
    says: ClassVar[str]
    """What it counts, in one plain sentence, with what each of its two mistakes costs where they differ."""

    def figure(self, values: Sequence[float], truths: Sequence[float]) -> float:
        """All samples as one figure; `truths` is as long as `values`, or empty. The mean, unless a metric says otherwise."""
        return fmean(values)


class CaseMetric(Metric):
    """A metric that reads what the copilot made of a case."""

    def read(self, case: Case, outcome: Outcome) -> Reading | None:
        """Pure. None: there is nothing to count in this case."""
        raise NotImplementedError
