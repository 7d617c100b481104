"""Numbers in words, English, German and Spanish: `five hundred`, `fünfhundertzwanzig`, `quinientos`, also glued together."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise

from copilot.checks.normalise import fold, listed

_EN = (
    listed(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
    ),
    listed("twenty thirty forty fifty sixty seventy eighty ninety"),
)
_DE = (
    listed(
        "null ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn"
    ),
    listed("zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig"),
)
_ES = (
    listed(
        "cero un dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve"
    ),
    listed("veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa"),
)
_ES_HUNDREDS = listed("ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos")
_TWENTIES = {22: "veintidós", 23: "veintitrés", 26: "veintiséis"}
_JOINERS = frozenset({"and", "und", "y"})
_THOUSAND = re.compile(r"^(.*?)(?:thousand|tausend|mil)(.*)$")
_WORD = re.compile(r"[^\W\d_]+")
_GAP = re.compile(r"[\s-]{1,3}")
_SUM = re.compile(r"^(.{3,}?)(?:euros?|eur|dollars?|usd|pounds?|gbp)$")
"""`fivehundredeuros`."""
_LONGEST = 9
"""Words in the longest number we read (`nine hundred and ninety nine thousand …` is read in two halves)."""


def _english(n: int) -> str:
    ones, tens = _EN
    head = ones[n // 100] + "hundred" if n >= 100 else ""
    rest = n % 100
    tail = (ones[rest] if rest < 20 else tens[rest // 10 - 2] + (ones[rest % 10] if rest % 10 else "")) if rest or not head else ""
    return head + tail


def _german(n: int) -> str:
    ones, tens = _DE
    head = ones[n // 100] + "hundert" if n >= 100 else ""
    rest = n % 100
    tail = (ones[rest] if rest < 20 else (ones[rest % 10] if rest % 10 else "") + tens[rest // 10 - 2]) if rest or not head else ""
    return head + tail


def _spanish(n: int) -> str:
    ones, tens = _ES
    head = _ES_HUNDREDS[n // 100 - 1] if n >= 100 else ""
    rest = n % 100
    if not rest and head:
        return "cien" if n == 100 else head
    if rest < 20:
        return head + ones[rest]
    ten = "veinti" if 20 < rest < 30 else tens[rest // 10 - 2]
    return head + ten + (ones[rest % 10] if rest % 10 else "")


@cache
def _values() -> dict[str, int]:
    """Folded, glued words without joiners → 0–999. Built once (some 3,500 entries, 5 ms)."""
    spell: tuple[Callable[[int], str], ...] = (_spanish, _german, _english)
    found = {fold(write(n)): n for write in spell for n in range(1000)}
    # German compounds keep their `und`: fünfundzwanzig.
    for n in range(1000):
        ones, ten = n % 10, n % 100 // 10
        if ones and ten > 1:
            hundred = _DE[0][n // 100] + "hundert" if n >= 100 else ""
            found[fold(f"{hundred}{_DE[0][ones]}und{_DE[1][ten - 2]}")] = n
    for glued in [key for key in found if key.startswith(("onehundred", "einhundert"))]:
        found[glued.removeprefix("one").removeprefix("ein")] = found[glued]
    found |= {"hundred": 100, "hundert": 100, "eins": 1, "zwo": 2, "uno": 1, "una": 1, "dreissig": 30}
    feminine = {key.replace("cientos", "cientas").replace("quinientos", "quinientas"): n for key, n in found.items() if "ientos" in key}
    return found | feminine


@cache
def _beginnings() -> frozenset[str]:
    """Single words a number can begin with."""
    return frozenset(_values()) | {"thousand", "tausend", "mil", "ciento", "a"}


def value_of(glued: str) -> int | None:
    """A folded, glued number word → its value, or None: `fivehundred` → 500."""
    values = _values()
    if glued in values:
        return values[glued]
    split = _THOUSAND.match(glued)
    if not split:
        return None
    head = values.get(split[1]) if split[1] else 1
    tail = values.get(split[2]) if split[2] else 0
    return None if head is None or tail is None else head * 1000 + tail


def number_words(text: str) -> Iterator[tuple[int, int, int]]:
    """`(start, end, value)` of every number in words, the longest reading first."""
    words = [(match.start(), match.end(), fold(match[0])) for match in _WORD.finditer(text)]
    index = 0
    while index < len(words):
        taken, value = _longest(text, words, index)
        if not taken:
            glued = _SUM.match(words[index][2])
            alone = value_of(glued[1]) if glued else None
            if glued and alone is not None:
                yield words[index][0], min(words[index][0] + len(glued[1]), words[index][1]), alone
            index += 1
            continue
        yield words[index][0], words[index + taken - 1][1], value
        index += taken


def _longest(text: str, words: list[tuple[int, int, str]], index: int) -> tuple[int, int]:
    """How many words from `index` on make a number, and its value; (0, 0): none."""
    first = words[index][2]
    if first not in _beginnings() and value_of(first) is None:
        return 0, 0
    run = [first if first != "a" else ""]
    for last, following in pairwise(words[index : index + _LONGEST]):
        if not _GAP.fullmatch(text, last[1], following[0]):
            break
        run.append(following[2])
    for size in range(len(run), 0, -1):
        if run[size - 1] in _JOINERS:
            continue
        value = value_of("".join(word for word in run[:size] if word not in _JOINERS))
        if value is not None and not (first == "a" and size == 1):
            return size, value
    return 0, 0


def spelled(number: int, language: str) -> str:
    """A number from 0 to 99 as it is written in words; empty: beyond that, or in another language."""
    if not 0 <= number < 100 or language not in ("en", "de", "es"):
        return ""
    ones, tens = {"en": _EN, "de": _DE, "es": _ES}[language]
    ten, one = divmod(number, 10)
    if number < 20 or one == 0:
        return ones[number] if number < 20 else tens[ten - 2]
    if language == "en":
        return f"{tens[ten - 2]}-{ones[one]}"
    if language == "de":
        return f"{ones[one]}und{tens[ten - 2]}"
    return _TWENTIES.get(number, f"veinti{ones[one]}") if ten == 2 else f"{tens[ten - 2]} y {ones[one]}"


def spelled_digits(text: str) -> Iterator[tuple[int, int, str]]:
    """`(start, end, digits)` of three or more digits read out in words: `four four two one` → 4421."""
    values = _values()
    found: list[tuple[int, int, str]] = []
    for match in _WORD.finditer(text):
        value = values.get(fold(match[0]), 99)
        if value < 10 and (not found or re.fullmatch(r"[\s,.-]{1,3}", text[found[-1][1] : match.start()])):
            found.append((match.start(), match.end(), str(value)))
            continue
        if len(found) > 2:
            yield found[0][0], found[-1][1], "".join(digit for _, _, digit in found)
        found = [(match.start(), match.end(), str(value))] if value < 10 else []
    if len(found) > 2:
        yield found[0][0], found[-1][1], "".join(digit for _, _, digit in found)
