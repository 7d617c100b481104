"""questions decide: each question says what its answer changes."""

import re
from typing import Any, ClassVar

from copilot.domain.turn import Turn
from evals.casebook.format import Case
from evals.metrics.base import About, CaseMetric, Reading
from evals.outcome import Outcome
from evals.reading.words import likeness, stems

FEWEST = 2
"""What `decides` has to be about, in words that carry meaning."""
SAME = 0.8
"""Likeness from which it only says the question again."""

_VACUOUS = re.compile(
    r"what (?:I|we) can do(?: next| now| for you)?(?: (?:about|with) .*)?|"
    r"was ich (?:als Nächstes )?tun kann(?:, .*)?|qué puedo hacer(?: ahora)?(?: con .*)?",
    re.IGNORECASE,
)
"""True of any question, whatever the matter."""


class QuestionsDecide(CaseMetric):
    """Whether the outcome really turns on it is for a judge; here it has to say so, of something that is not on record."""

    name = "questions decide"
    ability: ClassVar[About] = "questions"
    source = "CRAFT, Questions: a question that decides nothing is deleted; so is one whose answer is on record."
    says = (
        "The share of advisor questions that say what their answer decides and why it matters, and whose answer is not on record. An idle "
        "question costs the customer's patience; a missing one costs the better solution."
    )

    def read(self, case: Case, outcome: Outcome) -> Reading | None:
        """None where no questions are offered."""
        asked = [one for shown in outcome.shown("questions") for one in shown.payload.get("questions") or ()]
        if not asked:
            return None
        idle = [f"{one['question']} – {why}" for one in asked if (why := _idle(one, outcome.turn))]
        return Reading(1 - len(idle) / len(asked), "\n".join(idle))


def _idle(one: dict[str, Any], turn: Turn) -> str:
    question, decides = str(one["question"]), str(one["decides"])
    if any(ask.answered_by and likeness(ask.ask.question, question) >= SAME for ask in turn.evidence.asks):
        return "its answer is on record"
    if _VACUOUS.fullmatch(decides.strip()) or len(stems(decides)) < FEWEST or likeness(decides, question) >= SAME:
        return f"decides nothing: {decides or '(empty)'}"
    return "" if str(one["why"]).strip() else "no reason"
