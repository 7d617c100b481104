"""fault invented: a mistake is owned that the record does not show."""

import re
from typing import ClassVar

from evals.casebook.format import Case
from evals.metrics.base import About, Better, CaseMetric, Reading
from evals.outcome import Outcome
from evals.reading.record import record, spoken
from evals.reading.words import sentences, squeezed, unquoted

_ADMITS = re.compile(
    r"\b(?:our|my) (?:own )?(?:fault|mistake|error|failure|oversight)\b|\b(?:fault|mistake|error) (?:is|was) (?:ours|mine)\b|"
    r"\b(?:we|I) (?:have )?(?:made a mistake|let you down|got (?:it|this|that) wrong|were wrong|was wrong|should have|forgot)\b|"
    r"\bsorry (?:that|for what) (?:we|I) (?:did|have|let|made|failed|broke|charged|lost|kept)\b|\bapologi[sz]e for (?:our|the) (?:mistake|"
    r"error|delay|failure)\b|\bunser(?:e|em|en|er)? (?:fehler|versäumnis|schuld)\b|\bliegt an uns\b|"
    r"\b(?:error|fallo|culpa) nuestr[oa]\b|\bnuestr[oa] (?:error|fallo|culpa)\b",
    re.IGNORECASE,
)
_DENIES = re.compile(r"\b(?:not|no|never|if|whether|nicht|kein\w*|wenn|falls|ob|si)\b[^.!?]{0,40}$", re.IGNORECASE)


class FaultInvented(CaseMetric):
    """Only words that admit: regret (`I am sorry to hear`) and what an article says of us are none."""

    name = "fault invented"
    ability: ClassVar[About] = "empathy"
    better: ClassVar[Better] = "lower"
    source = "CRAFT, Replies 4: only with evidence of fault; without it, empathy without admission."
    says = (
        "The share of cases without a mistake of ours on record in which a text for the customer admits one. An admission binds; a missing "
        "one can be made up for."
    )

    def read(self, case: Case, outcome: Outcome) -> Reading | None:
        """None where the record shows our mistake, or nothing is said."""
        fault = outcome.turn.evidence.fault
        said = [text for _, text in spoken(outcome)]
        if (fault is not None and fault.party == "company") or not said:
            return None
        written = squeezed(record(outcome.turn))
        found = [
            sentence.text
            for text in said
            for sentence in sentences(unquoted(text))
            for match in _ADMITS.finditer(sentence.text)
            if not _DENIES.search(sentence.text[: match.start()]) and squeezed(sentence.text) not in written
        ]
        return Reading(float(bool(found)), "\n".join(found))
