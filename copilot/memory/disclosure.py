"""Is the value of a known detail given away in a text? Spaces, dashes, case, and ways to write phones, sums and dates do not hide it."""

import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache

from copilot.domain.memory import KnownDetail
from copilot.memory.deeds import decimal, sums
from copilot.memory.fields import shape_of

Spans = list[tuple[int, int]]

_SEPARATOR = r"[\s\-–./_·]{0,2}"
_ENDING = (
    r"(?:end(?:ing|s)?(?:\s{1,6}(?:in|with|on))?|last\s{1,6}(?:four|4|three|3|two|2)?\s{0,6}(?:digits|numbers|characters)?(?:\s{1,6}(?:are|"
    r"is))?|endet\s+(?:auf|mit)|endend\s+auf|letzten\s{1,6}(?:vier|4|drei)?\s{0,6}(?:ziffern|stellen)?|terminad[ao]\s+en|termina\s+en|"
    r"acaba\s+en|(?<![*x•.…])[*x•.…]{2,}+)\s{0,6}:?\s{0,6}"
)
_TAIL = 4
_LONG_CODE = 8
"""From this length on, the last four characters are worth hiding too."""
_SHORTEST = 3
_NATIONAL = 7
"""Digits by which a phone number is told apart, whatever stands before them."""


def mentions_value(text: str, detail: KnownDetail) -> Spans:
    """The places (code points, end exclusive) where `text` discloses the detail's value, or a telling part of it; in order."""
    if not detail.value.strip():
        return []
    spans = _FINDERS.get(shape_of(detail.field), _words)(text, detail.value.strip())
    return _merged(spans)


def _code(text: str, value: str) -> Spans:
    plain = re.sub(r"\W", "", value)
    if len(plain) < _SHORTEST:
        return []
    spans = _all(text, rf"(?<!\w){_SEPARATOR.join(map(re.escape, plain))}(?!\w)")
    if len(plain) >= _LONG_CODE:
        spans += _last(text, plain[-_TAIL:])
    return spans


def _last4(text: str, value: str) -> Spans:
    """Four digits are only telling where they are called the last ones (142 EUR may be a price) or stand beside a card or an account."""
    digits = re.sub(r"\W", "", value)[-_TAIL:]
    near = r"(?:card|visa|mastercard|amex|account|iban|karte|konto|tarjeta|cuenta)\b[^.!?\n]{0,25}?"
    return _last(text, digits) + _all(text, rf"(?i:{near})(?<!\d)({re.escape(digits)})(?!\d)", group=1)


def _last(text: str, tail: str) -> Spans:
    return _all(text, rf"(?:{_ENDING})({re.escape(tail)})(?!\w)", group=1)


def _phone(text: str, value: str) -> Spans:
    digits = re.sub(r"\D", "", value)
    if len(digits) < _NATIONAL:
        return _code(text, value)
    tail = digits[-max(_NATIONAL, min(9, len(digits) - 3)) :]
    written = re.finditer(r"\+?\(?\d(?:[\s()./–-]{0,3}\d){5,16}", text)
    spans = [match.span() for match in written if re.sub(r"\D", "", match.group()).endswith(tail)]
    return spans + [span for n in (4, 3) for span in _last(text, digits[-n:])]


def _email(text: str, value: str) -> Spans:
    spans = _all(text, rf"(?<![\w.+-]){re.escape(value)}(?!\w)")
    local, _, domain = value.partition("@")
    spoken = rf"(?<![\w.+-]){re.escape(local)}\s*(?:\(at\)|\[at\]|\sat\s)\s*{re.escape(domain)}"
    return spans + _all(text, spoken)


def _address(text: str, value: str) -> Spans:
    """The whole, the street with its number, or the postcode; a town alone tells nothing."""
    spans = _flexible(text, value)
    for part in map(str.strip, re.split(r"[,\n;]", value)):
        if re.search(r"[^\W\d]{3}", part) and re.search(r"\d", part) and not re.match(r"\d{4,6}\s", part):
            spans += _flexible(text, part)
            spans += _street(text, part)
        for postcode in re.findall(r"\b(?:\d{4,6}|[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2})\b", part):
            spans += _all(text, rf"(?<!\w){_SEPARATOR.join(map(re.escape, postcode.replace(' ', '')))}(?!\w)")
    return spans


def _street(text: str, part: str) -> Spans:
    """The street's name without its number, when it is a name that nothing else has (Gärtnerstraße)."""
    name = re.sub(r"\b\d+\w?\b", "", part).strip(" ,-")
    telling = len(name) >= 2 * _TAIL and re.search(
        r"stra(?:ß|ss)e|street|road|avenue|allee|calle|terrace|lane|weg\b|platz", name, re.IGNORECASE
    )
    return _flexible(text, name) if telling else []


