"""Who was told so: what was sent, held against what an article wrongly said. No model: the value, its writings, and the words around it."""

from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz.fuzz import token_set_ratio

from copilot.checks.article_facts import spots
from copilot.checks.facts import LONGEST_SENTENCE, Place, holds, places, sentence_of, sentences
from copilot.checks.wording_tokens import tokens
from copilot.domain.knowledge import Article
from copilot.domain.recalls import SentWords
from copilot.retrieval.passages import plain_text, split
from copilot.retrieval.words import stems

ALIKE = 85
"""Likeness (0–100) of a sentence that was edited to the one that was wrong."""
SENTENCE_WORDS = 6
"""From so many words on, `wrong` is a sentence, which may have been edited, and not only a value."""
NEAR = 2
"""Words of the subject that an agent's own sentence has to hold beside the value."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """What was wrong: the sources that said so, the words around it, and the sentences."""

    value: str
    right: str
    sources: frozenset[str]
    subject: frozenset[str]
    language: str

    @property
    def is_sentence(self) -> bool:
        return len(tokens(self.value)) >= SENTENCE_WORDS

    @property
    def values(self) -> list[str]:
        """The value; of a sentence, the sentence and what it claims that is not right, too."""
        if not self.is_sentence:
            return [self.value]
        claimed = [self.value[token.start : token.end] for token in tokens(self.value, self.language) if token.claim is not None]
        return [self.value, *(one for one in claimed if not holds(self.right, one, self.language))]


def wrong_of(revisions: Iterable[Article], value: str, right: str) -> Wrong:
    """What these revisions said. Without sources none of them says it."""
    sources: set[str] = set()
    around: list[str] = []
    language = "en"
    for article in revisions:
        language = article.locale or language
        found = spots(article, value)
        sources |= {f"lever:{spot.label}" for spot in found if spot.kind in ("offer", "limit", "condition")}
        sources |= {f"passage:{passage.id}" for passage in split(article) if _says(passage.text, value, language)}
        around += [article.title, *(spot.sentence for spot in found)]
    return Wrong(value, right, frozenset(sources), _subject(" ".join(around), value), language)


def told(words: SentWords, wrong: Wrong) -> tuple[str, bool] | None:
    """(the sentence as it was sent, whether it is sure); None: they were not told so.

    Sure: it came from a draft that quotes what was wrong, and still says it about the same thing. A sentence that says what is right, too,
    corrects it.
    """
    cited = not wrong.sources.isdisjoint(words.sources)
    best: tuple[str, bool] | None = None
    for sentence, about in _candidates(words.text, wrong):
        if wrong.right and holds(sentence, wrong.right, wrong.language):
            continue
        near = len(wrong.subject.intersection(stems(about)))
        if cited and near:
            return sentence, True
        if cited or near >= NEAR:
            best = best or (sentence, False)
    return best


def _candidates(text: str, wrong: Wrong) -> Iterable[tuple[str, str]]:
    """(sentence, the words around it) that may say it: the value, or of a sentence the values it holds and whatever is much like it."""
    for value in wrong.values:
        for place in places(text, value, language=wrong.language):
            yield sentence_of(text, place), _around(text, place)
    if wrong.is_sentence:
        for sentence in sentences(text):
            if token_set_ratio(sentence, wrong.value) >= ALIKE:
                yield sentence[:LONGEST_SENTENCE], sentence


def _around(text: str, place: Place) -> str:
    """The sentence with the one before and the one after."""
    start, end = place.sentence
    before, after = sentences(text[:start])[-1:], sentences(text[end:])[:1]
    return " ".join([*before, text[start:end], *after])


def _says(text: str, value: str, language: str) -> bool:
    if holds(text, value, language):
        return True
    whole = plain_text(text)
    return len(tokens(value)) >= SENTENCE_WORDS and any(token_set_ratio(one, value) >= ALIKE for one in sentences(whole))


def _subject(text: str, value: str) -> frozenset[str]:
    return frozenset(stem for stem in stems(text) if not stem.isdigit()) - frozenset(stems(value) if _few(value) else ())


def _few(value: str) -> bool:
    return len(tokens(value)) < SENTENCE_WORDS
