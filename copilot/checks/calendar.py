"""Dates and times of day in a text, in English, German, Spanish and the conversation's language (month and day names from CLDR)."""

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from copilot.checks.normalise import WORD, fold

_LOCALES = ("en", "de", "es")


class Day(NamedTuple):
    """A date as far as it was written; 0: not said."""

    year: int
    month: int
    day: int

    def fits(self, other: "Day") -> bool:
        """No part that both say differs, and they share a month or a day: `3 May` fits 2026-05-03, and `May 2026` does too."""
        said = [(a, b) for a, b in zip(self, other, strict=True) if a and b]
        return all(a == b for a, b in said) and bool((self.month and other.month) or (self.day and other.day))


class Found(NamedTuple):
    """One of: a date (its possible readings), a weekday (0 = Monday), a day counted from today, a week from this one, a time of day."""

    start: int
    end: int
    days: tuple[Day, ...] = ()
    weekday: int | None = None
    offset: int | None = None
    week: int | None = None
    minutes: int | None = None
    """Of the day, 0–1439."""


class _Names(NamedTuple):
    months: dict[str, int]
    weekdays: dict[str, int]


@lru_cache(maxsize=32)
def _names(language: str) -> _Names:
    """Folded names → numbers, for our languages and one more."""
    from babel import Locale, UnknownLocaleError

    months = {"sept": 9, "mar": 3, "mrz": 3}
    weekdays = {"sonnabend": 5}
    for code in dict.fromkeys((language[:2].lower(), *_LOCALES)):
        try:
            locale = Locale.parse(code)
        except (UnknownLocaleError, ValueError):
            continue
        for style in ("wide", "abbreviated"):
            months |= {fold(name.rstrip(".")): number for number, name in locale.months["format"][style].items()}
        for number, name in locale.days["format"]["wide"].items():
            weekdays |= {fold(name + ending): number for ending in ("", "s", "e")}
    return _Names(months, weekdays)


_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th|\.|º)?"
_BEFORE = re.compile(
    rf"(?:(?<![\w.,/])(?P<from>[0-3]?\d)(?:st|nd|rd|th|\.|º)?\s*(?:-|to|and|bis|und|al?|"
    rf"y)\s*)?(?<![\w,/])(?<!\d\.){_DAY}\s*(?:of\s+|de\s+)?$",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"\.?\s+(?:the\s+)?(?P<day>[0-3]?\d)(?:st|nd|rd|th)?(?!\d|[.,:]\d|\s*[%€])(?:\s*-\s*(?P<to>[0-3]?\d)(?:st|nd|rd|th)?\b)?", re.IGNORECASE
)
_YEAR = re.compile(r"\.?(?:,?\s*(?:de(?:l)?\s+|of\s+)?(?P<year>(?:19|20)\d\d)\b)", re.IGNORECASE)
_ALONE = re.compile(r"\b(?:in|since|until|by|from|im|seit|bis|ab|en|desde|hasta)\s+$", re.IGNORECASE)
_ISO = re.compile(r"(?<![\w-])(?P<year>(?:19|20)\d\d)-(?P<month>[01]\d)-(?P<day>[0-3]\d)(?!\d)")
_DIGITS = re.compile(
    r"(?<![\w.,/-])(?P<a>[0-3]?\d)(?P<sep>[./-])(?P<b>[0-3]?\d)(?:(?P=sep)(?P<year>(?:19|20)?\d\d))?(?P<dot>\.)?(?![\w/%]|[.,-]\d)"
)
_THE = re.compile(
    r"\b(?:(?:on|by|until|before|from|to) the ([0-3]?\d)(?:st|nd|rd|th)\b|(?:am|bis zum|vor dem|ab dem|zum) ([0-3]?\d)\.(?!\d)"
    r"|(?:el|del) (?:día )?([12]?\d|3[01])\b(?! ?(?:%|€|euros?|EUR|por)))",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"(?<![\w.,:/-])(?:(?P<h>[01]?\d|2[0-4])(?::|(?=\.\d\d\s*(?:Uhr|[ap]\.?m\b|h\b))\.|h)(?P<m>[0-5]\d)(?::[0-5]\d)?|"
    r"(?P<h2>[01]?\d|2[0-4])(?=\s*(?:Uhr|[ap]\.?m\b|o'clock)))"
    r"(?:\s*(?:Uhr|h\b|o'clock))?(?:\s*(?P<half>[ap])\.?\s?m\b\.?)?(?![\w:])",
    re.IGNORECASE,
)
_NOONS = {"noon": 720, "mediodia": 720, "midday": 720, "midnight": 0, "mitternacht": 0, "medianoche": 0}
_OFFSETS = {"tomorrow": 1, "ubermorgen": 2, "yesterday": -1, "gestern": -1, "ayer": -1}
_WEEK = re.compile(r"\b(?:next week|nächste[nr]? woche|naechste[nr]? woche|la pr[óo]xima semana|la semana que viene)\b", re.IGNORECASE)
_AFTER_TOMORROW = re.compile(r"\b(?:the day after|pasado) $", re.IGNORECASE)
_MORNING = re.compile(r"\b(?:guten|la|esta|am|heute|gestern) $", re.IGNORECASE)


