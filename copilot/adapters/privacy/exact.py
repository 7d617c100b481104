"""This customer's own values, found in a text however they are written: case, accents, spaces in numbers, parts of a name."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from copilot.adapters.privacy.everyday import EVERYDAY, PARTICLES
from copilot.adapters.privacy.spans import Span

_NAME = re.compile(r"[^\W\d_]+(?:[ .'’\-]+[^\W\d_]+)*\.?")
_WORDS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_NUMBER = re.compile(r"\+?[A-Za-z]{0,4}[\s\-]?[\d(][\dA-Za-z\s().\-/]*")
_GAP = r"[\s().\-/]{0,3}"
_COMBINING = "[\u0300-\u036f]*"
_SPELLED_OUT = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe", "å": "aa", "æ": "ae", "œ": "oe", "þ": "th"}
_PLAIN = {"ð": "d", "đ": "d", "ł": "l", "ø": "o", "ı": "i"}
"""Letters that Unicode does not take apart, and what they are written as where a keyboard lacks them."""
_MAX_PARTS = 6


class ExactValues:
    """Finds the given values in a text, longest first. `known` lists (label, value) in the order given, parts of names last."""

    def __init__(self, secrets: Sequence[str]) -> None:
        wholes = [value for secret in secrets if _masks(value := " ".join(secret.split()))]
        self.known: list[tuple[str, str]] = list(dict.fromkeys((_label(value), value) for value in wholes))
        patterns: dict[str, tuple[str, str]] = {_pattern(value): (label, value) for label, value in self.known}
        for label, part, pattern in _parts(wholes):
            if pattern not in patterns:
                patterns[pattern] = (label, part)
                self.known.append((label, part))
        ordered = sorted(patterns.items(), key=lambda item: -len(item[1][1]))
        self._values = [value for _, value in ordered]
        self._regex = re.compile(r"(?<!\w)(?:" + "|".join(f"({pattern})" for pattern, _ in ordered) + ")") if ordered else None

    def find(self, text: str) -> Iterator[Span]:
        """Every place where one of the values stands as a whole word."""
        if self._regex is None:
            return
        for match in self._regex.finditer(text):
            label, value = self._values[(match.lastindex or 1) - 1]
            yield Span(match.start(), match.end(), label, value)


def _masks(value: str) -> bool:
    """Is it long enough to be worth hiding? One letter or a number of one to three digits is in every text."""
    return len(value) >= 4 if value.isdigit() else len(value) >= 2 and any(c.isalnum() for c in value)


def _label(value: str) -> str:
    if "@" in value:
        return "EMAIL"
    if _NAME.fullmatch(value):
        return "NAME"
    if value.startswith(("+", "00")) and _is_number(value):
        return "PHONE"
    return "NUMBER" if _is_number(value) else "ADDRESS" if " " in value else "REFERENCE"


def _is_number(value: str) -> bool:
    """Mostly digits: a phone, card, account or IBAN, which people write with any spacing."""
    return bool(_NUMBER.fullmatch(value)) and sum(c.isdigit() for c in value) >= max(6, sum(c.isalpha() for c in value) * 2)


def _pattern(value: str) -> str:
    if _is_number(value):
        return _number_pattern(value)
    words = r"[\s,]+".join("".join(_letter(c) for c in word.rstrip(",")) for word in value.split())
    return _bounded(f"(?i:{words})", genitive=bool(_NAME.fullmatch(value)))


def _bounded(pattern: str, *, genitive: bool = False) -> str:
    """To the end of a word; with `genitive` also before a German genitive's s ("Schmidts"), which stays outside."""
    return pattern + (r"(?=[sS]?(?!\w))" if genitive else r"(?!\w)")


def _letter(character: str) -> str:
    """The letter with or without its accent, the accent apart (NFD), or spelled out (ü → ue)."""
    if character in "'’":
        return "['’]?"
    if not character.isalpha():
        return re.escape(character)
    base = unicodedata.normalize("NFD", character)[0].lower()
    base = _PLAIN.get(base, base)
    # The letter as it is: й and ή are letters of their own, of which the base alone (и, η) is another.
    form = f"[{base}{character.lower()}{_accented().get(base, '')}]{_COMBINING}"
    spelled = _SPELLED_OUT.get(character.lower())
    return f"(?:{spelled}|[{character}]|{form})" if spelled else form


@cache
def _accented() -> dict[str, str]:
    """Latin letter → the same letter with every accent European names use."""
    forms: dict[str, str] = {}
    for character in map(chr, range(0xE0, 0x180)):
        base = unicodedata.normalize("NFD", character)[0]
        if base != character and character.islower():
            forms[base] = forms.get(base, "") + character
    for character, base in _PLAIN.items():
        forms[base] = forms.get(base, "") + character
    return forms


def _number_pattern(value: str) -> str:
    """The digits and letters in order, with any usual spacing; a phone number also without or with another form of its country code."""
    characters = [c for c in value if c.isalnum()]
    spaced = _GAP.join(f"(?i:{re.escape(c)})" for c in characters)
    prefix = _country_code(value)
    if not prefix:
        return rf"{spaced}(?!\w)"
    national = _GAP.join(re.escape(c) for c in characters[len(prefix) :])
    return rf"(?:(?:\+|00){_GAP}{prefix}{_GAP}(?:\(?0\)?{_GAP})?|\(?0?{_GAP}){national}(?!\w)"


def _country_code(value: str) -> str:
    """The country code of an international phone number; empty when it is none."""
    if not value.startswith("+"):
        return ""
    import phonenumbers

    try:
        return str(phonenumbers.parse(value).country_code)
    except phonenumbers.NumberParseException:
        return ""


def _parts(values: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """(label, part, pattern) of what may stand alone: words of a name, the street of an address."""
    for value in values:
        if _NAME.fullmatch(value):
            words = _WORDS.findall(value)
            if 2 <= len(words) <= _MAX_PARTS:
                yield from (("NAME", word, _name_part(word)) for word in words if len(word) >= 2 and word.casefold() not in PARTICLES)
        elif "," in value and "@" not in value:
            for piece in (piece.strip() for piece in value.split(",")):
                if any(c.isdigit() for c in piece) and any(c.isalpha() for c in piece):
                    yield "ADDRESS", piece, _pattern(piece)


def _name_part(word: str) -> str:
    """A first or last name alone: in any case, but an everyday word only as a name is written ("Mark", not "mark")."""
    if word.casefold() in EVERYDAY:
        return _bounded(re.escape(word[:1].upper() + word[1:].lower()))
    return _bounded("(?i:" + "".join(_letter(c) for c in word) + ")", genitive=len(word) >= 4)
