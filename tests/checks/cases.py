"""Short ways to ask the checks about a text."""

from typing import Any

from copilot.checks import CATALOGUE, Check, Checked, run_checks
from copilot.domain.suggestion import CheckResult
from copilot.domain.turn import Turn
from copilot.testing.turns import CASES


def case(name: str, **changes: Any) -> Turn:
    """A Turn of `copilot.testing.turns`, by name."""
    return CASES[name](**changes)


def check(name: str) -> Check:
    """A check of the catalogue."""
    return next(each for each in CATALOGUE if each.name == name)


def findings(turn: Turn, text: str, only: str = "", kind: str = "reply", **more: Any) -> list[CheckResult]:
    """What the checks (or one of them) hold against a text."""
    draft = Checked(kind=kind, text=text, **more)
    results = check(only).run(turn, draft) if only else run_checks(turn, draft)
    return [result for result in results if result.outcome != "pass"]


def outcomes(turn: Turn, text: str, only: str, kind: str = "reply", **more: Any) -> list[tuple[str, str]]:
    """(outcome, the words at the place) of each finding of one check; the whole text where no place is given."""
    return [(r.outcome, text[slice(*r.span)] if r.span else text) for r in findings(turn, text, only, kind, **more)]
