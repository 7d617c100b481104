"""What a text claims: money, numbers with their units, percentages, dates, times, links, addresses, phone numbers, codes.

Claims are normalised so that `€142`, `142 EUR` and `142,00 €` are equal, and `28 days` and `28 nights` are not.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Literal

from copilot.checks.calendar import Found, calendar
from copilot.checks.contacts import contacts
from copilot.checks.kept import kept_with, recent
from copilot.checks.normalise import Normal, fold, listed, normalise
from copilot.checks.numerals import number_words

ClaimKind = Literal["money", "number", "percent", "date", "time", "link", "email", "phone", "code"]

COUNTING = 12
"""Bare numbers up to here count things in the text itself (`two ways`, `step 3`): no claim."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim of a text.

    `span`: code points of the text as written, end exclusive; `at`: the same place in the normalised text. `values`: its possible
    readings (`1.500` is 1500 or 1.5). `unit`: ISO currency, or min, day, wday (working day), month, night, km, kg, bag …; empty: bare.
    `found`: the date or time.
    """

    kind: ClaimKind
    text: str
    span: tuple[int, int]
    at: tuple[int, int]
    values: tuple[str, ...] = ()
    unit: str = ""
    found: Found | None = None


_CURRENCIES = {
    "EUR": "€ eur euro euros",
    "USD": "$ us$ usd dollar dollars dolar dolares bucks",
    "GBP": "£ gbp pound pounds quid pfund libra libras sterling",
    "CHF": "chf franken francs franc sfr",
    "SEK": "sek",
    "NOK": "nok",
    "DKK": "dkk",
    "PLN": "pln zloty zł",
    "CZK": "czk",
    "HUF": "huf forint",
    "JPY": "¥ jpy yen",
    "CNY": "cny rmb",
    "INR": "₹ inr rupees",
    "AUD": "aud a$",
    "CAD": "cad c$",
    "MXN": "mxn",
    "BRL": "brl r$",
    "AED": "aed",
}
_MONEY = {fold(word): code for code, words in _CURRENCIES.items() for word in words.split()}
_CENTS = frozenset({"cent", "cents", "ct", "centimos", "centimo"})
_UNITS: dict[str, tuple[str, int]] = {
    fold(word): (unit, factor)
    for unit, factor, words in (
        ("min", 1, "min mins minute minutes minuten minuto minutos"),
        ("min", 60, "h hr hrs hour hours stunde stunden std hora horas"),
        ("day", 1, "day days tag tage tagen día días"),
        ("day", 7, "week weeks woche wochen semana semanas"),
        ("month", 1, "month months monat monate monaten mes meses"),
        ("month", 12, "year years yr yrs jahr jahre jahren año años"),
        ("wday", 1, "workday workdays werktag werktage werktagen arbeitstag arbeitstage arbeitstagen bankarbeitstage geschäftstage"),
        ("night", 1, "night nights nacht nächte nächten noche noches"),
        ("km", 1, "km kilometer kilometre kilometers kilometres kilómetros"),
        ("kg", 1, "kg kilo kilos kilogram kilograms kilogramm"),
        ("cm", 1, "cm centimetre centimeters zentimeter"),
        ("point", 1, "point points punkt punkte punkten punto puntos"),
        ("mile", 1, "mile miles meile meilen milla millas"),
        ("bag", 1, "bag bags suitcase suitcases koffer gepäckstück gepäckstücke maleta maletas"),
        ("gb", 1, "gb"),
        ("%", 1, "percent prozent"),
    )
    for word in words.split()
}
_MULTIPLES = {"k": 1_000, "thousand": 1_000, "tausend": 1_000, "mil": 1_000} | dict.fromkeys(
    ("million", "millions", "millionen", "mio", "millon", "millones", "m"), 1_000_000
)
_NUMBER = re.compile(r"\d{1,3}(?:[., '’]\d{3})+(?!\d)(?:[.,]\d{1,2}(?!\d))?|\d+(?:[.,]\d+)?")
_BEFORE = re.compile(r"(?:(?<![^\W\d_])(?P<word>[A-Za-z]{1,6}\$?)|(?P<sign>(?:US|A|C|R)?\$|[€£¥₹]))\s*-?$", re.IGNORECASE)
_AFTER = re.compile(r"[ \t]?[\s-]?(?P<sign>%|€|£|¥|\$|₹|zł)|[\s-]{0,2}(?P<word>[^\W\d_]+)")
_ADJECTIVES = frozenset(
    fold(word)
    for word in listed(
        "full more further extra additional free consecutive long short whole paid volle vollen weitere weiteren zusätzliche freie freien "
        "ganze ganzen next working business banking calendar nächsten last letzten más gratis award bonus aufeinanderfolgende bezahlte"
    )
)
_WORKING = frozenset({"working", "business", "banking"})
_WORKING_AFTER = re.compile(r"\s+(?:h[áa]bil(?:es)?|laborable?s?|laboral(?:es)?)\b", re.IGNORECASE)
_PER_CENT = re.compile(r"\s+(?:cent|ciento)\b", re.IGNORECASE)
_RANGE = re.compile(r"\s*(?:-|to|or|and|bis|oder|und|a|o|y)\s*$", re.IGNORECASE)
_CARDINAL = re.compile(r"(?:st|nd|rd|th|ª|º)\b")


@recent()
def claims(text: str, language: str = "en") -> tuple[Claim, ...]:
    """Every claim of `text`, in order; places do not overlap, but for the two ends of `12–14 March`."""
    return claims_in(normalise(text), language)


def claims_in(normal: Normal, language: str = "en") -> tuple[Claim, ...]:
    """As `claims`, of a text that was normalised before."""
    known = _readings(normal)
    if language not in known:
        known[language] = _claims(normal, language)
    return known[language]


@kept_with
def _readings(_: Normal) -> dict[str, tuple[Claim, ...]]:
    """The claims of a text by language: every check asks for them."""
    return {}


def _claims(normal: Normal, language: str) -> tuple[Claim, ...]:
    taken = [False] * len(normal.text)
    found: list[Claim] = []
    for claim in (*_contacts(normal), *_calendar(normal, language)):
        first, last = claim.at
        same = bool(found) and found[-1].at == claim.at and claim.kind == "date"
        if any(taken[first:last]) and not same:
            continue
        taken[first:last] = [True] * (last - first)
        found.append(claim)
    found.extend(_figures(normal, taken))
    return tuple(sorted(found, key=lambda claim: claim.at))


def _contacts(normal: Normal) -> Iterator[Claim]:
    # Dates and times look like phone numbers and the other way round: what is a whole date is none.
    for contact in contacts(normal.text):
        if contact.kind == "phone" and _DATED.fullmatch(normal.text[contact.start : contact.end].strip("()")):
            continue
        yield _claim(normal, contact.kind, contact.start, contact.end, values=(contact.value,))


_DATED = re.compile(r"\d{1,4}([./-])\d{1,2}\1\d{1,4}\.?")


def _calendar(normal: Normal, language: str) -> Iterator[Claim]:
    for found in calendar(normal.text, language):
        kind: ClaimKind = "date" if found.minutes is None else "time"
        yield _claim(normal, kind, found.start, found.end, found=found)


def _claim(
    normal: Normal, kind: ClaimKind, start: int, end: int, *, values: tuple[str, ...] = (), unit: str = "", found: Found | None = None
) -> Claim:
    return Claim(kind, normal.text[start:end], normal.span(start, end), (start, end), values, unit, found)


@dataclass(slots=True)
class _Figure:
    start: int
    end: int
    values: tuple[Decimal, ...]
    spelled: bool
    kind: ClaimKind = "number"
    unit: str = ""


def _figures(normal: Normal, taken: list[bool]) -> Iterator[Claim]:
    """Money, percentages and numbers; the first of two in a range takes the unit of the second."""
    figures = sorted(_raw(normal.text, taken), key=lambda figure: figure.start)
    for figure in figures:
        _measure(normal.text, figure, taken)
    for figure, following in pairwise(figures):
        if figure.kind == "number" and not figure.unit and _RANGE.fullmatch(normal.text[figure.end : following.start]):
            figure.kind, figure.unit = following.kind, following.unit
            if following.unit in ("min", "day", "month") and not figure.spelled:
                figure.values = tuple(value * _factor(normal.text, following) for value in figure.values)
    for figure in figures:
        if _counts(figure):
            continue
        values = tuple(plain(value) for value in figure.values)
        yield _claim(normal, figure.kind, figure.start, figure.end, values=values, unit=figure.unit)


def _factor(text: str, figure: _Figure) -> int:
    """By how much the unit's word was multiplied (`3–5 weeks`)."""
    match = re.search(r"[^\W\d_]+$", text[figure.start : figure.end])
    return _UNITS.get(fold(match[0]), ("", 1))[1] if match else 1


