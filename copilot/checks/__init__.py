"""The checks: what a draft must survive. One file each, one entry here."""

from collections.abc import Iterable

from copilot.checks.apology import Apology
from copilot.checks.authority import Authority
from copilot.checks.base import Check, Checked
from copilot.checks.disclosure import Disclosure
from copilot.checks.internal import Internal
from copilot.checks.language import Language
from copilot.checks.others import Others
from copilot.checks.promise import Promise
from copilot.checks.public_place import PublicPlace
from copilot.checks.reask import Reask
from copilot.checks.shape import Shape
from copilot.checks.sympathy import Sympathy
from copilot.checks.unsupported import Unsupported
from copilot.domain.suggestion import CheckResult, Verdict
from copilot.domain.turn import Turn

__all__ = ["CATALOGUE", "Check", "Checked", "run_checks", "verdict"]

CATALOGUE: tuple[Check, ...] = (
    Shape(),
    Unsupported(),
    Reask(),
    Disclosure(),
    PublicPlace(),
    Internal(),
    Others(),
    Authority(),
    Sympathy(),
    Apology(),
    Promise(),
    Language(),
)


def run_checks(turn: Turn, draft: Checked) -> tuple[CheckResult, ...]:
    """What every check says: its findings, in the order of their places, or one `pass`."""
    results: list[CheckResult] = []
    for check in CATALOGUE:
        found = check.run(turn, draft)
        results.extend(sorted(found, key=lambda result: result.span or (0, 0)) or [CheckResult(name=check.name, outcome="pass")])
    return tuple(results)


def verdict(results: Iterable[CheckResult]) -> Verdict:
    """The gravest outcome."""
    outcomes = {result.outcome for result in results}
    return "withhold" if "withhold" in outcomes else "flag" if "flag" in outcomes else "pass"
