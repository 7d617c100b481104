"""Masking who a person is: names on record and names people give themselves. Who someone *is* never moves emotion."""

import re
import unicodedata
from collections.abc import Sequence

from copilot.sensing.lexicon import is_feeling_word
from copilot.sensing.phrases import words

MASK = "[NAME]"
"""The mask GoEmotions uses, so that the trained head has seen it."""

_ORDINARY = words(
    """will may joy hope grace faith mark bill rich an do so no to long young good love best bliss june april august summer dawn eve day
    page price cash sue pat chase chance frank art gene grant miles jack rob penny ray rose ruby sandy violet wade ward short small
    little brown white black green gray king major nice fair moody strong swift sharp sad angry cross bitter he she they you me my we us
    is in it on or as at be by go if of up her his the and for not but one all any can new old man son din tan mad max late never ever
    always said sent sorry thank thanks please help real true wait stone bush wood field hall west east north south lane church fox wolf
    bird fish hunter baker cook carter mason taylor turner miller cooper fisher carpenter power banks post read"""
)
"""Names that are also words: masked only where written as a name (capitalised inside a sentence, or beside another name)."""

_BEGINNERS = words(
    """will may do so no an to he she they you me my we us is in it on or as at be by go if of up her his the and for not but one all any
    can new never ever always said sorry thank thanks please help wait good best long early late love hope mark bill fair nice sad angry"""
)
"""Of these, words that begin sentences: there a capital letter makes no name of them."""

_TITLE = r"(?:(?:mr|mrs|ms|miss|mx|dr|prof|sir|madam|herr|frau|mme|señora?|sig\.?ra?)\b\.?[ \t]+)"
_CAP = r"(?-i:[^\W\d_a-z][\w'’-]*)"
_RUN = re.compile(
    rf"{_TITLE}?{re.escape(MASK)}(?:['’]s)?(?:[ \t]+(?:(?:van|von|de|da|al|bin|der|den)[ \t]+)*{re.escape(MASK)})*", re.IGNORECASE
)
_INTRODUCED = re.compile(
    rf"\b(?P<lead>my name is|my name's|i am called|this is|name:|i'm|i am)[ \t]+{_TITLE}?(?P<name>{_CAP}(?:[ \t]+{_CAP}){{0,4}})"
    r"(?P<after>(?=[ \t]*(?:[.,;!\n]|$|and\b|from\b|here\b|speaking\b|calling\b|writing\b|with\b|-|–)))",
    re.IGNORECASE | re.MULTILINE,
)
_TITLED = re.compile(rf"\b{_TITLE}{_CAP}(?:[ \t]+{_CAP}){{0,3}}", re.IGNORECASE)
_NOT_NAMES = words("i not so very really still ridiculous unacceptable it your what why how the this that urgent never always")


def mask_names(text: str, names: Sequence[str]) -> str:
    """Every name by exact value, without regard to case or accents, at word boundaries; then names people introduce themselves by.

    Neighbouring masks, with the title before them, become one: so a name of one word and one of five leave the same text.
    """
    text = unicodedata.normalize("NFC", text)
    for pattern in _patterns(names):
        text = _replace(text, pattern)
    text = _INTRODUCED.sub(_introduction, text)
    text = _TITLED.sub(MASK, text)
    return _RUN.sub(MASK, text)


def _patterns(names: Sequence[str]) -> list[re.Pattern[str]]:
    """Two alternations over folded names, longest first: the plain ones, then those that are words too."""
    full = {_fold(name.strip()) for name in names if name.strip()}
    parts = {part for name in full for part in re.split(r"[\s,.]+", name) if len(part) > 1 or not part.isascii()}
    found = sorted(full | parts, key=lambda name: (-len(name), name))
    groups = ([n for n in found if n not in _ORDINARY], [n for n in found if n in _ORDINARY])
    return [re.compile("|".join(map(_pattern, group))) for group in groups if group]


def _pattern(name: str) -> str:
    written = r"[ \t]+".join(re.escape(word) for word in name.split())
    if any(unicodedata.east_asian_width(letter) == "W" for letter in name):
        return written  # scripts without spaces have no word boundary to ask for
    return rf"(?<![\w\[]){written}(?![\w\]])"


def _replace(text: str, pattern: re.Pattern[str]) -> str:
    pieces, end = [], 0
    for found in pattern.finditer(_fold(text)):
        if _is_word_here(text, found):
            continue
        pieces += [text[end : found.start()], MASK]
        end = found.end()
    return "".join([*pieces, text[end:]])


def _is_word_here(text: str, found: re.Match[str]) -> bool:
    """True where a name that is also a word (Will, Joy, May) is used as the word."""
    if found[0] not in _ORDINARY:
        return False
    before, after = text[: found.start()].rstrip(" \t"), text[found.end() :].lstrip(" \t")
    if before.endswith(MASK) or after.startswith(MASK):
        return False
    if not text[found.start() : found.end()].istitle():
        return True
    begins = not before or before[-1] in '.!?\n"“('
    named = not begins or found[0] not in _BEGINNERS or re.match(r"(?:here|speaking|again)\b|[.\s]*(?:\n|\Z)", after)
    return not named


def _fold(text: str) -> str:
    """Lower case without accents, letter for letter: the result is as long as the text."""
    if text.isascii():
        return text.lower()
    return "".join(unicodedata.normalize("NFD", letter)[0].lower()[:1] or letter for letter in text)


def _introduction(found: re.Match[str]) -> str:
    first = found["name"].split()[0]
    if first.casefold() in _NOT_NAMES or is_feeling_word(first) or (found["name"].isupper() and len(found["name"].split()) > 1):
        return found[0]
    if found["lead"].casefold() in ("this is", "i'm", "i am") and not found["name"].istitle():
        return found[0]
    return f"{found['lead']} {MASK}"
