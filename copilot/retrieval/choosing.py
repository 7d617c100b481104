"""From candidates in their order to the list: copies, slices of one article and what a rule blocks are left out."""

from collections.abc import Mapping
from dataclasses import dataclass

from copilot.domain.knowledge import Passage
from copilot.retrieval.explaining import Verdict
from copilot.retrieval.fusion import Found, same_text
from copilot.retrieval.steering import Steering
from copilot.retrieval.words import stem, tokens

PER_ARTICLE = 3
"""Pieces of one article among the hits: the list shows sources, not one article in slices."""

COPY = 0.9
"""Share of words from which two passages are copies of each other; the better one is shown."""


@dataclass(frozen=True)
class Chosen:
    """A candidate with its passage and the stems of the passage's text."""

    found: Found
    passage: Passage
    words: frozenset[str]
    pinned: bool = False


@dataclass(frozen=True)
class Offered:
    """What became of a candidate; `like` is the passage it copies."""

    found: Found
    passage: Passage | None
    verdict: Verdict
    like: str = ""


class Choice:
    """The list as it grows."""

    def __init__(self, limit: int, steering: Steering) -> None:
        self.limit = limit
        self.steering = steering
        self.taken: list[Chosen] = []
        self.offered: dict[str, Offered] = {}
        """Every candidate that was read, by id."""
        self._met: dict[str, list[Found]] = {}

    @property
    def full(self) -> bool:
        return len(self.taken) >= self.limit

    @property
    def ranked(self) -> list[Chosen]:
        """What search itself put first, and what follows; what a rule put there only where there is nothing else."""
        return [chosen for chosen in self.taken if not chosen.pinned] or self.taken

    def meet(self, candidate: Found, passage: Passage) -> None:
        """Something that may be shown, whether or not the list has room for it."""
        if not self.steering.blocks(passage):
            self._met.setdefault(passage.article_id, []).append(candidate)

    def rivals(self) -> tuple[Found, list[Found]]:
        """The nearest passage of the first ranked hit's article, and those of all other articles that were met, at least one hit given."""
        own = self.ranked[0]
        best = {article: max(found, key=lambda f: (f.meaning or 0.0, f.words)) for article, found in self._met.items()}
        return best.pop(own.passage.article_id, own.found), list(best.values())

    def pin(self, candidate: Found, passages: Mapping[str, Passage]) -> None:
        """Take it if a rule wants it, before all others: each pinned passage, and of a pinned article the first that comes."""
        if (passage := passages.get(candidate.id)) is None:
            return
        steering = self.steering
        present = any(chosen.passage.article_id == passage.article_id for chosen in self.taken)
        if passage.id in steering.pinned_passages or (passage.article_id in steering.pinned_articles and not present):
            self._offer(candidate, passage, pinned=True)

    def offer(self, candidate: Found, passage: Passage | None) -> None:
        """The next best. `passage` is None when the record does not give it."""
        if candidate.id not in self.offered:
            self._offer(candidate, passage, pinned=False)

    def _offer(self, candidate: Found, passage: Passage | None, *, pinned: bool) -> None:
        if passage is None:
            self.offered[candidate.id] = Offered(candidate, None, "not_in_record")
            return
        words = frozenset(map(stem, tokens(passage.text)))
        verdict, like = self._verdict(passage, words)
        self.offered[candidate.id] = Offered(candidate, passage, verdict, like)
        if verdict == "hit":
            self.taken.append(Chosen(candidate, passage, words, pinned))

    def _verdict(self, passage: Passage, words: frozenset[str]) -> tuple[Verdict, str]:
        if self.steering.blocks(passage):
            return "blocked", ""
        # Under another title the same sentence says something else: "Breakfast is included" at two hotels.
        for other in self.taken:
            if other.passage.title == passage.title and same_text(words, other.words, COPY):
                return "copy", other.passage.id
        if self.full:
            return "below_list", ""
        if sum(other.passage.article_id == passage.article_id for other in self.taken) >= PER_ARTICLE:
            return "enough_of_article", ""
        return "hit", ""
