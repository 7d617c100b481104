"""cited: a sentence that claims something says where it comes from."""

from typing import ClassVar

from evals.casebook.format import Case
from evals.metrics.base import About, CaseMetric, Reading
from evals.outcome import Outcome
from evals.reading.figures import figures
from evals.reading.words import COMMITS, sentences


class Cited(CaseMetric):
    """What the agent says they will do is theirs and needs no source: `promise dated` looks at that."""

    name = "cited"
    ability: ClassVar[About] = "honesty"
    source = "Citation recall (ALCE, Gao et al. 2023); DESIGN §3: every sentence of a draft can be traced."
    says = (
        "The share of sentences in replies with a sum, a number, a date or a reference that carry a citation. One without leaves the "
        "agent to look it up, or to believe it."
    )

    def read(self, case: Case, outcome: Outcome) -> Reading | None:
        """None where no reply claims anything."""
        read, bare = 0, []
        for reply in outcome.shown("reply"):
            places = [citation.span for citation in reply.citations]
            for sentence in sentences(reply.text):
                if COMMITS.search(sentence.text) or not figures(sentence.text):
                    continue
                read += 1
                if not any(start < sentence.end and sentence.start < end for start, end in places):
                    bare.append(sentence.text)
        return Reading(1 - len(bare) / read, "\n".join(bare)) if read else None