def _money(text: str, value: str) -> Spans:
    found = sums(value)
    amount = found[0][0] if found else decimal(re.sub(r"[^\d.,]", "", value)) if re.search(r"\d", value) else None
    if amount is None:
        return []
    currency = found[0][1] if found else None
    return [span for other, code, span in sums(text) if other == amount and currency in (None, code)]


def _date(text: str, value: str) -> Spans:
    try:
        day = date.fromisoformat(value[:10])
    except ValueError:
        return _words(text, value)
    return [span for written in _written(day) for span in _all(text, rf"(?<![\w.]){written}(?!\w)")]


def _written(day: date) -> list[str]:
    """The ways to write a day, as patterns; the year may follow."""
    from babel.dates import format_date

    year = rf"(?:,?\s*(?:de\s+)?{day.year})?"
    ways = [
        day.isoformat(),
        rf"0?{day.day}\.\s?0?{day.month}\.(?:\s?(?:{day.year}|{day.year % 100:02}))?",
        rf"0?{day.day}/0?{day.month}(?:/(?:{day.year}|{day.year % 100:02}))?",
    ]
    for language in ("en", "de", "es"):
        for form in ("MMMM", "MMM"):
            month = re.escape(format_date(day, form, locale=language).rstrip("."))
            ways.append(rf"0?{day.day}(?:st|nd|rd|th|\.)?\s+(?:of\s+|de\s+)?{month}\.?{year}")
            if language == "en":
                ways.append(rf"{month}\.?\s+0?{day.day}(?:st|nd|rd|th)?{year}")
    return ways


def _route(text: str, value: str) -> Spans:
    ends = [end for end in re.split(r"\s*[-–→]\s*", value) if end]
    if len(ends) != 2:  # a route has two ends
        return _words(text, value)
    here, there = (re.escape(end) for end in ends)
    return _all(text, rf"(?<!\w){here}(?!\w)[^.!?\n]{{0,20}}?(?<!\w){there}(?!\w)")


def _name(text: str, value: str) -> Spans:
    """The full name or the family name; the first name alone is how one greets."""
    parts = value.split()
    spans = _flexible(text, value)
    if len(parts) > 1 and len(parts[-1]) >= _SHORTEST:
        spans += [m.span() for m in re.finditer(rf"(?<!\w){re.escape(parts[-1])}(?!\w)", text)]
    return spans


def _words(text: str, value: str) -> Spans:
    if len(value) < _SHORTEST:
        return []
    spans = _flexible(text, value)
    several = [item for item in map(str.strip, value.split(";")) if len(item.split()) > 1]
    if ";" in value:  # a list, such as preferences: each of it tells; a single word (`chat`) is everybody's
        spans += [span for item in several for span in _flexible(text, item)]
    digits = re.search(r"(?:\D|^)(\d{4})$", value[-5:])
    return spans + (_last4(text, digits.group(1)) if digits else [])


def _flexible(text: str, value: str) -> Spans:
    """The value's words in order, whatever stands between them in spaces and marks."""
    pattern, least = _in_order(value)
    return [match.span() for match in pattern.finditer(text)] if 0 < least <= len(text) else []


@lru_cache(maxsize=64)
def _in_order(value: str) -> tuple[re.Pattern[str], int]:
    """(what finds the words in order, the least characters that takes).

    Kept: a brief asks of hundreds of texts for the same values, and what somebody gave as a value may be a whole letter.
    """
    words = re.findall(r"\w+", value)
    pattern = r"(?<!\w)" + r"\W{1,4}".join(map(re.escape, words)) + r"(?!\w)"
    return re.compile(pattern, re.IGNORECASE), sum(map(len, words)) + max(0, len(words) - 1)


def _all(text: str, pattern: str, group: int = 0) -> Spans:
    return [match.span(group) for match in re.finditer(pattern, text, re.IGNORECASE)]


def _merged(spans: Spans) -> Spans:
    kept: Spans = []
    for start, end in sorted(spans, key=lambda s: (s[0], -s[1])):
        if kept and start < kept[-1][1]:
            kept[-1] = (kept[-1][0], max(end, kept[-1][1]))
        else:
            kept.append((start, end))
    return kept


_FINDERS: dict[str, Callable[[str, str], Spans]] = {
    "code": _code,
    "digits": _code,
    "last4": _last4,
    "phone": _phone,
    "email": _email,
    "address": _address,
    "money": _money,
    "date": _date,
    "route": _route,
    "name": _name,
    "words": _words,
}
