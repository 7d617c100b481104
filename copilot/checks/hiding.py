"""Where a text gives a known detail away: plainly, in part, or hidden (spelled out, spaced, masked, backwards)."""

import re
from collections.abc import Iterator

from copilot.checks.normalise import WORD, fold, listed, squeeze, squeezed
from copilot.checks.numerals import spelled_digits
from copilot.checks.spoken import Spoken
from copilot.domain.memory import KnownDetail
from copilot.memory.disclosure import mentions_value
from copilot.memory.fields import shape_of

Place = tuple[int, int]

_PERSONAL_SHAPES = frozenset({"code", "digits", "last4", "phone", "email", "address", "name"})
_STREET_WORDS = frozenset(
    fold(word)
    for word in listed(
        "street st road rd avenue ave lane ln drive dr terrace close court ct way square sq place pl crescent gardens row hill "
        "boulevard blvd mews park house flat apartment apt floor "
        "straße strasse str weg platz allee gasse ufer damm ring chaussee haus wohnung calle avenida plaza paseo carrer piso "
        "puerta the and north south east west upper lower new old"
    )
)
_TAIL = re.compile(
    r"(?:end(?:s|ing)?|last|final|endet|endend|letzten?|terminad[ao]s?|acabad[ao]s?|termina|acaba|"
    r"(?<![*x•.#])[*x•.#]{2,}+)[^\d\n]{0,24}?(\d{2,})(?!\d)",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d(?:[ \-.,/()]{0,2}\d){3,}")
_ENDS_WITH_FOUR = re.compile(r"(?<!\d)\d{4}$")
_MASKED = re.compile(r"(?P<first>[\w])[\w]?[*•.·x]{2,40}[\w]{0,3}\s?@\s?(?P<domain>[\w.-]+)", re.IGNORECASE)
_TELLING, _SHORT_LOCAL = 4, 4
"""Digits of a long number, and letters of a mail address's first part, that tell who it is."""
_BACKWARDS = 6


def is_personal(detail: KnownDetail) -> bool:
    """Whether the value points to this one person (a number, an address), not to something many have (a route, a tier)."""
    return shape_of(detail.field) in _PERSONAL_SHAPES or "@" in detail.value or len(re.sub(r"\D", "", detail.value)) >= _TELLING


def places_of(words: Spoken, detail: KnownDetail) -> list[Place]:
    """Where the words give the detail's value or a telling part of it away; places in the normalised text."""
    value = detail.value.strip()
    if not value:
        return []
    found = list(mentions_value(words.normal.text, detail))
    found.extend(_backwards(words, value))
    digits = re.sub(r"\D", "", value)
    if len(digits) >= _TELLING and len(digits) * 2 >= len(re.sub(r"\W", "", value)):
        found.extend(_digits(words, digits))
    elif tail := _ENDS_WITH_FOUR.search(value):  # Visa ending 2251
        found.extend(_digits(words, tail[0]))
    if "@" in value:
        found.extend(_email(words, value))
    elif is_personal(detail) and " " not in value and len(squeezed(value)) > _TELLING:
        found.extend(_squeezed(words, squeezed(value)))
    if shape_of(detail.field) == "address":
        found.extend(_street(words, value))
    return _apart(found)


def _apart(places: list[Place]) -> list[Place]:
    """Overlapping places as one."""
    kept: list[Place] = []
    for start, end in sorted(places):
        if kept and start < kept[-1][1]:
            kept[-1] = (kept[-1][0], max(end, kept[-1][1]))
        else:
            kept.append((start, end))
    return kept


def _digits(words: Spoken, digits: str) -> Iterator[Place]:
    """Runs of digits, also read out in words, that are the number's beginning or end; and `ending in 21`."""
    text = words.normal.text
    runs = [(match.span(), re.sub(r"\D", "", match[0])) for match in _DIGITS.finditer(text)]
    runs += [((start, end), read) for start, end, read in spelled_digits(text)]
    for place, run in runs:
        bare = run.lstrip("0")
        if (len(run) >= _TELLING and digits.endswith(run)) or (
            len(bare) >= _TELLING
            and (digits.endswith(bare) or digits.startswith(run) or (len(bare) > _BACKWARDS and bare in digits) or digits in run)
        ):
            yield place
    for match in _TAIL.finditer(text):
        if digits.endswith(match[1]):
            yield match.span(1)


def _email(words: Spoken, value: str) -> Iterator[Place]:
    """The first part alone, or a mask that leaves the first letter and the domain."""
    local, _, domain = value.partition("@")
    text = words.normal.text
    if len(local) >= _SHORT_LOCAL and not local.isalpha():  # `robert` alone is a name
        yield from (match.span() for match in re.finditer(rf"(?<![\w.]){re.escape(local)}(?![\w])", text, re.IGNORECASE))
        yield from _squeezed(words, squeezed(value))
    for match in _MASKED.finditer(text):
        if match["domain"].casefold().rstrip(".") == domain.casefold() and match["first"].casefold() == local[:1].casefold():
            yield match.span()


def _squeezed(words: Spoken, value: str) -> Iterator[Place]:
    """However it is spaced, cased or punctuated."""
    told = squeeze(words.normal)
    at = told.text.find(value) if value else -1
    if at >= 0:
        yield told.places[at], told.places[at + len(value) - 1] + 1


def _backwards(words: Spoken, value: str) -> Iterator[Place]:
    plain = squeezed(value)
    if len(plain) >= _BACKWARDS and plain != plain[::-1]:
        yield from _squeezed(words, plain[::-1])


def _street(words: Spoken, value: str) -> Iterator[Place]:
    """The street's own name, without its number: the part that holds a number and is no postcode with its town."""
    parts = [part.strip() for part in re.split(r"[,\n;]", value) if part.strip()]
    street = next((part for part in parts if re.search(r"\d", part) and not re.match(r"\d{4,6}\s", part)), parts[0] if parts else "")
    telling = {word for match in WORD.finditer(street) if (word := fold(match[0])).isalpha() and len(word) >= _TELLING} - _STREET_WORDS
    for match in WORD.finditer(words.normal.text):
        if fold(match[0]) in telling and match[0][:1].isupper():
            yield match.span()


def name_places(words: Spoken, name: str) -> Iterator[Place]:
    """Where a name stands as a name: capitalised, and not just the first word of a sentence that is also a word (`Will you …`)."""
    text = words.normal.text
    for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE):
        if not match[0][:1].isupper():
            continue
        begins = not re.search(r"[^\s.!?\"'(]\s*$", text[: match.start()])
        ends = re.match(r"\s*(?:[,!?.:;]|$|\n)", text[match.end() :])
        if not begins or ends:
            yield match.span()