def _counts(figure: _Figure) -> bool:
    """`two ways`, `one question`, `step 3`; and `one` or `a` day in passing is no figure either."""
    if figure.kind != "number":
        return False
    if not figure.unit:
        return all(value <= COUNTING for value in figure.values)
    return figure.spelled and figure.values == (Decimal(1),)


def plain(value: Decimal) -> str:
    """`142.00` and `142` are one value."""
    return format(value.normalize(), "f")


def _raw(text: str, taken: list[bool]) -> Iterator[_Figure]:
    for match in _NUMBER.finditer(text):
        start, end = match.span()
        if any(taken[start:end]) or (end < len(text) and text[end] in "/:" and text[end + 1 : end + 2].isdigit()):
            continue
        if start and text[start - 1] in "/:" and text[start - 2 : start - 1].isdigit():
            continue
        yield _Figure(start, end, readings(match[0]), spelled=False)
    for start, end, value in number_words(text):
        if not any(taken[start:end]):
            yield _Figure(start, end, (Decimal(value),), spelled=True)


def readings(digits: str) -> tuple[Decimal, ...]:
    """`1.500,00` → 1500; `142,00` → 142; `1.500` → 1500 or 1.5; `1 500` → 1500."""
    compact = re.sub(r"[ '’]", "", digits)
    separators = re.findall(r"[.,]", compact)
    if not separators:
        return (Decimal(compact),)
    whole, _, last = compact.rpartition(separators[-1])
    bare = re.sub(r"[.,]", "", compact)
    decimal = Decimal(f"{re.sub(r'[.,]', '', whole)}.{last}")
    if len(last) != 3 or whole in ("", "0"):
        return (decimal,)
    if len(separators) > 1 or compact != digits:
        return (Decimal(bare),) if len(set(separators)) == 1 else (decimal,)
    return (Decimal(bare), decimal)


