"""answered right: answers what can be answered, asks what has to be asked, stays silent where nothing is known."""

from typing import ClassVar, Literal

from evals.casebook.format import Case
from evals.metrics.base import About, CaseMetric, Reading
from evals.outcome import Outcome
from evals.reading.figures import figures
from evals.reading.words import sentences

Way = Literal["answer", "ask", "decline"]


class AnsweredRight(CaseMetric):
    """`must: abstain: reply` or `cover: false` wants silence, `must: ask` a question, `cover: true` or `must_not: abstain` an answer."""

    name = "answered right"
    ability: ClassVar[About] = "abstention"
    source = "Selective answering (AbstentionBench, 2025); CRAFT, Silence."
    says = (
        "The share of cases that say whether a reply should answer, ask or decline in which it does so. Declining what could be answered "
        "costs minutes; answering what nothing answers (`answered unfounded`) can bind the company."
    )

    def read(self, case: Case, outcome: Outcome) -> Reading | None:
        """None for a case that does not say, or where no reply was made."""
        wanted, done = wanted_ways(case), way_taken(outcome)
        if not wanted or done is None:
            return None
        return Reading(float(done in wanted), "" if done in wanted else f"{' or '.join(wanted)} was wanted, it chose to {done}")


def wanted_ways(case: Case) -> tuple[Way, ...]:
    """What the case says a reply should do; empty: it does not say."""
    must = {(one.name, str(one.value).lower()) for one in case.must}
    never = {(one.name, str(one.value).lower()) for one in case.must_not}
    if ("abstain", "reply") in must or ("cover", "false") in must or ("cover", "true") in never:
        return ("decline",)
    if any(name == "ask" for name, _ in must):
        return ("ask",)
    if ("cover", "true") in must or ("cover", "false") in never or ("abstain", "reply") in never:
        # Who is not known well enough is asked first: that is no refusal.
        return ("answer", "ask")
    return ()


def way_taken(outcome: Outcome) -> Way | None:
    """What the reply does: a question with nothing cited before it is asking. None: no reply was made."""
    reply = outcome.of("reply")
    if reply is None or reply.state == "failed":
        return None
    if reply.state != "proposed":
        return "decline"
    found = sentences(reply.text)
    claims = any(citation.source.startswith(("passage:", "lever:")) for citation in reply.citations)
    claims = claims or any(figures(one.text) and not one.asks for one in found)
    return "ask" if any(one.asks for one in found) and not claims else "answer"
