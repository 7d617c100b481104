"""Where a text holds a fact, however it is written: `28 days` as `28-day`, `twenty-eight days` and `28 Tage`, `€40` as `40,00 EUR`.

A fact is some words. Its claims (numbers with units, money, dates …) are compared by what they say, all other words as words: `28 days`
is neither in `128 days` nor in `28 working days`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from copilot.checks.claims import Claim, plain, readings
from copilot.checks.normalise import fold
from copilot.checks.numerals import number_words, spelled
from copilot.checks.rewriting import rewritten
from copilot.checks.wording_tokens import Token, same, tokens

LONGEST_SENTENCE = 300
"""Characters of a sentence that are shown around a place."""
FACTORS = (1, 7, 12, 60, 1440)
"""What units are multiplied by: 28 days are also written as 4 weeks, a year as 12 months."""

RANGE = 40
"""Characters before a place in which the other end of a range is looked for."""
BIG = 100
"""From here on a number in words holds a word for hundreds."""
FIGURES = ("money", "number", "percent")
_PARAGRAPH = re.compile(r"(?:[^\n]|\n(?![^\S\n]*\n))+")
_END = re.compile(r"(?<=[.!?…])[\s]+(?=[^\s\d])|\n(?=[^\S\n]*(?:[-*+|#>]|\d+[.)]\s))")
"""Neither looks further than the next line: a text of nothing but line breaks would be read once from each of them."""
_BLANK = re.compile(r"\n\s*\n")
_RANGE_BEFORE = re.compile(r"\d\s*(?:-|–|—|to|bis|a|and|und|y|or|oder|o)\s*$", re.IGNORECASE)
_RANGE_AFTER = re.compile(r"\s*(?:-|–|—|to|bis|a)\s*\d", re.IGNORECASE)
_COMPOUND = re.compile(r"[\s-]?\w*(?:tag|tägig|taegig|monat|woch|wöch|jahr|jähr|stund|stünd|day)\w*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a text holds a fact: code points, end exclusive, and the sentence around it.

    `instead`: how the new value is written there; None: a person has to write it, and `why` says so. `sure`: it says the same in the same
    unit; else (`4 weeks` for `28 days`, an end of a range) a person should look before it is changed.
    """

    start: int
    end: int
    sentence: tuple[int, int]
    sure: bool = True
    instead: str | None = None
    why: str = ""


def places(text: str, old: str, new: str = "", language: str = "en") -> list[Place]:
    """Every place that holds `old`, and how `new` would be written there."""
    wanted = tokens(old.strip(), language)
    if not wanted:
        return []
    found: list[Place] = []
    for part in _PARAGRAPH.finditer(text):
        if _may_hold(part[0], wanted):
            found += _in(text, part.start(), part[0], wanted, old.strip(), new.strip(), language)
    return found


def holds(text: str, fact: str, language: str = "en") -> bool:
    """Whether a text says it."""
    return bool(places(text, fact, language=language))


def replaced(text: str, chosen: Sequence[Place]) -> str:
    """The text with what stands `instead` at each place; places without a new value stay as they are."""
    for place in sorted(chosen, key=lambda one: one.start, reverse=True):
        if place.instead is not None:
            text = text[: place.start] + place.instead + text[place.end :]
    return text


def sentence_of(text: str, place: Place) -> str:
    """The sentence as one line."""
    return " ".join(text[slice(*place.sentence)].split())


def sentences(text: str) -> list[str]:
    """Sentences and lines of lists, each as one line."""
    found = (" ".join(part.split()) for block in re.split(r"\n\s*\n", text) for part in _END.split(block))
    return [part for part in found if part]


def _may_hold(text: str, wanted: Sequence[Token]) -> bool:
    """Cheap: reading the claims of a text costs a hundred times more, and nearly no paragraph holds them."""
    folded = fold(text)
    if any(token.claim is None and token.key not in folded for token in wanted):
        return False
    return all(_may_claim(text, token.claim) for token in wanted if token.claim is not None)


def _may_claim(text: str, claim: Claim) -> bool:
    if claim.found is not None and claim.found.days:
        return any(str(day.day or day.year) in text for day in claim.found.days)
    if claim.kind not in FIGURES:
        return True
    written = {Decimal(value) / factor for value in claim.values for factor in FACTORS}
    wanted = {value for value in written if value == value.to_integral_value()} | {Decimal(value) for value in claim.values}
    digits = {format(value.normalize(), "f").partition(".")[0] for value in wanted}
    there = re.findall(r"\d+", re.sub(r"(?<=\d)[., '’](?=\d{3}(?!\d))", "", text))
    if not digits.isdisjoint(there):
        return True
    folded = fold(text)
    begun = any(word in folded for value in wanted for word in _beginnings(int(value)))
    return begun and any(Decimal(value) in wanted for _, _, value in number_words(text))


