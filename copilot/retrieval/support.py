"""Did an answer come from the articles that search found, or did a person have to know it?"""

from collections.abc import Sequence

from copilot.domain.knowledge import Hit
from copilot.retrieval.words import FILLER, stem, telling, tokens

SUBSTANCE = 8
"""Telling words of an answer that can be compared; "yes, until Friday" is in no article and in all."""
FROM_HERE = 0.5
"""Share of its telling words that the found passages hold when an answer is from there. Of the sample company's history: of 27 answers to
questions whose best passage was near but beside the point 22 lie below; of 44 that articles give, or that are about one case, 9."""


def says_something(answer: str) -> bool:
    """Whether an answer has enough words to be compared."""
    return len(_telling(answer)) >= SUBSTANCE


def came_from(answer: str, hits: Sequence[Hit]) -> bool:
    """Whether the passages hold what was answered; true of an answer too short to tell."""
    said = _telling(answer)
    if len(said) < SUBSTANCE:
        return True
    held = {stem(word) for hit in hits for word in tokens(f"{hit.title} {hit.heading} {hit.text}")}
    return len(said & held) >= FROM_HERE * len(said)


def _telling(text: str) -> set[str]:
    return {stem(word) for word in tokens(text) if telling(word) and word.lower() not in FILLER}
