"""A text as claims and words, so that two texts can be compared by what they say and not by how it is written."""

from collections.abc import Iterator
from dataclasses import dataclass

from copilot.checks.claims import Claim, claims
from copilot.checks.normalise import WORD, fold


@dataclass(frozen=True, slots=True)
class Token:
    """A claim, or a word between claims (`claim` None); `key`: the word as it is compared."""

    start: int
    end: int
    key: str
    claim: Claim | None = None


def tokens(text: str, language: str = "en") -> list[Token]:
    """Claims and the words between them, in order."""
    found: list[Token] = []
    taken = 0
    for claim in claims(text, language):
        if claim.span[0] < taken:
            continue
        found += _words(text, taken, claim.span[0])
        found.append(Token(*claim.span, "", claim))
        taken = claim.span[1]
    return [*found, *_words(text, taken, len(text))]


def same(one: Claim, other: Claim) -> bool:
    """Two claims say the same: `€40` and `40,00 EUR`, `28 days` and `4 weeks`, `31 March` and `31.03.` too."""
    if one.kind != other.kind or one.unit != other.unit:
        return False
    if one.found is not None and other.found is not None:
        if one.found.minutes is not None:
            return one.found.minutes == other.found.minutes
        return any(a.fits(b) and a.day == b.day for a in one.found.days for b in other.found.days)
    if one.values and other.values:
        return not set(one.values).isdisjoint(other.values)
    return fold(one.text) == fold(other.text)


def _words(text: str, start: int, end: int) -> Iterator[Token]:
    for match in WORD.finditer(text, start, end):
        yield Token(match.start(), match.end(), fold(match[0]))