@cache
def _beginnings(number: int) -> frozenset[str]:
    """How a number in words may begin."""
    if number >= BIG:
        return frozenset({"hundred", "hundert", "cien", "thousand", "tausend", "mil", "doscien", "quinien", "setecien", "novecien"})
    words = (spelled(number, language) for language in ("en", "de", "es"))
    return frozenset(fold(re.split(r"[\s-]", word)[0]) for word in words)


def _in(text: str, offset: int, part: str, wanted: Sequence[Token], old: str, new: str, language: str) -> Iterator[Place]:
    there = tokens(part, language)
    for index in range(len(there) - len(wanted) + 1):
        run = there[index : index + len(wanted)]
        if all(_alike(a, b) for a, b in zip(run, wanted, strict=True)):
            yield _place(text, offset, part, run, wanted, old, new)
        elif len(wanted) == 1 and (place := _compound(text, offset, part, run[0], wanted[0])):
            yield place


def _alike(one: Token, other: Token) -> bool:
    if one.claim is None or other.claim is None:
        return one.claim is other.claim and one.key == other.key
    return same(one.claim, other.claim)


def _place(text: str, offset: int, part: str, run: Sequence[Token], wanted: Sequence[Token], old: str, new: str) -> Place:
    start, end = run[0].start, run[-1].end
    sentence = _sentence(text, offset + start, offset + end)
    ranged = bool(_RANGE_BEFORE.search(part[max(0, start - RANGE) : start]) or _RANGE_AFTER.match(part, end)) and run[0].claim is not None
    sure = not ranged and all(_unit_alike(a, b) for a, b in zip(run, wanted, strict=True))
    if not new:
        return Place(offset + start, offset + end, sentence, sure)
    if ranged:
        return Place(offset + start, offset + end, sentence, False, None, "It is an end of a range: write it by hand.")
    change = rewritten(part, run, old, wanted, new)
    if change is None:
        return Place(
            offset + start, offset + end, sentence, sure, None, "How the new value is written here is not known: write it by hand."
        )
    return Place(offset + change.start, offset + change.end, sentence, sure, change.text)


def _unit_alike(one: Token, other: Token) -> bool:
    """Written with the same number: not `4 weeks` for `28 days`, not `31.03.` for `31 March 2025`."""
    if one.claim is None or other.claim is None:
        return True
    if one.claim.found is not None and other.claim.found is not None:
        return one.claim.found.days == other.claim.found.days
    return not one.claim.values or not other.claim.values or not _number(one.claim.text).isdisjoint(_number(other.claim.text))


def _number(written: str) -> frozenset[str]:
    """The number as it stands there, before its unit multiplies it; money: its value."""
    digits = re.search(r"\d[\d., '’]*\d|\d", written)
    if digits:
        return frozenset(plain(value) for value in readings(digits[0]))
    return frozenset(str(value) for _, _, value in number_words(written))


def _compound(text: str, offset: int, part: str, token: Token, wanted: Token) -> Place | None:
    """`28-tägig`, `28 Kalendertage`: the number with a word that may be the unit. A person decides, and writes."""
    claim, other = token.claim, wanted.claim
    if claim is None or other is None or claim.unit or other.unit not in ("day", "month", "min", "wday") or not claim.values:
        return None
    word = _COMPOUND.match(part, token.end)
    if word is None or set(claim.values).isdisjoint(other.values):
        return None
    sentence = _sentence(text, offset + token.start, offset + word.end())
    return Place(offset + token.start, offset + word.end(), sentence, False, None, "It may say the same in another word: write it by hand.")


def _sentence(text: str, start: int, end: int) -> tuple[int, int]:
    """The sentence (or the line of a list) around a place."""
    # What is further away is cut off below: the costs follow the sentence, not the text.
    low, high = max(0, start - LONGEST_SENTENCE), min(len(text), end + LONGEST_SENTENCE)
    first = max((m.end() for m in _BLANK.finditer(text, low, start)), default=low)
    last = text.find("\n\n", end, high)
    last = high if last < 0 else last
    cuts = [first, *(m.end() for m in _END.finditer(text, first, last)), last]
    begin = max(cut for cut in cuts if cut <= start)
    stop = min(cut for cut in cuts if cut >= end)
    if stop - begin > LONGEST_SENTENCE:
        begin, stop = max(begin, start - LONGEST_SENTENCE // 2), min(stop, end + LONGEST_SENTENCE // 2)
    return begin, stop
