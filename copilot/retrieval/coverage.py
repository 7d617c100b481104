"""Does knowledge cover the question? The decision behind silence."""

from collections.abc import Sequence

from copilot.domain.conversation import Message
from copilot.domain.knowledge import Hit
from copilot.domain.turn import Coverage
from copilot.retrieval.contradictions import conflicts
from copilot.retrieval.query import SearchQuery

THRESHOLD = 0.5
"""Score of the best hit from which the question counts as covered.

A wrong "covered" (a bluff) is taken to cost twice a wrong silence, and two of three questions to be covered: the two cancel, so that the
score weighs both kinds of question alike, and at .5 either mistake costs the same. evals/bench/coverage.py prints what it does.
"""


def judge(query: SearchQuery, hits: Sequence[Hit], messages: Sequence[Message]) -> Coverage:
    """Whether the hits cover the query, and whether those that do contradict each other (their ids, newest first).

    A contradiction leaves `covered` as it is: both passages are there to be shown.
    """
    score = max((hit.score for hit in hits), default=0.0)
    if not query.terms:
        return _coverage(query, 0.0, False, _nothing_asked(messages))
    if not hits:
        return _coverage(query, 0.0, False, "Nothing was found on this question.")
    if score < THRESHOLD:
        return _coverage(query, score, False, f"Nothing answers this question; the nearest is “{hits[0].title}”.")
    pairs = conflicts([hit for hit in hits if hit.score >= THRESHOLD], query)
    if not pairs:
        return _coverage(query, score, True, f"“{hits[0].title}” is on this question.")
    ids = tuple(dict.fromkeys(hit.passage_id for hit in hits if any(hit in pair for pair in pairs)))
    one, other = pairs[0]
    return _coverage(query, score, True, f"“{one.title}” and “{other.title}” give different figures.").model_copy(update={"conflict": ids})


def _nothing_asked(messages: Sequence[Message]) -> str:
    said = any(message.author == "customer" and message.text.strip() for message in messages)
    return "The customer has asked nothing that knowledge could answer." if said else "The customer has written nothing yet."


def _coverage(query: SearchQuery, score: float, covered: bool, reason: str) -> Coverage:
    return Coverage(covered=covered, score=score, threshold=THRESHOLD, query=query.text, reason=reason)
