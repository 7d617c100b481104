"""expected: what the case says must and must not happen."""

from typing import ClassVar

from evals.casebook.format import Case, Expected
from evals.expectations import CATALOGUE
from evals.metrics.base import About, CaseMetric, Reading
from evals.outcome import Outcome


class AsExpected(CaseMetric):
    """1 when all of a case's expectations hold, else 0, with those that do not."""

    name = "as expected"
    ability: ClassVar[About] = "all"
    source = "The cases in evals/cases, written by hand."
    says = "The share of cases in which everything happens that must, and nothing that must not."

    def read(self, case: Case, outcome: Outcome) -> Reading:
        """The value, and a line for each expectation that does not hold."""
        wrong = [line for line, holds in verdicts(case, outcome) if not holds]
        return Reading(float(not wrong), "\n".join(wrong))


def verdicts(case: Case, outcome: Outcome) -> list[tuple[str, bool]]:
    """Each expectation as a line, and whether it holds."""
    return [_verdict("must", one, outcome, wanted=True) for one in case.must] + [
        _verdict("must not", one, outcome, wanted=False) for one in case.must_not
    ]


def _verdict(side: str, expected: Expected, outcome: Outcome, *, wanted: bool) -> tuple[str, bool]:
    expectation = CATALOGUE[expected.name]
    seen = expectation.look(outcome, expectation.read(expected.value), expected.kind)
    where = f" in {expected.kind}" if expected.kind else ""
    return f"{side} {expected.name} {_plain(expected.value)}{where} – {seen.what}", seen.happened == wanted


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