def calendar(text: str, language: str) -> Iterator[Found]:
    """Every date, weekday, relative day and time of day of a perceived text.

    Places may overlap; of two that do, the one that comes first is meant.
    """
    yield from (
        Found(*match.span(), days=days) for match in _ISO.finditer(text) if (days := _real(match["year"], match["month"], match["day"]))
    )
    names = _names(language)
    for match in WORD.finditer(text):
        key = fold(match[0])
        if key in names.months:
            yield from _month(text, match, names.months[key])
        elif key in names.weekdays:
            yield Found(*match.span(), weekday=names.weekdays[key])
        elif key in _NOONS:
            yield Found(*match.span(), minutes=_NOONS[key])
        elif key in _OFFSETS or key in ("morgen", "manana"):
            yield from _near(text, match, key)
    yield from (found for match in _DIGITS.finditer(text) if (found := _slashed(match)))
    for match in _THE.finditer(text):
        group = match.lastindex or 0
        yield Found(match.start(group), match.end(), days=(Day(0, 0, int(match[group])),))
    yield from _times(text)
    yield from (Found(*match.span(), week=1) for match in _WEEK.finditer(text))


def _real(year: str | int, month: str | int, day: str | int) -> tuple[Day, ...]:
    """The date if the calendar has it, else nothing."""
    parts = Day(int(year or 0), int(month), int(day or 0))
    try:
        date(parts.year or 2024, parts.month, parts.day or 1)
    except ValueError:
        return ()
    return (parts,)


def _month(text: str, match: re.Match[str], month: int) -> Iterator[Found]:
    """`12–14 March 2026`, `March 3rd`, `March 2026`, `in March`: around a month's name."""
    first, last = match.span()
    low = max(0, first - 24)
    before = _BEFORE.search(text[low:first])
    after = None if before else _AFTER.match(text, last)
    year = _YEAR.match(text, after.end() if after else last)
    start = low + before.start() if before else first
    end = (year or after or match).end()
    written = year["year"] if year else 0
    for place in (before, after):
        for name in ("day", "from" if place is before else "to"):
            if place and place[name] and (days := _real(written, month, place[name])):
                yield Found(start, end, days=days)
    if not before and not after and (year or (match[0][:1].isupper() and _ALONE.search(text[low:first]))):
        yield Found(start, end, days=(Day(int(written), month, 0),))


def _slashed(match: re.Match[str]) -> Found | None:
    """`3.5.2026`, `03/05/26` (both orders), `3.5.`; a bare `24/7` or `1.5` is no date."""
    separator, raw = match["sep"], match["year"]
    if raw is None and not (separator == "." and match["dot"]) and not (separator == "/" and len(match["a"]) == len(match["b"]) == 2):
        return None
    if separator == "-" and (raw is None or len(raw) < 4):
        return None
    year = 0 if raw is None else int(raw) + (2000 if len(raw) == 2 else 0)
    orders = ((match["a"], match["b"]),) if separator == "." else ((match["a"], match["b"]), (match["b"], match["a"]))
    days = tuple(dict.fromkeys(found for day, month in orders if int(day) for found in _real(year, month, day)))
    end = match.start("dot") if match["dot"] and raw is not None else match.end()
    return Found(match.start(), end, days=days) if days else None


def _times(text: str) -> Iterator[Found]:
    for match in _CLOCK.finditer(text):
        hour, minute = int(match["h"] or match["h2"]), int(match["m"] or 0)
        half = (match["half"] or "").lower()
        if half:
            hour = hour % 12 + (12 if half == "p" else 0)
        yield Found(match.start(), match.end(), minutes=(hour % 24) * 60 + minute)


def _near(text: str, match: re.Match[str], key: str) -> Iterator[Found]:
    """Tomorrow and its like; `Guten Morgen` and `por la mañana` are mornings."""
    before = text[max(0, match.start() - 14) : match.start()]
    if after := _AFTER_TOMORROW.search(before):
        yield Found(match.start() - (len(before) - after.start()), match.end(), offset=2)
    elif key in _OFFSETS:
        yield Found(*match.span(), offset=_OFFSETS[key])
    elif not _MORNING.search(before) and (key == "manana" or match[0].islower()):
        yield Found(*match.span(), offset=1)
