"""Calendar dates as people write them: '3 March', 'March 3rd, 2026', '3.3.2026', '3. März', '3 de marzo', '2026-03-03'.

Read with Babel's month names rather than a general parser, which takes milliseconds a date: a turn reads dozens.
"""

import re
from datetime import date, datetime
from functools import cache

_MONTHS = (
    r"(?:jan(?:uary|uar)?|feb(?:ruary|ruar)?|mar(?:ch|zo)?|märz?|apr(?:il)?|ma[iy]o?|june?|juni|junio|july?|juli|julio|aug(?:ust)?|"
    r"agosto|sep(?:t(?:ember|iembre)?)?|septiembre|o[ck]t(?:ober|ubre)?|nov(?:ember|iembre)?|de[cz](?:ember)?|diciembre|dic|enero|ene|"
    r"febrero|abril|abr)"
)
DATE = (
    rf"\d{{4}}-\d{{2}}-\d{{2}}|\d{{1,2}}(?:st|nd|rd|th|\.)?(?:\s+of|\s+de)?\s+{_MONTHS}\b\.?(?:,?(?:\s+de)?\s+\d{{4}})?|"
    rf"{_MONTHS}\.?\s+\d{{1,2}}(?:st|nd|rd|th)?\b(?!\s*:)(?:,?\s+\d{{4}})?|\d{{1,2}}[./]\d{{1,2}}[./]\d{{4}}|"
    r"\d{1,2}\.\d{1,2}\.(?!\d)|\d{1,2}/\d{1,2}(?!\d|/)"
)
"""A calendar date in words or figures, as a pattern without groups."""

_ISO = re.compile(r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})")
_FIGURES = re.compile(r"(?P<a>\d{1,2})(?P<mark>[./])(?P<b>\d{1,2})(?:[./](?P<y>\d{4})?)?")
_DAY_FIRST = re.compile(r"(?P<d>\d{1,2})\D*?\s+(?:of\s+|de\s+)?(?P<month>[^\W\d]{3,12})\.?(?:,?(?:\s+de)?\s+(?P<y>\d{4}))?", re.IGNORECASE)
_MONTH_FIRST = re.compile(r"(?P<month>[^\W\d]{3,12})\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?(?:,?\s+(?P<y>\d{4}))?", re.IGNORECASE)


def read_date(text: str, said: datetime, *, month_first: bool = False, future: bool = True) -> date | None:
    """The day that `text` (a match of DATE) names; None when there is no such day.

    Without a year: the next such day, counted from `said`, or with `future` false the latest. `month_first` decides 3/4.
    """
    text = text.strip()
    for pattern in (_ISO, _FIGURES, _DAY_FIRST, _MONTH_FIRST):
        match = pattern.fullmatch(text)
        if match:
            return _day(match, said.date(), month_first, future)
    return None


def _day(match: re.Match[str], today: date, month_first: bool, future: bool) -> date | None:
    parts = match.groupdict()
    if parts.get("month"):
        month, day = _month_names().get(parts["month"].lower()[:3], 0), int(parts["d"])
    elif "m" in parts:
        month, day = int(parts["m"]), int(parts["d"])
    else:
        first, second = int(parts["a"]), int(parts["b"])
        month, day = (first, second) if month_first and parts["mark"] == "/" else (second, first)
    if parts.get("y"):
        return _valid(int(parts["y"]), month, day)
    years = (today.year, today.year + 1) if future else (today.year, today.year - 1)
    days = [found for year in years if (found := _valid(year, month, day))]
    return next((found for found in days if (found >= today if future else found <= today)), None)


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


@cache
def _month_names() -> dict[str, int]:
    """The first three letters of each month's name in English, German and Spanish → its number."""
    from babel.dates import get_month_names

    return {
        name.lower()[:3]: number
        for language in ("en", "de", "es")
        for width in ("wide", "abbreviated")
        for number, name in get_month_names(width, locale=language).items()
    }