def _measure(text: str, figure: _Figure, taken: list[bool]) -> None:
    """Reads what stands before and after a number, and widens its place by it."""
    _multiply(text, figure)
    before = _BEFORE.search(text[max(0, figure.start - 8) : figure.start])
    code = _MONEY.get(fold(before["word"] or before["sign"])) if before else None
    if before and code and not (before["word"] and before["word"].islower()):
        figure.kind, figure.unit = "money", code
        figure.start -= min(8, figure.start) - before.start()
        return
    _suffix(text, figure)


def _multiply(text: str, figure: _Figure) -> None:
    match = re.compile(r"\s?(?P<word>[^\W\d_]+)").match(text, figure.end)
    if match and (factor := _MULTIPLES.get(fold(match["word"]))) and not (match["word"] == "m" and match[0] != "m"):
        figure.values = tuple(value * factor for value in figure.values)
        figure.end = match.end()


def _suffix(text: str, figure: _Figure) -> None:
    working, end = False, figure.end
    for _ in range(3):
        match = _AFTER.match(text, end)
        if not match:
            return
        word = fold(match["sign"] or match["word"])
        if word in _MONEY or word in _CENTS:
            _as_money(figure, word, match.end())
            return
        if word == "%" or word in _UNITS or (word in ("per", "por") and _PER_CENT.match(text, match.end())):
            _as_unit(text, figure, word, match.end(), working)
            return
        if word not in _ADJECTIVES:
            return
        working, end = working or word in _WORKING, match.end()


def _as_money(figure: _Figure, word: str, end: int) -> None:
    figure.kind, figure.end = "money", end
    if word in _CENTS:
        figure.values, figure.unit = tuple(value / 100 for value in figure.values), "cent"
    else:
        figure.unit = _MONEY[word]


def _as_unit(text: str, figure: _Figure, word: str, end: int, working: bool) -> None:
    if word in ("per", "por"):
        per_cent = _PER_CENT.match(text, end)
        figure.kind, figure.unit, figure.end = "percent", "%", per_cent.end() if per_cent else end
        return
    unit, factor = _UNITS.get(word, ("%", 1))
    after = _WORKING_AFTER.match(text, end)
    if unit == "day" and factor == 1 and (working or after):
        unit, end = "wday", after.end() if after else end
    figure.kind = "percent" if unit == "%" else "number"
    figure.unit, figure.end = unit, end
    figure.values = tuple(value * factor for value in figure.values)
