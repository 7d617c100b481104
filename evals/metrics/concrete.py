"""concrete: the draft names the thing itself."""

import re
from typing import ClassVar

from evals.casebook.format import Case
from evals.metrics.base import About, CaseMetric, Reading
from evals.outcome import Outcome
from evals.reading.figures import figures, named
from evals.reading.record import record
from evals.reading.words import stems

_ANY_CASE = stems(
    "issue problem request matter enquiry inquiry concern case situation question message service customer company contact team help "
    "answer reply check looking into sorry apologise inconvenience experience understand patience possible today feedback regarding "
    "anliegen problem anfrage frage nachricht fall situation geduld kunde kundin "
    "problema consulta pregunta mensaje caso situación paciencia cliente"
)
"""Words that any case is about."""
_GREETS = re.compile(r"^(?:dear|hello|hi|guten tag|hallo|hola|estimad[oa])\b[^,.\n]*[,.]?", re.IGNORECASE)


class Concrete(CaseMetric):
    """A figure of this case, or a word of the customer's own for their matter; a name in a greeting is neither."""

    name = "concrete"
    ability: ClassVar[About] = "empathy"
    source = "CRAFT, Replies 1 (Packard & Berger, JCR 2021): naming the actual thing shows that someone listened."
    says = "The share of replies and acknowledgements that name the thing, the date or the sum of this case, not “your issue”."

    def read(self, case: Case, outcome: Outcome) -> Reading | None:
        """None where neither is shown."""
        turn = outcome.turn
        names = stems(turn.person.name if turn.person else "")
        theirs = stems(turn.said_by_customer, 3) - _ANY_CASE - names
        ours = named(record(turn))
        read, vague = 0, []
        for suggestion in (*outcome.shown("reply"), *outcome.shown("acknowledge")):
            text = _GREETS.sub("", suggestion.text)
            read += 1
            if not stems(text, 3) & theirs and not any(figure.supported_by & ours for figure in figures(text)):
                vague.append(f"{suggestion.kind}: {text[:200]}")
        return Reading(1 - len(vague) / read, "\n".join(vague)) if read else None
