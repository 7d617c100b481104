"""answered right: answers what can be answered, asks what has to be asked, stays silent where nothing is known."""

from typing import ClassVar, Literal

from evals.casebook.format import Case
from evals.metrics.base import About, CaseMetric, Reading
from evals.outcome import Outcome
from evals.reading.figures import figures
from evals.reading.words import COMMITS, sentences

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
        wanted, done = wanted_ways(case), ways_taken(outcome)
        if not wanted or not done:
            return None
        right = bool(set(wanted) & done)
        return Reading(float(right), "" if right else f"{' or '.join(wanted)} was wanted, it chose to {' and '.join(sorted(done))}")


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


def ways_taken(outcome: Outcome) -> set[Way]:
    """What the reply does: it may tell something and ask something. Empty: no reply was made."""
    reply = outcome.of("reply")
    if reply is None or reply.state == "failed":
        return set()
    if reply.state != "proposed":
        return {"decline"}
    asks = any(one.asks for one in sentences(reply.text))
    tells = any(citation.source.startswith(("passage:", "lever:")) for citation in reply.citations)
    tells = tells or any(figures(one.text) and not one.asks and not COMMITS.search(one.text) for one in sentences(reply.text))
    ways: dict[Way, bool] = {"ask": asks, "answer": tells or not asks}
    return {way for way, taken in ways.items() if taken}
