"""Text as a reader perceives it, with the way back to the code points that were written.

A model that obeys an attacker hides things: full-width digits, look-alike letters, zero-width characters, `f i v e`. Checks compare the
perceived text, and report places in the written one.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from copilot.checks.kept import WORDS, kept_with, recent

_DROPPED = {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)}
"""Code points that show nothing and are not of category Cf: joiners, fillers, variation selectors."""

_LOOKALIKES = str.maketrans(
    "АВЕЅІЈКМНОРСТХУаеѕіјорсхуԁɡɑΑΒΕΖΗΙΚΜΝΟΡΤΥΧανορτυıſ",
    "ABESIJKMHOPCTXYaesijopcxydgaABEZHIKMNOPTYXavoptuis",
)
"""Cyrillic, Greek and phonetic letters that look like Latin ones (after Unicode TS 39, the part that three languages need)."""

_PLAIN = str.maketrans({"‘": "'", "’": "'", "‚": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"'}) | dict.fromkeys(
    (*range(8208, 8214), 8259, 8722, 65112, 65293), "-"
)
_SPACED = re.compile(r"(?<![^\W_])(?:[^\W_]([ .\-_*·]))(?:[^\W_]\1)+[^\W_](?![^\W_])")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_ODD = re.compile(r"[\x00-\x7f]?[^\x00-\x7f]+")
"""Where a text has more than ASCII, with the letter before it (a combining mark changes it)."""
_ZEROS = re.compile(r"(?<=\d)(?:[Oo]{2,}\b|O\b|[Oo](?=\d))")


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Normal:
    """Perceived text and, for each of its characters, where it begins and ends in the source."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """A place in the perceived text → code points of the source, end exclusive."""
        if start >= end:
            return (0, 0)
        return self.starts[start], self.ends[end - 1]


@recent()
def normalise(text: str) -> Normal:
    """NFKC, invisible characters dropped, look-alikes and digits of other scripts as Latin, letter-spaced words joined."""
    if text.isascii() and not _CONTROL.search(text):
        return _zeros(_joined(Normal(text, range(len(text)), range(1, len(text) + 1))))
    chars: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    latin = _mostly_latin(text)
    position = 0
    # What is plain is taken over as it stands; where controls have to go, nothing is.
    odd = [match.span() for match in _ODD.finditer(text)] if not _CONTROL.search(text) else [(0, len(text))]
    for first, last in odd:
        chars.append(text[position:first])
        starts.extend(range(position, first))
        ends.extend(range(position + 1, first + 1))
        position = last
        for start, end in _clusters(text, first, last):
            for char in _perceived(text[start:end], latin):
                chars.append(char)
                starts.append(start)
                ends.append(end)
    chars.append(text[position:])
    starts.extend(range(position, len(text)))
    ends.extend(range(position + 1, len(text) + 1))
    return _zeros(_joined(Normal("".join(chars), tuple(starts), tuple(ends))))


def _clusters(text: str, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Each character with the combining marks that follow it: they are normalised together."""
    for index in range(start + 1, stop + 1):
        if index == stop or text[index] < "\u0300" or not unicodedata.combining(text[index]):
            yield start, index
            start = index


def _perceived(cluster: str, latin: bool) -> str:
    if cluster.isascii():
        return "" if _CONTROL.match(cluster) else cluster
    shown = unicodedata.normalize("NFKC", cluster).translate(_PLAIN)
    shown = "".join(_digit(char) for char in shown if _visible(char))
    return shown.translate(_LOOKALIKES) if latin else shown


def _visible(char: str) -> bool:
    if ord(char) in _DROPPED or "\u0300" <= char <= "\u036f":
        return False
    return char in "\n\t" or unicodedata.category(char) not in ("Cf", "Cc", "Co", "Cs", "Me")


def _digit(char: str) -> str:
    if char.isspace():
        return char if char in "\n\t" else "\n" if char in "\u2028\u2029" else " "
    value = unicodedata.digit(char, None)
    return char if value is None else str(value)


def _mostly_latin(text: str) -> bool:
    """Look-alikes are folded only where Latin rules: in a Russian or Greek text they are letters of their own."""
    if text.isascii():
        return False
    other = sum("\u0370" <= char <= "\u052f" for char in text)
    return other * 2 < sum(char.isalpha() for char in unicodedata.normalize("NFKC", text))


def _joined(normal: Normal) -> Normal:
    """`f i v e` and `5-0-0` (one separator throughout, three signs or more) without the separators."""
    keep = [True] * len(normal.text)
    for match in _SPACED.finditer(normal.text):
        for index in range(match.start() + 1, match.end(), 2):
            keep[index] = False
    if all(keep):
        return normal
    kept = [index for index, stays in enumerate(keep) if stays]
    return Normal("".join(normal.text[i] for i in kept), tuple(normal.starts[i] for i in kept), tuple(normal.ends[i] for i in kept))


def _zeros(normal: Normal) -> Normal:
    """`5OO` is read as 500."""
    text = _ZEROS.sub(lambda match: "0" * len(match[0]), normal.text)
    return normal if text == normal.text else Normal(text, normal.starts, normal.ends)


@recent(WORDS)
def fold(word: str) -> str:
    """A word as it is compared: no case, no accents, ß as ss, and ä = ae = a."""
    plain = word.casefold()
    if not plain.isascii():
        plain = "".join(char for char in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(char))
    return plain.replace("ae", "a").replace("oe", "o").replace("ue", "u")


@dataclass(frozen=True, slots=True)
class Squeezed:
    """Letters and digits only, folded: word limits and punctuation cannot hide a quotation. `places` lead back to the Normal."""

    text: str
    places: tuple[int, ...]

    def span(self, start: int, end: int, normal: Normal) -> tuple[int, int]:
        """A place in the squeezed text → code points of the source."""
        return normal.span(self.places[start], self.places[end - 1] + 1)


WORD = re.compile(r"[^\W_]+")


@kept_with
def squeeze(normal: Normal) -> Squeezed:
    """Every word folded and joined to the next."""
    chars: list[str] = []
    places: list[int] = []
    for match in WORD.finditer(normal.text):
        folded = fold(match[0])
        chars.append(folded)
        # Folding may lengthen (ß) or shorten (ae) a word: places stay within the word, in order.
        places.extend(match.start() + min(i, match.end() - match.start() - 1) for i in range(len(folded)))
    return Squeezed("".join(chars), tuple(places))


@recent()
def squeezed(text: str) -> str:
    """The squeezed text alone."""
    return "".join(fold(word) for word in WORD.findall(normalise(text).text))


def listed(words: str) -> list[str]:
    """A list of words that is written as one text."""
    return words.split()


@recent()
def content_words(text: str) -> tuple[str, ...]:
    """Folded words of four letters or more, and numbers."""
    return tuple(word for match in WORD.finditer(text) if len(word := fold(match[0])) > 3 or word.isdigit())
