"""A search that says of every candidate what it was rated by and what became of it."""

from typing import Literal

from copilot.domain.base import Frozen
from copilot.domain.knowledge import Hit, Passage
from copilot.retrieval.query import SearchQuery

Verdict = Literal["hit", "below_list", "copy", "enough_of_article", "blocked", "not_in_record"]

REASONS: dict[Verdict, str] = {
    "hit": "Found.",
    "below_list": "Others fit better.",
    "copy": "Says the same as a passage above it.",
    "enough_of_article": "Its article is there with enough passages.",
    "blocked": "A rule blocks it for this question.",
    "not_in_record": "Not to be shown here: unpublished, not valid now, or for another audience, language or product.",
}


class Rating(Frozen):
    """By what a passage was judged, and what became of it."""

    passage_id: str
    words: float
    """BM25-like score, which grows with how often words match and where they stand; 0 without any of the question's words."""
    covered: float
    """0–1: the part of what the question's words tell that it has."""
    meaning: float | None
    """Cosine with the question; None when there are no vectors."""
    named: float
    """0–1: how surely its title is what the conversation is about."""
    rank: float
    """What they come to: candidates are sorted by it."""
    place: int
    """In that order, from 1."""
    score: float | None
    """0–1: how likely it answers the question, by itself; None when the record does not give it."""
    verdict: Verdict
    shown: int = 0
    """Its place among the hits, from 1; 0 when it is none."""
    pinned: bool = False


class Candidate(Rating):
    """What an index proposed, or a rule named."""

    passage: Passage | None
    """None when the record does not give it."""
    like: str = ""
    """The passage that it is a copy of."""

    @property
    def reason(self) -> str:
        """The verdict, for people."""
        return "A rule pins it for this question." if self.pinned and self.verdict == "hit" else REASONS[self.verdict]


class Explanation(Frozen):
    """The hits of a search, and every candidate it considered, in the order of their rank."""

    query: SearchQuery
    hits: tuple[Hit, ...]
    candidates: tuple[Candidate, ...] = ()
    degraded: str = ""
