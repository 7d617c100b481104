"""Quotations: where words of a source come back in a text, however they are spaced, cased or punctuated."""

import re
from collections.abc import Iterable, Iterator

from copilot.checks.kept import recent
from copilot.checks.normalise import WORD, Squeezed, fold, normalise, squeeze
from copilot.checks.sources import Source
from copilot.checks.spoken import Spoken
from copilot.memory.sentences import sentences

RUN = 6
"""Consecutive words that make a quotation."""
_SHORTEST = 20
"""Letters below which six words are too common to be one (`it is up to you to`)."""
_NEAR = 0.8
"""Share of a clause's words that makes a text near-verbatim."""
_FEWEST, _LETTERS = 7, 3
"""Words (of so many letters) below which nearness says nothing."""


@recent()
def runs(text: str, size: int = RUN) -> tuple[str, ...]:
    """Every `size` consecutive words of a text, squeezed; a shorter sentence counts whole when it has enough letters."""
    words = [fold(match[0]) for match in WORD.finditer(normalise(text).text)]
    runs = ("".join(words[index : index + size]) for index in range(len(words) - size + 1))
    return tuple(run for run in runs if len(run) >= _SHORTEST)


def quotations(
    words: Spoken, sources: Iterable[Source], allowed: Iterable[Source], size: int = RUN
) -> Iterator[tuple[Source, tuple[int, int]]]:
    """Each source that the words quote, with the place (normalised text); what the `allowed` sources say too is free."""
    told = squeeze(words.normal)
    free = "\n".join(source.squeezed for source in allowed)
    for source in sources:
        place = _verbatim(told, source.text, free, size) or _nearly(words, source.text, free)
        if place:
            yield source, place


def _verbatim(told: Squeezed, text: str, free: str, size: int) -> tuple[int, int] | None:
    places: list[tuple[int, int]] = []
    for run in runs(text, size):
        at = told.text.find(run)
        if at >= 0 and run not in free:
            places.append((told.places[at], told.places[at + len(run) - 1] + 1))
    return (min(a for a, _ in places), max(b for _, b in places)) if places else None


def _nearly(words: Spoken, text: str, free: str) -> tuple[int, int] | None:
    """A clause of the source whose words nearly all stand in one sentence of the text, and not in what is free."""
    told = [(sentence, _words(sentence.text)) for sentence in words.sentences()]
    for sentence in sentences(text):
        for clause in _CLAUSE.split(sentence.text):
            wanted = _words(clause)
            if len(wanted) < _FEWEST or sum(word in free for word in wanted) >= _NEAR * len(wanted):
                continue
            for said, own in told:
                if len(wanted & own) >= _NEAR * len(wanted):
                    return said.start, said.end
    return None


@recent()
def _words(text: str) -> frozenset[str]:
    return frozenset(word for match in WORD.finditer(text) if len(word := fold(match[0])) >= _LETTERS)


_CLAUSE = re.compile(r"[:;] | - | – ")
