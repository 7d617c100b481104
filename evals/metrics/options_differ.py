"""options differ: each way out is another one."""

import re
from itertools import combinations
from typing import Any, ClassVar

from evals.casebook.format import Case
from evals.metrics.base import About, CaseMetric, Reading
from evals.outcome import Outcome
from evals.reading.words import likeness

SAME = 0.6
"""Likeness of two titles from which they are one offer in two sizes."""
_FIGURE = re.compile(r",?\s*(?:up to )?\S*\d[\d.,]*(?:\s?[A-Z]{3})?")


class OptionsDiffer(CaseMetric):
    """By what they stand on, what they offer, and what the customer gains from them, figures left out."""

    name = "options differ"
    ability: ClassVar[About] = "options"
    source = "CRAFT, Options: each bends a different constraint; Replies 7: choice calms."
    says = (
        "Of each two options of a case, the share that stands on another lever or article, offers another thing and gives the customer "
        "another gain. Two sizes of one offer are no choice."
    )

    def read(self, case: Case, outcome: Outcome) -> Reading | None:
        """None for fewer than two options."""
        options = [one for shown in outcome.shown("options") for one in shown.payload.get("options") or ()]
        pairs = list(combinations(options, 2))
        if not pairs:
            return None
        alike = [f"{one['title']} / {other['title']}" for one, other in pairs if _alike(one, other)]
        return Reading(1 - len(alike) / len(pairs), "\n".join(alike))


def _alike(one: dict[str, Any], other: dict[str, Any]) -> bool:
    if (one["lever_id"] or one["basis"]) == (other["lever_id"] or other["basis"]):
        return True
    return likeness(one["title"], other["title"]) >= SAME or _plain(one["gain"]) == _plain(other["gain"])


def _plain(gain: str) -> str:
    return _FIGURE.sub("", gain).strip(" .")
