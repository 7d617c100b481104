"""Flesch reading ease.

206.835 - 1.015 x words per sentence - 84.6 x syllables per word: R. Flesch, "A new readability yardstick", Journal of Applied Psychology
32 (1948), 221-233. 90 is read by an eleven-year-old, 60-70 is plain English, below 30 needs a degree. Syllables are counted by groups of
vowels, as most tools do; packages that look them up fetch a dictionary from the network.
"""

import re
from typing import NamedTuple

MIN_WORDS = 100
"""Flesch measured samples of a hundred words; fewer say little."""
LONG_SENTENCE = 20
"""Words a sentence above which length is what makes a text hard."""
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_END = re.compile(r"(?<=[.!?…])[\"'”’)*_]*\s+|\n+")
_GROUPS = re.compile(r"[aeiouyáàâäéèêëíîïóôöúûü]+")
_SPLIT = re.compile(r"(?<![cgstq])i[ao]|(?<!p)eo|(?<!q)ual|uou|[aeiouy]ing$|yee|crea(?!m|s)|(?:id|ar)ea$|riet|quiet|scien|clien|diet")
"""Vowels side by side that are two syllables: bias, video, annual, going, quiet – but not special, nation, people."""
_CONTRACTED = re.compile(r"['’](?:s|t|ll|re|ve|d|m)?$")


class Measured(NamedTuple):
    """What a text came to."""

    ease: float
    words: int
    sentence_length: float
    syllables: float
    """Per word."""

    @property
    def why(self) -> str:
        """The figures, the one to work on first."""
        length, weight = f"{self.sentence_length:.0f} words a sentence", f"{self.syllables:.2f} syllables a word"
        return f"{length}, {weight}" if self.sentence_length > LONG_SENTENCE else f"{weight}, {length}"


def measured(text: str) -> Measured:
    """The reading ease of English prose, a paragraph a line. A text without words is easy."""
    sentences = [words for part in _END.split(text) if (words := _WORD.findall(part))]
    words = [word for sentence in sentences for word in sentence]
    if not words:
        return Measured(206.835, 0, 0.0, 0.0)
    length = len(words) / len(sentences)
    weight = sum(map(syllables, words)) / len(words)
    return Measured(206.835 - 1.015 * length - 84.6 * weight, len(words), length, weight)


def syllables(word: str) -> int:
    """About how many syllables an English word has; at least one for each of its parts."""
    return sum(_syllables(part) for part in re.split(r"['’-]", _CONTRACTED.sub("", word.lower())) if part) or 1


def _syllables(word: str) -> int:
    count = len(_GROUPS.findall(word)) + len(_SPLIT.findall(word))
    silent = re.search(r"[^aeiouyl]e$|[aeiouy]le$|[^aeiouytd]ed$|[^aeiouyscxzhg]es$|[aeiouy][^aeiouy]e(?:ly|ful|ment|ments)$", word)
    return max(1, count - bool(silent))
