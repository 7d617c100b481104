"""Text into sentences with their places, so that everything read from a message can be traced to its words."""

import re
from typing import NamedTuple

LONGEST = 20_000
"""Characters of one message that are read; nobody promises anything on page ten of a pasted log."""


def word_list(text: str) -> frozenset[str]:
    """Words written as one reads them, separated by spaces."""
    return frozenset(text.split())


_LONGEST_SENTENCE = 800

_ABBREVIATIONS = word_list(
    """
    mr mrs ms dr prof st no nr approx ca bzw usw etc vs tel str sr sra ud uds z.b d.h u.a e.g i.e p.ej a.m p.m inkl max min
    inc
    """
)
_MONTH = re.compile(r"\s+(?:jan|feb|mär|mar|apr|mai|may|jun|jul|aug|sep|okt|oct|nov|dez|dec)", re.IGNORECASE)
_STOP = re.compile(r"[.!?…]+[\"'”’»)]*(?=\s|$)|\n[ \t]*\n\s*|\n(?=[ \t]*(?:[-*•>]|\d+[.)]\s|[A-ZÄÖÜÁÉÍÓÚÑ¿¡]))")
_QUOTED = re.compile(
    r"^[ \t]*>.*$|^-{2,} ?(?:Original Message|Ursprüngliche Nachricht|Mensaje original)[\s\S]*", re.MULTILINE | re.IGNORECASE
)


class Sentence(NamedTuple):
    """A sentence and its place: code points of the whole text, end exclusive."""

    text: str
    start: int
    end: int

    @property
    def asks(self) -> bool:
        """Whether it ends as a question."""
        return self.text.rstrip("\"'”’») ").endswith("?")


def sentences(text: str) -> list[Sentence]:
    """The sentences of `text`, without surrounding white space; empty ones are left out."""
    text = text[:LONGEST]
    found: list[Sentence] = []
    start = 0
    for stop in _STOP.finditer(text):
        if _goes_on(text, stop):
            continue
        _add(found, text, start, stop.end())
        start = stop.end()
    _add(found, text, start, len(text))
    return found


def unquoted(text: str) -> str:
    """`text` with quoted lines and forwarded mail blanked; every remaining character keeps its place."""
    return _QUOTED.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text[:LONGEST])


def _goes_on(text: str, stop: re.Match[str]) -> bool:
    """A dot of an abbreviation, an initial, or a German day of the month does not end a sentence."""
    if stop.group()[0] != "." or len(stop.group()) > 1:
        return False
    after = text[stop.end() : stop.end() + 12]
    before = re.search(r"[\w.]+$", text[max(0, stop.start() - 12) : stop.start()])
    word = before.group().lower() if before else ""
    if word.isdigit() and len(word) <= 2 and _MONTH.match(after):
        return True
    if word in ("a.m", "p.m"):
        return not re.match(r"\s+[A-ZÄÖÜ]|\s*$", after)
    if word in ("no", "nr"):
        return bool(re.match(r"\s*\d", after))
    return word in _ABBREVIATIONS or (len(word) == 1 and word.isalpha() and before is not None and before.group().isupper() and word != "i")


def _add(found: list[Sentence], text: str, start: int, end: int) -> None:
    """The piece as a sentence; what no person would call one (a pasted log) is cut, so that reading it stays fast."""
    while start < end:
        stop = min(end, start + _LONGEST_SENTENCE)
        piece = text[start:stop]
        inner = piece.strip()
        if inner:
            offset = start + piece.index(inner)
            found.append(Sentence(inner, offset, offset + len(inner)))
        start = stop
