"""Saying what a run will cost, and asking whether it should."""

import sys

import typer

from copilot.domain.errors import Refused
from evals.answers.estimate import WRITTEN, Estimate
from evals.answers.purse import MICRO, Purse

ASKED_ABOVE = 1.0
"""Dollars from which a person at a terminal is asked."""


def told(found: Estimate) -> str:
    """The estimate in a sentence or two."""
    said = (
        f"{found.samples} samples, about {found.questions:,.0f} questions to models and {found.tokens:,.0f} tokens "
        f"(measured on {found.looked_at} of them; answers taken to have {WRITTEN} tokens each"
    )
    said += "): " if found.questions else "; what was asked before is kept): "
    if found.unpriced:
        said += f"price not known for {', '.join(found.unpriced)}"
        said += f", the rest about ${found.dollars:.2f}." if found.dollars else "."
    else:
        said += f"about ${found.dollars:.2f}."
    return said + (f" Not in it: {', '.join(found.left_out)}." if found.left_out else "")


def confirm(found: Estimate, budget: float | None, *, yes: bool, quiet: bool = False) -> None:
    """Raises Refused when a budget cannot be held, or the person at the terminal says no."""
    if not quiet:
        sys.stderr.write(f"{told(found)}\n")
    if budget is not None and found.unpriced and found.questions:
        raise Refused(
            f"A budget cannot be held: the price of {', '.join(found.unpriced)} is not known.",
            todo="Leave --budget away, and keep the run small with --limit.",
        )
    if yes or found.dollars <= ASKED_ABOVE or not sys.stdin.isatty() or not sys.stderr.isatty():
        return
    if not typer.confirm("Run it?", err=True):
        raise Refused("Nothing was run.", todo="Fewer samples: --limit. A limit in dollars: --budget.")


def spending(purse: Purse) -> str:
    """What a command asked and paid; empty when it asked nothing."""
    if not (purse.asked or purse.kept or purse.failed):
        return ""
    lines = [f"{purse.asked} questions to models, {purse.kept} answered from what is kept: ${purse.dollars():.4f}."]
    lines += [f"{count} questions got no answer: {reason}" for reason, count in purse.failed.items()]
    return "\n".join(lines)


def microusd(dollars: float | None) -> int | None:
    """A budget as the purse holds it."""
    return None if dollars is None else round(dollars * MICRO)
